// What the Gateway wizard knows beside its declared fields (components/gateway_wizard.py): classes
// with what they support, Secrets with their hosts and their end, and how a gateway is told in words.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const paths = () => ngf.paths;
  const NEAR = 3; // Secrets that are listed though they are for another hostname; others are folded away
  const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
  const spec = (state) => state.object.spec || {};
  const listeners = (object) => ((object.spec || {}).listeners || []).filter((one) => one && typeof one === "object");
  const faint = (text) => el("span", { class: "t3" }, text);
  const mono = (text) => el("span", { class: "mono" }, text);
  const encrypted = (one) => one.protocol === "HTTPS" || one.protocol === "TLS";
  const proxied = (object) => paths().get(object, "spec.nginxProxy.enabled") !== false;
  const spokenRef = (ref) => (ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name);

  // A name of a certificate covers a host: itself, or one label in a wildcard's place.
  const covers = (name, host) => name === host || (name.startsWith("*.") && (host === name || host.slice(host.indexOf(".")) === name.slice(1)));

  /* Controls. */
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

  /* Rooms. */
  function cluster(state) {
    const one = state.base.clusters.find(({ value }) => value === state.cluster);
    const id = "wizard-field-cluster";
    if (!state.ref.create || state.applied || state.denied) return el("div", {}, el("span", { class: "lab" }, "Cluster"), el("span", { class: `cl c${one ? one.slot : 8}` }, one ? one.label : state.cluster));
    return el("div", { class: "fgrid" }, el("div", {}, el("label", { class: "lab", for: id }, "Cluster"), el("select", { class: "form-select", id, "data-path": "cluster", "data-control": "cluster" }, state.base.clusters.map(({ value, label }) => el("option", { value }, label)))));
  }
  ngf.controls.cluster = { read: () => ngf.wizardState().cluster, write: (shown) => shown };

  function card(one, state, off) {
    const chosen = spec(state).gatewayClassName === one.name;
    const tone = one.accepted === null ? "unknown" : one.accepted ? "ok" : "err";
    const word = one.accepted === null ? "no condition yet" : one.accepted ? "accepted" : "not accepted";
    return el("label", { class: `wz-card${chosen ? " on" : ""}`, "data-key": one.name }, el("input", { type: "radio", class: "form-check-input", name: "gateway-class", value: one.name, checked: chosen, disabled: off, "data-class": "1" }),
      el("span", { class: "row-f wrap" }, el("b", { class: "b5" }, one.name), ngf.status(tone, word), one.ngf ? null : el("span", { class: "tag plain" }, "not NGF")),
      el("span", { class: "mono t2 s12" }, one.controller), el("span", { class: "t2 s12" }, one.description || (one.accepted ? "" : one.evidence)),
      one.features.length ? ngf.fold(`features of ${one.name}`, `${one.features.length} features supported`, el("span", { class: "t2 s12" }, one.features.join(", "))) : faint("It names no features."));
  }

  function classes(state) {
    const found = state.offers.classes;
    if (!found) return el("div", { class: "hint" }, "Asking the cluster.");
    const name = spec(state).gatewayClassName;
    const off = Boolean(state.applied) || state.denied;
    const fault = state.faults["spec.gatewayClassName"];
    const unknown = name && !found.some((one) => one.name === name);
    return [el("div", { class: "wz-cards", role: "radiogroup", "aria-label": "Gateway class", tabindex: "-1", "aria-invalid": fault && (state.pressed.has(0) || state.reached > 0) ? "true" : null }, [...found].sort((a, b) => b.ngf - a.ngf).map((one) => card(one, state, off))),
      found.length ? null : el("div", { class: "hint warn" }, state.offers.why || `${state.cluster} has no GatewayClass. NGF makes one when it is installed.`),
      unknown ? el("div", { class: "hint warn" }, `Class ${name} is not on ${state.cluster}; nobody would take the gateway.`) : null,
      fault && (state.pressed.has(0) || state.reached > 0) ? el("div", { class: "hint err" }, fault) : null];
  }

  document.addEventListener("change", function (event) {
    if (event.target.dataset && event.target.dataset.class && ngf.wizardState()) ngf.wizardEdited("spec.gatewayClassName", event.target.value);
  });

  function edition(state) {
    const { abilities, absent } = state.offers;
    if (!abilities || !Object.keys(abilities).length) return null;
    const row = (name, label) => abilities[name] && el("div", { class: `cond ${abilities[name].ok ? "ok" : "unk"}`, "data-key": name }, ngf.icon(abilities[name].ok ? "check-circle-fill" : "dash-circle"), el("div", { class: "b5" }, label, el("span", { class: "r" }, abilities[name].ok ? "" : "  not available")), el("span", {}), el("div", { class: "m" }, abilities[name].evidence));
    const version = state.offers.version ? `NGF ${state.offers.version}` : "NGF";
    const word = { oss: "open source", enterprise: "with NGINX Plus", unknown: "edition not known" }[state.offers.edition];
    return el("div", { class: "conds flush" }, el("div", { class: "cond note", "data-key": "edition" }, ngf.statusIcon("note"), el("div", { class: "b5" }, `${version}, ${word}`), el("span", {}), el("div", { class: "m" }, state.offers.evidence)),
      row("waf", "Web application firewall"), row("snippets", "Snippets"), row("certificates", "cert-manager"),
      (absent || []).map((one) => el("div", { class: "cond warn", "data-key": one.kind }, ngf.statusIcon("warn"), el("div", { class: "b5" }, `${one.kind} is not installed`), el("span", {}), el("div", { class: "m" }, one.reason))));
  }

  /* In words. */
  const NONE = "nothing chosen yet";
  const certificates = (one) => ((one.tls || {}).certificateRefs || []).map(spokenRef);

  function certified(state) {
    const { tls = {} } = spec(state);
    const named = [...new Set(listeners(state.object).filter(encrypted).flatMap(certificates)), ...(tls.secretRefs || []).map(spokenRef)];
    const passed = listeners(state.object).some((one) => (one.tls || {}).mode === "Passthrough");
    return [...named, tls.certManager ? "cert-manager" : "", passed ? "passed through" : ""].filter(Boolean);
  }

  function switchedOff(state) {
    const all = state.offers.abilities || {};
    return ["waf", "snippets"].filter((name) => all[name] && !all[name].ok).length;
  }

  function step(key, state) {
    const { metadata = {} } = state.object;
    const all = listeners(state.object);
    if (key === "class") return spec(state).gatewayClassName ? `${spec(state).gatewayClassName} on ${state.cluster}` : NONE;
    if (key === "basics") return metadata.name ? `${metadata.namespace || "default"}/${metadata.name}` : "name and place";
    if (key === "listeners") {
      const met = state.answer && state.answer.turn === state.turn ? state.answer.clashes : [];
      const blocked = met.filter((one) => one.blocks).length;
      return `${all.length}${blocked ? `, ${blocked} in conflict` : state.answer ? ", no conflict" : ""}`;
    }
    if (key === "tls") return all.some(encrypted) ? certified(state).join(", ") || "no certificate yet" : "not needed";
    const off = switchedOff(state);
    return off ? `${off} not available` : "as the class has it";
  }

  function hosted(one) {
    return el("div", {}, faint(`${one.protocol || ""} `), one.port === undefined ? "" : String(one.port), " ", mono(one.hostname || "any host"));
  }

  function allowed(state) {
    const told = new Set(listeners(state.object).map(function (one) {
      const { from = "Same", selector } = (one.allowedRoutes || {}).namespaces || {};
      return from === "All" ? "every namespace" : from === "Selector" ? `namespaces with ${ngf.controls.pairs.read(selector)}` : "its own namespace";
    }));
    return [...told].join("; ");
  }

  function proxy(state) {
    const found = spec(state).nginxProxy || {};
    if (!paths().on(spec(state).nginxProxy)) return "as the class has it";
    const log = ((found.logging || {}).accessLog || {}).preset || "Console";
    const words = [{ ipv4: "IPv4", ipv6: "IPv6" }[found.ipFamily] || "IPv4 and IPv6", { Console: "JSON access log", Default: "NGINX access log", Custom: "access log of its own format", Off: "no access log" }[log], found.replicas !== undefined ? `${found.replicas} pods` : "", (found.service || {}).type, (found.rewriteClientIP || {}).mode];
    const endpoint = ((found.telemetry || {}).exporter || {}).endpoint;
    return [words.filter(Boolean).join(", "), endpoint ? [", OTLP to ", mono(endpoint)] : null];
  }

  function summary(state) {
    const { metadata = {}, spec: wanted = {} } = state.object;
    const all = listeners(state.object);
    const one = state.base.clusters.find(({ value }) => value === state.cluster);
    const chosen = (state.offers.classes || []).find(({ name }) => name === wanted.gatewayClassName);
    const issuer = ((wanted.tls || {}).certManager || {}).issuerRef;
    const { abilities = {} } = state.offers;
    const waf = paths().on(wanted.waf) ? ["on", wanted.waf.policyRef ? [", ", mono(wanted.waf.policyRef)] : null] : abilities.waf && !abilities.waf.ok ? faint(`not available: ${abilities.waf.reason.split(". ")[0].replace(/\.$/, "")}`) : faint("off");
    const snippets = [paths().on(wanted.snippetsFilter) ? "a filter for routes" : "", paths().on(wanted.snippetsPolicy) ? "for the whole gateway" : "", paths().on(wanted.routeMarker) ? "route marker" : ""].filter(Boolean);
    return [
      ["Cluster", [el("span", { class: `cl c${one ? one.slot : 8}` }, state.cluster), " ", faint([state.offers.version ? `NGF ${state.offers.version}` : "", { oss: "OSS", enterprise: "Plus" }[state.offers.edition] || ""].filter(Boolean).join(" "))]],
      ["Name", metadata.name ? [`${metadata.namespace || "default"}/`, el("b", { class: "b5" }, metadata.name)] : faint("not yet")],
      ["Class", [wanted.gatewayClassName || faint("not yet"), " ", chosen && chosen.features.length ? faint(`${chosen.features.length} features supported`) : null]],
      ["Listeners", all.length ? all.map(hosted) : faint("none")],
      ["Certificate", all.some(encrypted) ? [certified(state).filter((text) => text !== "cert-manager").map((text, at) => [at ? ", " : "", mono(text)]), issuer ? [mono(` ${wanted.tls.certManager.secretName || `${metadata.name || ""}-tls`}`), faint(` from ${issuer.kind || "Issuer"} ${issuer.name}`)] : null] : null],
      ["Routes from", allowed(state)],
      ["Proxy", proxy(state)],
      ["Snippets", snippets.length ? snippets.join(", ") : null],
      ["WAF", waf],
    ];
  }

  ngf.wizards = ngf.wizards || {};
  ngf.wizards.gatewaybundles = {
    begin(object, view) {
      if (view.namespace) object.metadata.namespace = view.namespace;
      return object;
    },
    offers: (object) => ({ class: (object.spec || {}).gatewayClassName || "" }),
    added(path, object) {
      const taken = listeners(object);
      const secure = taken.some((one) => one.port === 80) && !taken.some((one) => one.port === 443);
      const stem = secure ? "https" : "http";
      let name = stem;
      for (let number = 2; taken.some((one) => one.name === name); number += 1) name = `${stem}-${number}`;
      const hostname = taken.length ? taken[taken.length - 1].hostname : undefined;
      return { name, port: secure ? 443 : 8080, protocol: secure ? "HTTPS" : "HTTP", ...(secure && hostname ? { hostname } : {}) };
    },
    // What no longer goes with what was chosen is taken away, as the server would refuse it.
    changed(path, object) {
      const at = (path.match(/^(spec\.listeners\[\d+\])\.(protocol|allowedRoutes\.namespaces\.from)$/) || [])[1];
      if (at) {
        const one = paths().get(object, at);
        const { from } = (one.allowedRoutes || {}).namespaces || {};
        if (from !== "Selector") paths().put(object, `${at}.allowedRoutes.namespaces.selector`, undefined);
        if (!encrypted(one)) delete one.tls;
        if (one.protocol === "TLS" && !(one.tls || {}).mode) paths().put(object, `${at}.tls.mode`, "Terminate");
        if (one.protocol === "HTTPS" && (one.tls || {}).mode === "Passthrough") paths().put(object, `${at}.tls.mode`, undefined);
        if (one.protocol === "TCP" || one.protocol === "UDP") delete one.hostname;
      }
      const mode = (path.match(/^(spec\.listeners\[\d+\])\.tls\.mode$/) || [])[1];
      if (mode && paths().get(object, path) === "Passthrough") paths().put(object, `${mode}.tls.certificateRefs`, undefined);
      if (path === "spec.nginxProxy.rewriteClientIP.mode" && !paths().get(object, path)) paths().put(object, "spec.nginxProxy.rewriteClientIP", undefined);
      if (path === "spec.nginxProxy.logging.accessLog.preset" && paths().get(object, path) !== "Custom") for (const one of ["format", "escape"]) paths().put(object, `spec.nginxProxy.logging.accessLog.${one}`, undefined);
      if (path.startsWith("spec.nginxProxy.") && !proxied(object)) object.spec.nginxProxy.enabled = true;
    },
    faults(object, state) {
      const found = {};
      const { name, namespace } = object.metadata || {};
      if (!(object.spec || {}).gatewayClassName) found["spec.gatewayClassName"] = "Choose a class.";
      if (!name) found["metadata.name"] = "Give it a name.";
      else if (!NAME.test(name) || name.length > 63) found["metadata.name"] = "Lower-case letters, digits and dashes, at most 63, a letter or digit at both ends.";
      if (!namespace) found["metadata.namespace"] = "Name a namespace.";
      else if ((state.offers.namespaces || []).length && !state.offers.namespaces.includes(namespace)) found["metadata.namespace"] = `There is no namespace ${namespace} on ${state.cluster}.`;
      const all = (object.spec || {}).listeners || [];
      if (!all.length) found["spec.listeners"] = "A gateway needs a listener.";
      const names = all.map((one) => one && one.name);
      all.forEach(function (one, at) {
        const path = `spec.listeners[${at}]`;
        if (!one.name) found[`${path}.name`] = "Give it a name.";
        else if (names.indexOf(one.name) !== at) found[`${path}.name`] = `There is a listener named ${one.name} already.`;
        if (one.port === undefined) found[`${path}.port`] = "Say which port.";
        else if (!Number.isInteger(one.port) || one.port < 1 || one.port > 65535) found[`${path}.port`] = "A port is a number from 1 to 65535.";
      });
      const answer = state.answer && state.answer.turn === state.turn ? state.answer : null;
      for (const one of answer ? answer.clashes.filter((met) => met.blocks) : []) {
        const at = names.indexOf(one.listener);
        if (at >= 0 && !found[`spec.listeners[${at}].port`]) found[`spec.listeners[${at}].port`] = `${one.rule}`;
      }
      const { certManager, secretRefs } = (object.spec || {}).tls || {};
      const bare = (one) => encrypted(one) && (one.tls || {}).mode !== "Passthrough" && !((one.tls || {}).certificateRefs || []).length;
      if (!certManager && !(secretRefs || []).length) all.forEach((one, at) => { if (bare(one)) found[`spec.listeners[${at}].tls.certificateRefs`] = "Choose a certificate, or have one issued."; });
      if (certManager && !(certManager.issuerRef || {}).name) found["spec.tls.certManager.issuerRef"] = "Choose who issues it.";
      return found;
    },
    // That a listener has no certificate is said in the step that chooses it.
    placed({ field, rule }, object) {
      const at = field === "spec.listeners" && rule.includes("certificateRefs") ? listeners(object).findIndex((one) => encrypted(one) && !((one.tls || {}).certificateRefs || []).length) : -1;
      return at < 0 ? "" : `spec.listeners[${at}].tls.certificateRefs`;
    },
    items(path, one, at, state) {
      const met = ((state.answer && state.answer.turn === state.turn && state.answer.clashes) || []).filter((clash) => clash.listener === one.name);
      const title = `${one.name || `listener ${at + 1}`}`;
      return { title, tag: `${one.protocol || ""} ${one.port === undefined ? "" : one.port}, ${one.hostname || "any host"}`, note: met.filter((clash) => !clash.blocks).map((clash) => `${clash.with}: ${clash.rule}`).join(" ") };
    },
    rooms: (state) => ({ cluster: cluster(state), classes: classes(state), edition: edition(state) }),
    step,
    summary,
  };
})(window.ngf = window.ngf || {});
