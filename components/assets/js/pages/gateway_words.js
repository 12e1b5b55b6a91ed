// How a gateway that a wizard makes is told in words: in the rail of its steps, and in the review.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const paths = () => ngf.paths;
  const spec = (state) => state.object.spec || {};
  const { listeners, encrypted, spokenRef } = ngf.gatewaySpec;
  const faint = (text) => el("span", { class: "t3" }, text);
  const mono = (text) => el("span", { class: "mono" }, text);
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
      return from === "All" ? "every namespace" : from === "Selector" ? `namespaces with ${ngf.controls.pairs.read(selector).replaceAll("\n", ", ")}` : "its own namespace";
    }));
    return [...told].join("; ");
  }

  const LOGS = { Console: "JSON access log", Default: "NGINX access log", Custom: "access log of its own format", Off: "no access log" };
  const FAMILIES = { ipv4: "IPv4", ipv6: "IPv6" };
  const EDITIONS = { oss: "OSS", enterprise: "Plus" };

  function proxy(state) {
    const found = spec(state).nginxProxy || {};
    if (!paths().on(spec(state).nginxProxy)) return "as the class has it";
    const log = ((found.logging || {}).accessLog || {}).preset || "Console";
    const endpoint = ((found.telemetry || {}).exporter || {}).endpoint;
    const words = [
      FAMILIES[found.ipFamily] || "IPv4 and IPv6",
      LOGS[log],
      found.replicas === undefined ? "" : `${found.replicas} pods`,
      (found.service || {}).type,
      (found.rewriteClientIP || {}).mode,
    ];
    return [words.filter(Boolean).join(", "), endpoint ? [", OTLP to ", mono(endpoint)] : null];
  }

  function firewall(state) {
    const { waf } = spec(state);
    const ability = (state.offers.abilities || {}).waf;
    if (paths().on(waf)) return ["on", waf.policyRef ? [", ", mono(waf.policyRef)] : null];
    if (ability && !ability.ok) return faint(`not available: ${ability.reason.split(". ")[0].replace(/\.$/, "")}`);
    return faint("off");
  }

  function snippets(state) {
    const { snippetsFilter, snippetsPolicy, routeMarker } = spec(state);
    const told = [[snippetsFilter, "a filter for routes"], [snippetsPolicy, "for the whole gateway"], [routeMarker, "route marker"]];
    return told.filter(([section]) => paths().on(section)).map(([, words]) => words).join(", ");
  }

  function certificate(state) {
    const { metadata = {} } = state.object;
    const { certManager = {} } = spec(state).tls || {};
    const { issuerRef: issuer, secretName } = certManager;
    if (!listeners(state.object).some(encrypted)) return null;
    const named = certified(state).filter((text) => text !== "cert-manager");
    return [
      named.map((text, at) => [at ? ", " : "", mono(text)]),
      issuer ? [named.length ? ", " : "", mono(secretName || `${metadata.name || ""}-tls`), faint(` from ${issuer.kind || "Issuer"} ${issuer.name}`)] : null,
    ];
  }

  function summary(state) {
    const { metadata = {}, spec: wanted = {} } = state.object;
    const { offers } = state;
    const all = listeners(state.object);
    const chosen = (offers.classes || []).find(({ name }) => name === wanted.gatewayClassName);
    const features = chosen && chosen.features.length ? faint(`${chosen.features.length} features supported`) : null;
    const ngfThere = [offers.version ? `NGF ${offers.version}` : "", EDITIONS[offers.edition]].filter(Boolean).join(" ");
    return [
      ["Cluster", [ngf.wizardCluster.mark(state), " ", faint(ngfThere)]],
      ["Name", metadata.name ? [`${metadata.namespace || "default"}/`, el("b", { class: "b5" }, metadata.name)] : faint("not yet")],
      ["Class", [wanted.gatewayClassName || faint("not yet"), " ", features]],
      ["Listeners", all.length ? all.map(hosted) : faint("none")],
      ["Certificate", certificate(state)],
      ["Routes from", allowed(state)],
      ["Proxy", proxy(state)],
      ["Snippets", snippets(state)],
      ["WAF", firewall(state)],
    ];
  }

  ngf.gatewayWords = { step, summary };
})(window.ngf = window.ngf || {});
