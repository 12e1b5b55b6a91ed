// Certificates of listeners: TLS Secrets of the cluster with their hosts and their end, those that are
// referred to and not known, and a name that is typed.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const paths = () => ngf.paths;
  const { listeners, encrypted, spokenRef } = ngf.gatewaySpec;
  const NEAR = 3; // Secrets that are listed though they are for another hostname; others are folded away
  const faint = (text) => el("span", { class: "t3" }, text);
  const mono = (text) => el("span", { class: "mono" }, text);
  const ownOf = (state) => (state.object.metadata || {}).namespace;

  // A name of a certificate covers a host: itself, or one label in a wildcard's place.
  const covers = (name, host) => name === host || (name.startsWith("*.") && (host === name || host.slice(host.indexOf(".")) === name.slice(1)));

  // The hosts that a certificate is looked for: of the one listener, or of all that name none.
  function hosts(state, path, at) {
    if (path !== "spec.tls.secretRefs") return [at("hostname")].filter(Boolean);
    const bare = (one) => encrypted(one) && one.hostname && !(one.tls && one.tls.certificateRefs);
    return listeners(state.object).filter(bare).map((one) => one.hostname);
  }

  function rowsOf(state, path, wanted) {
    const own = ownOf(state);
    const refs = paths().get(state.object, path) || [];
    const is = (ref, one) => ref.name === one.name && (ref.namespace || own) === one.namespace;
    const fits = (one) => wanted.some((host) => one.hosts.some((name) => covers(name, host)));
    const known = (state.offers.secrets || []).map((one) => ({ ...one, held: refs.some((ref) => is(ref, one)), fits: fits(one) }));
    known.sort((a, b) => b.held - a.held || b.fits - a.fits || (b.namespace === own) - (a.namespace === own));
    return { known, unknown: refs.filter((ref) => !known.some((one) => is(ref, one))) };
  }

  function ends(one) {
    if (one.state === "unreadable" || !one.ends) return ngf.status("err", "not readable");
    const days = Math.floor((new Date(one.ends).getTime() - ngf.now()) / 86400000);
    return one.state === "expired" ? ngf.status("err", "expired") : ngf.status(one.state === "soon" ? "warn" : "ok", `${days} d left`);
  }

  const box = (path, name, namespace, checked, disabled) => el("input", { type: "checkbox", class: "form-check-input", "data-secret": path, "data-name": name, "data-namespace": namespace, checked, disabled });

  function secret(one, path, own, wanted, disabled) {
    const more = one.hosts.length > 3 ? ` +${one.hosts.length - 3}` : "";
    const met = wanted.find((host) => one.hosts.some((name) => covers(name, host)));
    const fit = !wanted.length ? null : faint(one.fits ? ` is for ${met}` : " not for its hostname");
    return el("label", { class: `wz-secret${one.held ? " on" : ""}`, "data-key": `${one.namespace}/${one.name}` },
      box(path, one.name, one.namespace === own ? "" : one.namespace, one.held, disabled),
      el("span", { class: "ell" }, one.namespace === own ? null : faint(`${one.namespace}/`), el("b", { class: "b5" }, one.name)),
      ends(one),
      el("span", { class: "t2 hosts" }, mono(one.hosts.slice(0, 3).join(", ") || "no host"), more, fit));
  }

  // Of what is not read here it is not said that it does not exist.
  function reference(ref, path, state, disabled) {
    const { secrets_why: why, namespaces } = state.offers;
    const read = why === "" && (namespaces || []).includes(ref.namespace || ownOf(state));
    const said = read ? ngf.status("warn", "no TLS Secret of this name yet") : ngf.status("unknown", "not known here");
    return el("label", { class: "wz-secret on", "data-key": spokenRef(ref) }, box(path, ref.name, ref.namespace || "", true, disabled), el("b", { class: "b5" }, spokenRef(ref)), said);
  }

  function none({ secrets, secrets_why: why }) {
    if (!secrets) return el("div", { class: "hint" }, "Asking the cluster.");
    if (why) return el("div", { class: "hint" }, why);
    return el("div", { class: "hint" }, "No TLS Secret is on this cluster. ", el("a", { href: "/certificates/upload" }, "Upload one"), ", or have one issued below.");
  }

  ngf.controls.secrets = {
    whole: true,
    draw(field, common, { path, state, at }) {
      const wanted = hosts(state, path, at);
      const { known, unknown } = rowsOf(state, path, wanted);
      const { disabled } = common;
      const near = (one, index) => one.held || one.fits || index < NEAR;
      const row = (one) => secret(one, path, ownOf(state), wanted, disabled);
      const others = known.filter((one, index) => !near(one, index));
      const typed = el("input", { type: "text", class: "form-control mono", "data-secret-named": path, disabled, autocomplete: "off", spellcheck: "false", "aria-label": "Another Secret by its name", placeholder: "another one: name, or namespace/name" });
      const room = { class: "wz-secrets", id: common.id, "data-path": path, "data-control": "secrets", "aria-invalid": common["aria-invalid"], "aria-describedby": common["aria-describedby"], role: "group", "aria-label": field.label, tabindex: "-1" };
      return el("div", room,
        known.filter(near).map(row),
        unknown.map((ref) => reference(ref, path, state, disabled)),
        known.length || unknown.length ? null : none(state.offers),
        others.length ? ngf.fold(`secrets of ${path}`, `${others.length} more on ${state.cluster}`, others.map(row)) : null,
        el("div", { class: "wz-named" }, typed));
    },
  };

  // Sets the one Secret in or out of the list; other fields of the references stay as they are.
  function set(path, name, namespace, wanted) {
    const state = ngf.wizardState();
    const own = ownOf(state);
    const is = (ref) => ref.name === name && (ref.namespace || own) === (namespace || own);
    const refs = paths().get(state.object, path) || [];
    const rest = refs.filter((ref) => !is(ref));
    const made = !wanted ? rest : rest.length < refs.length ? refs : [...refs, namespace && namespace !== own ? { name, namespace } : { name }];
    ngf.wizardEdited(path, made.length ? made : undefined);
  }

  document.addEventListener("change", function ({ target }) {
    if (!target.dataset || !ngf.wizardState()) return;
    const { secret: path, secretNamed: named } = target.dataset;
    if (path) set(path, target.dataset.name, target.dataset.namespace, target.checked);
    if (!named) return;
    const [name, namespace] = target.value.trim().split("/").reverse();
    target.value = "";
    if (name) set(named, name, namespace || "", true);
  });
})(window.ngf = window.ngf || {});
