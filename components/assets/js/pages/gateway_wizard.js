// What the Gateway wizard knows beside its declared fields (components/gateway_wizard.py): classes
// with what they support, what goes with a choice, and what is wrong as far as the browser can tell.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const paths = () => ngf.paths;
  const { listeners, encrypted } = ngf.gatewaySpec;
  const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
  const spec = (state) => state.object.spec || {};
  const faint = (text) => el("span", { class: "t3" }, text);
  const proxied = (object) => paths().get(object, "spec.nginxProxy.enabled") !== false;

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
    const unknown = name && !state.offers.why && !found.some((one) => one.name === name);
    return [el("div", { class: "wz-cards", role: "radiogroup", "aria-label": "Gateway class", tabindex: "-1", "aria-describedby": fault ? "wizard-class-error" : null, "aria-invalid": fault && (state.pressed.has(0) || state.reached > 0) ? "true" : null }, [...found].sort((a, b) => b.ngf - a.ngf).map((one) => card(one, state, off))),
      found.length ? null : el("div", { class: "hint warn" }, state.offers.why || `${state.cluster} has no GatewayClass. NGF makes one when it is installed.`),
      unknown ? el("div", { class: "hint warn" }, `Class ${name} is not on ${state.cluster}; nobody would take the gateway.`) : null,
      fault && (state.pressed.has(0) || state.reached > 0) ? el("div", { class: "hint err", id: "wizard-class-error" }, fault) : null];
  }

  document.addEventListener("change", function (event) {
    if (event.target.dataset && event.target.dataset.class && ngf.wizardState()) ngf.wizardEdited("spec.gatewayClassName", event.target.value);
  });

  function edition(state) {
    const { abilities, absent = [] } = state.offers;
    if (!abilities || !Object.keys(abilities).length) return null;
    const row = (name, label) => abilities[name] && el("div", { class: `cond ${abilities[name].ok ? "ok" : "unk"}`, "data-key": name }, ngf.icon(abilities[name].ok ? "check-circle-fill" : "dash-circle"), el("div", { class: "b5" }, label, el("span", { class: "r" }, abilities[name].ok ? "" : "  not available")), el("span", {}), el("div", { class: "m" }, abilities[name].evidence));
    const told = ({ kind }) => kind !== "Certificate" || !abilities.certificates || abilities.certificates.ok; // its row says it
    const version = state.offers.version ? `NGF ${state.offers.version}` : "NGF";
    const word = { oss: "open source", enterprise: "with NGINX Plus", unknown: "edition not known" }[state.offers.edition];
    return el("div", { class: "conds flush" }, el("div", { class: "cond note", "data-key": "edition" }, ngf.statusIcon("note"), el("div", { class: "b5" }, `${version}, ${word}`), el("span", {}), el("div", { class: "m" }, state.offers.evidence)),
      row("waf", "Web application firewall"), row("snippets", "Snippets"), row("certificates", "cert-manager"),
      absent.filter(told).map((one) => el("div", { class: "cond warn", "data-key": one.kind }, ngf.statusIcon("warn"), el("div", { class: "b5" }, `${one.kind} is not installed`), el("span", {}), el("div", { class: "m" }, one.reason))));
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
      const { certManager, secretRefs } = (object.spec || {}).tls || {};
      const bare = (one) => encrypted(one) && (one.tls || {}).mode !== "Passthrough" && !((one.tls || {}).certificateRefs || []).length;
      if (!certManager && !(secretRefs || []).length) all.forEach((one, at) => { if (bare(one)) found[`spec.listeners[${at}].tls.certificateRefs`] = "Choose a certificate, or have one issued."; });
      if (certManager && !(certManager.issuerRef || {}).name) found["spec.tls.certManager.issuerRef"] = "Choose who issues it.";
      return found;
    },
    // Listeners that conflict with another, here or of a live gateway.
    clashed(object, state) {
      const { answer } = state;
      const found = {};
      const names = ((object.spec || {}).listeners || []).map((one) => one && one.name);
      for (const one of answer && answer.turn === state.turn ? answer.clashes.filter((met) => met.blocks) : []) {
        const at = names.indexOf(one.listener);
        if (at >= 0) found[`spec.listeners[${at}].port`] = one.rule;
      }
      return found;
    },
    // That a listener has no certificate is said in the step that chooses it, and that some do not go
    // together at their ports, where it is known which.
    placed({ field, rule }, object) {
      if (field !== "spec.listeners") return "";
      if (/port/.test(rule)) return Object.keys(this.clashed(object, ngf.wizardState()))[0] || "";
      const at = rule.includes("certificateRefs") ? listeners(object).findIndex((one) => encrypted(one) && !((one.tls || {}).certificateRefs || []).length) : -1;
      return at < 0 ? "" : `spec.listeners[${at}].tls.certificateRefs`;
    },
    lacking({ reason, namespace }, object) {
      if (reason === "InvalidAccessLog") return ["spec.nginxProxy.logging.accessLog.format"];
      if (reason !== "NotGranted") return [];
      const abroad = (refs) => (Array.isArray(refs) ? refs : []).some((ref) => ref.namespace === namespace);
      const met = listeners(object).map((one, at) => (abroad((one.tls || {}).certificateRefs) ? `spec.listeners[${at}].tls.certificateRefs` : ""));
      return [...met, abroad(((object.spec || {}).tls || {}).secretRefs) ? "spec.tls.secretRefs" : ""].filter(Boolean);
    },
    items(path, one, at, state) {
      const met = ((state.answer && state.answer.turn === state.turn && state.answer.clashes) || []).filter((clash) => clash.listener === one.name);
      const title = `${one.name || `listener ${at + 1}`}`;
      return { title, tag: `${one.protocol || ""} ${one.port === undefined ? "" : one.port}, ${one.hostname || "any host"}`, note: met.filter((clash) => !clash.blocks).map((clash) => `${clash.with}: ${clash.rule}`).join(" ") };
    },
    rooms: (state) => ({ cluster: ngf.wizardCluster.room(state), classes: classes(state), edition: edition(state) }),
    step: (...more) => ngf.gatewayWords.step(...more),
    summary: (state) => ngf.gatewayWords.summary(state),
  };
})(window.ngf = window.ngf || {});
