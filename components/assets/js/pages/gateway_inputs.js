// The inputs that only the Gateway wizard has (components/gateway_wizard.py): Secrets with their hosts
// and their end, who issues a certificate, kinds of routes, addresses.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const paths = () => ngf.paths;
  const { listeners, encrypted, spokenRef } = ngf.gatewaySpec;
  const NEAR = 3; // Secrets that are listed though they are for another hostname; others are folded away
  const faint = (text) => el("span", { class: "t3" }, text);
  const mono = (text) => el("span", { class: "mono" }, text);

  // A name of a certificate covers a host: itself, or one label in a wildcard's place.
  const covers = (name, host) => name === host || (name.startsWith("*.") && (host === name || host.slice(host.indexOf(".")) === name.slice(1)));

  function secretRows(state, path, at) {
    const own = (state.object.metadata || {}).namespace;
    const wanted = path === "spec.tls.secretRefs" ? listeners(state.object).filter((one) => encrypted(one) && one.hostname && !(one.tls && one.tls.certificateRefs)).map((one) => one.hostname) : [at("hostname")].filter(Boolean);
    const refs = paths().get(state.object, path) || [];
    const held = (one) => refs.some((ref) => ref.name === one.name && (ref.namespace || own) === one.namespace);
    const fits = (one) => wanted.some((host) => one.hosts.some((name) => covers(name, host)));
    const known = (state.offers.secrets || []).map((one) => ({ ...one, held: held(one), fits: fits(one) }));
    const absent = refs.filter((ref) => !known.some((one) => one.name === ref.name && one.namespace === (ref.namespace || own)));
    known.sort((a, b) => b.held - a.held || b.fits - a.fits || (b.namespace === own) - (a.namespace === own));
    return { known, absent, own, wanted };
  }

  function ends(one) {
    if (one.state === "unreadable" || !one.ends) return ngf.status("err", "not readable");
    const days = Math.floor((new Date(one.ends).getTime() - ngf.now()) / 86400000);
    return one.state === "expired" ? ngf.status("err", "expired") : ngf.status(one.state === "soon" ? "warn" : "ok", `${days} d left`);
  }

  const secrets = {
    whole: true,
    draw(field, common, { path, state, at }) {
      const { known, absent, own, wanted } = secretRows(state, path, at);
      const near = (one, index) => one.held || one.fits || index < NEAR;
      const [shown, others] = [known.filter(near), known.filter((one, index) => !near(one, index))];
      const row = (one) => el("label", { class: `wz-secret${one.held ? " on" : ""}`, "data-key": `${one.namespace}/${one.name}` },
        el("input", { type: "checkbox", class: "form-check-input", "data-secret": path, "data-name": one.name, "data-namespace": one.namespace === own ? "" : one.namespace, checked: one.held, disabled: common.disabled }),
        el("span", { class: "ell" }, one.namespace === own ? null : faint(`${one.namespace}/`), el("b", { class: "b5" }, one.name)), ends(one),
        el("span", { class: "t2 hosts" }, mono(one.hosts.slice(0, 3).join(", ") || "no host"), one.hosts.length > 3 ? ` +${one.hosts.length - 3}` : "", wanted.length ? faint(one.fits ? ` is for ${wanted.find((host) => one.hosts.some((name) => covers(name, host)))}` : " not for its hostname") : null));
      return el("div", { class: "wz-secrets", id: common.id, "data-path": path, "data-control": "secrets", "aria-invalid": common["aria-invalid"], tabindex: "-1" }, shown.map(row),
        absent.map((ref) => el("label", { class: "wz-secret on", "data-key": spokenRef(ref) }, el("input", { type: "checkbox", class: "form-check-input", "data-secret": path, "data-name": ref.name, "data-namespace": ref.namespace || "", checked: true, disabled: common.disabled }), el("b", { class: "b5" }, spokenRef(ref)), ngf.status("warn", "does not exist yet"))),
        !shown.length && !absent.length && !state.offers.secrets ? el("div", { class: "hint" }, "Asking the cluster.") : null,
        !shown.length && !absent.length && state.offers.secrets ? el("div", { class: "hint" }, "No TLS Secret is on this cluster. ", el("a", { href: "/certificates/upload" }, "Upload one"), ", or have one issued below.") : null,
        others.length ? ngf.fold(`secrets of ${path}`, `${others.length} more on ${state.cluster}`, others.map(row)) : null);
    },
  };

  // Sets the one Secret in or out of the list; other fields of the references stay as they are.
  document.addEventListener("change", function (event) {
    const box = event.target;
    if (!box.dataset || !box.dataset.secret || !ngf.wizardState()) return;
    const state = ngf.wizardState();
    const { secret: path, name, namespace } = box.dataset;
    const own = (state.object.metadata || {}).namespace;
    const is = (ref) => ref.name === name && (ref.namespace || own) === (namespace || own);
    const refs = (paths().get(state.object, path) || []).filter((ref) => !is(ref));
    if (box.checked) refs.push(namespace ? { name, namespace } : { name });
    ngf.wizardEdited(path, refs.length ? refs : undefined);
  });

  const plain = () => ngf.controls.mono.draw;
  Object.assign(ngf.controls, {
    secrets,
    issued: { draw: (field, common) => ngf.controls.switch.draw(field, common), read: (value) => value !== undefined, write: (on, held) => (on ? held || { issuerRef: { name: "" } } : undefined), flag: true },
    issuer: {
      // Where no issuer is known its kind and name are typed.
      draw(field, common, about) {
        if (!(about.offers.issuers || []).length) return plain()({ placeholder: "ClusterIssuer/letsencrypt" }, common);
        return ngf.controls.select.draw(field, common, { ...about, value: ngf.controls.issuer.read(about.value) });
      },
      read: (ref) => (ref && ref.name ? `${ref.kind || "Issuer"}/${ref.name}` : ""),
      write(shown, held) {
        const [name, kind] = shown.trim().split("/").reverse();
        const { kind: _, ...rest } = held || {};
        return { ...rest, name, ...(kind ? { kind } : {}) };
      },
    },
    kinds: {
      draw: (...more) => plain()(...more),
      read: (value) => (Array.isArray(value) ? value.map((one) => one.kind).join(", ") : ""),
      write(shown, held) {
        const known = new Map((Array.isArray(held) ? held : []).map((one) => [one.kind, one]));
        const made = shown.split(/[\s,]+/).filter(Boolean).map((kind) => known.get(kind) || { kind });
        return made.length ? made : undefined;
      },
    },
    addresses: {
      draw: (...more) => plain()(...more),
      read: (value) => (Array.isArray(value) ? value.map((one) => one.value).join(", ") : ""),
      write(shown) {
        const type = (one) => (one.includes("/") ? "CIDR" : /^[0-9.]+$|:/.test(one) ? "IPAddress" : "Hostname");
        const made = shown.split(/[\s,]+/).filter(Boolean).map((value) => ({ type: type(value), value }));
        return made.length ? made : undefined;
      },
    },
  });
})(window.ngf = window.ngf || {});
