// What is wrong with a stack as far as the browser can tell, by the path that it is about.
(function (ngf) {
  const get = (object, path) => ngf.paths.get(object, path);
  const { own, served, tokenOf, scalerOf } = ngf.stackSpec;
  const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

  function faults(object, state) {
    const found = {};
    const need = (path, text) => { const value = get(object, path); if (value === undefined || value === null || value === "") found[path] = text; };
    const { name } = object.metadata || {};
    if (!name) found["metadata.name"] = "Give it a name.";
    else if (!NAME.test(name) || name.length > 63) found["metadata.name"] = "Lower-case letters, digits and dashes, at most 63, a letter or digit at both ends.";
    const namespace = own(object);
    if (!namespace) found["metadata.namespace"] = "Name a namespace.";
    else if ((state.offers.namespaces || []).length && !state.offers.namespaces.includes(namespace)) found["metadata.namespace"] = `There is no namespace ${namespace} on ${state.cluster}.`;
    need("spec.modelName", "Name the model, as requests and the engine do.");
    need("spec.servingBackend", "Choose an engine.");
    need("spec.pool.gpuType", "Say which GPUs the pods have.");
    need("spec.pool.gpuCount", "Say how many GPUs a pod has.");
    need("spec.pool.replicas", "Say how many pods there are to be.");
    for (const path of ["spec.pool.selector", "spec.modelServer.nodeSelector"]) if (typeof get(object, path) === "string") found[path] = "Write key=value, one a line.";
    if (!served(object) && get(object, "spec.pool.selector") === undefined) found["spec.pool.selector"] = "Say which labels the pods have.";
    const token = tokenOf(get(object, "spec.modelServer.env"));
    if (token && token.secretRef && !token.secretRef.key) found["spec.modelServer.env"] = "Write Secret/key, such as hf/token.";
    if (ngf.paths.asked(get(object, "spec.epp.tracing")) && !get(object, "spec.epp.tracing.endpoint")) found["spec.epp.tracing.endpoint"] = "Say where spans are sent.";
    if (scalerOf(object)) {
      const [least, most] = ["min", "max"].map((way) => get(object, `spec.pool.${way}Replicas`));
      if (most === undefined) found["spec.pool.maxReplicas"] = "Say how many pods there may be at most.";
      else if (Number.isInteger(least) && Number.isInteger(most) && least > most) found["spec.pool.minReplicas"] = `More than ${most}, which is the most.`;
      if (scalerOf(object) === "HPA" && least === 0) found["spec.pool.minReplicas"] = "Only KEDA scales to none; an HPA keeps one at least.";
      const thresholds = get(object, "spec.autoscaling.thresholds") || [];
      if (!thresholds.length) found["spec.autoscaling.thresholds"] = "Name a metric and its target.";
      thresholds.forEach(function (one, at) {
        const path = `spec.autoscaling.thresholds[${at}]`;
        if (!one.metric) found[`${path}.metric`] = "Choose a metric.";
        else if (thresholds.findIndex((other) => other.metric === one.metric) !== at) found[`${path}.metric`] = `${one.metric} stands above already.`;
        if (one.target === undefined) found[`${path}.target`] = "Say which value is aimed at.";
        else if (!Number.isInteger(one.target) || one.target < 1) found[`${path}.target`] = "A whole number, at least 1.";
      });
    }
    (get(object, "spec.httpRoute.headers") || []).forEach(function (one, at) {
      if (!one.name) found[`spec.httpRoute.headers[${at}].name`] = "Name the header.";
      if (!one.value) found[`spec.httpRoute.headers[${at}].value`] = "Say which value it has.";
    });
    return found;
  }

  ngf.stackFaults = faults;
})(window.ngf = window.ngf || {});
