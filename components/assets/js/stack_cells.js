/* Cells of the list of stacks, which show several fields of a row in one. */
(function () {
  "use strict";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...args) => window.React.createElement(...args);
  const faint = (text) => h("span", { className: "t3" }, text);
  const ENGINES = { vllm: "vLLM", sglang: "SGLang", triton: "Triton", tgi: "TGI", ollama: "Ollama" };

  /* What people call a model is what stands after its owner. */
  cells.NgfStackModel = ({ data, value }) => (data ? h("span", { title: [value, data.model_version].filter(Boolean).join(", ") }, String(value || "").split("/").pop()) : null);

  cells.NgfStackEngine = ({ value }) => (value ? h("span", {}, ENGINES[value] || value) : null);

  /* All GPUs that its replicas hold, of which kind. */
  cells.NgfStackGpus = ({ data }) => {
    if (!data) return null;
    const { gpu_count: each, replicas, gpu_type: type } = data;
    if (!each || !replicas) return faint("none");
    return h("span", { title: `${each} of each of ${replicas} pods` }, `${each * replicas} ${type}`);
  };

  cells.NgfStackSize = ({ data }) => {
    if (!data || data.replicas === null || data.replicas === undefined) return null;
    const { replicas, min_replicas: least, max_replicas: most, scaler } = data;
    if (!scaler || least === null || most === null) return h("span", {}, replicas);
    return h("span", { title: `${scaler === "hpa" ? "An HPA" : "KEDA"} keeps between ${least} and ${most}` }, `${least} to ${most}`);
  };

  cells.NgfStackChildren = ({ data }) => {
    if (!data) return null;
    if (!data.children_total) return faint("none yet");
    return h("span", { className: data.children_ready < data.children_total ? "wrn" : "" }, `${data.children_ready} of ${data.children_total}`);
  };
})();
