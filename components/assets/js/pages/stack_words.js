// How a stack that a wizard makes is told in words: in the rail of its steps, and in the review.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const get = (object, path) => ngf.paths.get(object, path);
  const { served, titleOf, engineOf, spec, labels, said, gatewayOf, many, scalerOf } = ngf.stackSpec;
  const faint = (text) => el("span", { class: "t3" }, text);
  const mono = (text) => el("span", { class: "mono" }, text);

  // H100 of NVIDIA-H100-80GB-HBM3, as people call it.
  const brief = (type) => (String(type || "").match(/\b(?:[ABHLVT]\d+[A-Z]*|MI\d+[A-Z]*|RTX[- ]?\d+)\b/) || [type])[0];

  function replicas(object) {
    const pool = get(object, "spec.pool") || {};
    return ngf.paths.on(get(object, "spec.autoscaling")) && pool.maxReplicas !== undefined ? `${pool.minReplicas ?? 1} to ${pool.maxReplicas}` : String(pool.replicas ?? "");
  }
  const targets = (object) => (get(object, "spec.autoscaling.thresholds") || []).map((one) => `${one.metric || "no metric"} ${one.target ?? ""}`.trim());
  const strategyOf = (object) => (ngf.stackStrategies.find(([name]) => name === (get(object, "spec.epp.strategy") || "least_queue")) || [])[1] || "";

  function step(key, state) {
    const { object } = state;
    const pool = get(object, "spec.pool") || {};
    const model = String(get(object, "spec.modelName") || "").split("/").pop();
    if (key === "model") return [titleOf(state), model].filter(Boolean).join(", ") || "what is served";
    if (key === "pool") return pool.replicas === undefined ? "how many pods" : `${pool.replicas} x ${pool.gpuCount ?? 0} ${brief(pool.gpuType) || "GPU"}`;
    if (key === "picker") return get(object, "spec.epp.config") ? "a configuration of its own" : strategyOf(object).toLowerCase();
    if (key === "scaling") return scalerOf(object) ? `${scalerOf(object)}, ${replicas(object)}` : "none";
    if (key === "route") return gatewayOf(object) || "none";
    return "";
  }

  function pods(state) {
    const { pool = {} } = spec(state);
    const port = pool.targetPort || engineOf(state).port || "of the engine";
    const gpus = `${many(Number(pool.gpuCount || 0), "GPU")} ${pool.gpuType || ""}`;
    return [`${pool.replicas ?? "?"} with ${gpus} each, port ${port}, `, mono(said(labels(state.object)))];
  }

  function traces({ logLevel, tracing }) {
    const level = `level ${logLevel ?? 3}`;
    if (!ngf.paths.asked(tracing)) return [level, ", no spans"];
    return [level, `, spans of ${Math.round(100 * (tracing.ratio ?? 0.1))}% to `, mono(tracing.endpoint || "")];
  }

  function attachment(state) {
    const { httpRoute: route = {}, modelName } = spec(state);
    const gateway = gatewayOf(state.object);
    if (!gateway) return faint("none");
    const header = route.modelHeader ? faint(` with ${route.modelHeader}: ${modelName || ""}`) : null;
    return [gateway, " ", route.hostnames ? mono(route.hostnames.join(", ")) : "every host", " ", mono(route.pathPrefix || "/"), header];
  }

  function summary(state) {
    const { object } = state;
    const { metadata = {} } = object;
    const wanted = spec(state);
    const epp = wanted.epp || {};
    const found = (state.offers.picker || {}).scorers || [];
    const weighed = found.filter((scorer) => !scorer.blind).map((scorer) => `${scorer.name} ${Math.round(100 * scorer.share)}%`).join(", ");
    const token = ngf.controls.token.read((wanted.modelServer || {}).env);
    return [
      ["Cluster", ngf.wizardCluster.mark(state)],
      ["Name", metadata.name ? [`${metadata.namespace || "default"}/`, el("b", { class: "b5" }, metadata.name)] : faint("not yet")],
      ["Model", [mono(wanted.modelName || ""), wanted.modelVersion ? faint(` ${wanted.modelVersion}`) : null]],
      ["Engine", [titleOf(state), " ", served(object) ? faint((wanted.modelServer || {}).image || engineOf(state).image || "") : faint("pods that exist")]],
      ["Secret", served(object) && token ? [mono(token), faint(" as HF_TOKEN")] : null],
      ["Pods", pods(state)],
      ["Picker", epp.config ? "a configuration of its own" : [strategyOf(object), weighed ? faint(`  ${weighed}`) : null]],
      ["On failure", epp.failureMode || "FailClose"],
      ["Log and traces", traces(epp)],
      ["Autoscaling", scalerOf(object) ? `${scalerOf(object)}, ${replicas(object)} by ${targets(object).join(", ") || "nothing yet"}` : faint("none")],
      ["Gateway", attachment(state)],
      ["GPU metrics", ngf.paths.asked(wanted.dcgm) ? "DCGM exporter" : faint("none asked for")],
    ];
  }

  ngf.stackWords = { step, summary };
})(window.ngf = window.ngf || {});
