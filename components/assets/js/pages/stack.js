// What stands in a stack, for whoever draws its wizard.
(function (ngf) {
  const get = (object, path) => ngf.paths.get(object, path);
  const own = (object) => (object.metadata || {}).namespace || "";
  const served = (object) => get(object, "spec.modelServer.enabled") === true;
  const titleOf = (state) => ((state.offers.engines || {})[spec(state).servingBackend] || {}).title || spec(state).servingBackend || "";
  const engineOf = (state) => (state.offers.engines || {})[spec(state).servingBackend] || {};
  const spec = (state) => state.object.spec || {};

  // The labels that the pool would find its pods by.
  function labels(object) {
    const told = get(object, "spec.pool.selector");
    if (told && typeof told === "object") return told;
    const { name } = object.metadata || {};
    return name ? { app: name } : {};
  }
  const said = (found) => Object.entries(found).map(([key, value]) => `${key}=${value}`).join(", ");

  function gatewayOf(object) {
    const route = get(object, "spec.httpRoute") || {};
    return route.gatewayRef ? `${route.gatewayNamespace || own(object)}/${route.gatewayRef}` : "";
  }
  const choice = (state) => (state.offers.gateways || []).find((one) => one.value === gatewayOf(state.object));

  const many = (count, one) => `${count} ${count === 1 ? one : `${one}s`}`;
  const WEIGHTS = { queueDepth: 2, kvCache: 2, prefixAffinity: 3 };
  const TOKEN = "HF_TOKEN";
  const tokenOf = (env) => (Array.isArray(env) ? env : []).find((one) => one && one.name === TOKEN);
  const scalerOf = (object) => ({ keda: "KEDA", hpa: "HPA" }[ngf.paths.on(get(object, "spec.autoscaling")) ? get(object, "spec.autoscaling.backend") || "keda" : ""] || "");
  const offered = (state, name) => ((state.offers.abilities || {})[name]);

  ngf.stackSpec = { own, served, titleOf, engineOf, spec, labels, said, gatewayOf, choice, many, WEIGHTS, TOKEN, tokenOf, scalerOf, offered };
})(window.ngf = window.ngf || {});
