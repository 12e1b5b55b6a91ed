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

  ngf.gatewayWords = { step, summary };
})(window.ngf = window.ngf || {});
