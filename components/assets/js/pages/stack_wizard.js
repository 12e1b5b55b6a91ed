// What the wizard of stacks knows beside its declared fields (components/stack_wizard.py): what goes
// with a choice, and what it asks the cluster for.
(function (ngf) {
  const get = (object, path) => ngf.paths.get(object, path);
  const put = (object, path, value) => ngf.paths.put(object, path, value);
  const { own, titleOf, labels, WEIGHTS } = ngf.stackSpec;

  // What goes with a choice, so that nothing stays that the server would refuse or the wizard has put there.
  function changed(path, object, state) {
    if (path.startsWith("spec.epp.weights.") && Object.keys(get(object, "spec.epp.weights") || {}).length === 1 && !get(state.live, "spec.epp.weights")) put(object, "spec.epp.weights", { ...WEIGHTS, ...get(object, "spec.epp.weights") });
    if (path === "spec.epp.strategy" && get(object, path) !== "composite") put(object, "spec.epp.weights", undefined);
    // The server port of the engine is the port that requests go to.
    if (path === "spec.pool.targetPort" && get(object, "spec.modelServer.port") !== undefined) put(object, "spec.modelServer.port", get(object, path));
    if (path === "spec.epp.config" && get(object, path)) put(object, "spec.epp.weights", undefined);
    if (path !== "spec.autoscaling") return;
    const scaler = get(object, path);
    if (!scaler) {
      if (state.ref.create) for (const way of ["min", "max"]) put(object, `spec.pool.${way}Replicas`, undefined);
      return;
    }
    const replicas = Number(get(object, "spec.pool.replicas")) || 1;
    if (get(object, "spec.pool.minReplicas") === undefined) put(object, "spec.pool.minReplicas", Math.max(1, replicas));
    if (get(object, "spec.pool.maxReplicas") === undefined) put(object, "spec.pool.maxReplicas", 2 * Math.max(1, replicas));
    if (!scaler.thresholds) put(object, "spec.autoscaling.thresholds", [{ metric: (state.offers.metrics || []).includes("queue_depth") ? "queue_depth" : "gpu_util_pct", target: 5 }]);
    const [address] = state.offers.prometheuses || [];
    if (scaler.backend === "keda" && !scaler.serverAddress && address) put(object, "spec.autoscaling.serverAddress", address);
  }

  function added(path, object) {
    if (path !== "spec.autoscaling.thresholds") return undefined;
    const { offers } = ngf.wizardState();
    const taken = (get(object, path) || []).map((one) => one.metric);
    const metric = (offers.metrics || []).find((one) => !taken.includes(one));
    return metric ? { metric, target: metric.endsWith("_pct") ? 80 : 5 } : undefined;
  }

  function items(path, one, at, state) {
    if (path !== "spec.autoscaling.thresholds") return { title: one.name || `header ${at + 1}` };
    const known = state.offers.metrics || [];
    const foreign = one.metric && known.length && !known.includes(one.metric);
    return { title: one.metric || `metric ${at + 1}`, tag: one.target === undefined ? "" : `target ${one.target}${one.metric && one.metric.endsWith("_pct") ? "%" : ""} a pod`, note: foreign ? `${titleOf(state)} offers ${known.join(", ")}.` : "" };
  }

  // What the cluster has changes while somebody chooses from it: pods come, GPUs are taken.
  const READ = ["pods", "nodes", "gateways", "inferencepools", "scaledobjects", "namespaces"];
  const follow = ngf.follow({
    here: () => { const state = ngf.wizardState(); return Boolean(state && state.told.kind === "inferencestacks" && !state.applied); },
    concerns: (change) => { const state = ngf.wizardState(); return Boolean(state) && change.cluster === state.cluster && READ.includes(change.kind); },
    ask() {
      const state = ngf.wizardState();
      follow.asked();
      dash_clientside.set_props("wizard-offers-asked", { data: { cluster: state.cluster, ...ngf.wizards.inferencestacks.offers(state.object), kind: state.told.kind, at: Date.now() } });
    },
  });

  ngf.wizards = ngf.wizards || {};
  ngf.wizards.inferencestacks = {
    begin(object, view) {
      if (view.namespace) object.metadata.namespace = view.namespace;
      return object;
    },
    offers: (object) => ({
      namespace: own(object),
      selector: labels(object),
      spec: { servingBackend: get(object, "spec.servingBackend"), modelServer: { image: get(object, "spec.modelServer.image") }, epp: { strategy: get(object, "spec.epp.strategy"), weights: get(object, "spec.epp.weights"), config: Boolean(get(object, "spec.epp.config")) } },
    }),
    rooms: (state) => ngf.stackRooms(state),
    changed,
    added,
    items,
    lacking: ({ reason }) => (reason === "InvalidPickerConfig" ? ["spec.epp.config"] : []),
    faults: (...more) => ngf.stackFaults(...more),
    step: (...more) => ngf.stackWords.step(...more),
    summary: (state) => ngf.stackWords.summary(state),
  };
})(window.ngf = window.ngf || {});
