// What the wizard of stacks says beside its inputs: what the cluster has for a stack, and what the
// choices come to.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const get = (object, path) => ngf.paths.get(object, path);
  const { own, served, spec, labels, said, gatewayOf, choice, many, offered } = ngf.stackSpec;
  const mono = (text) => el("span", { class: "mono" }, text);

  const evidence = (one) => el("div", { class: `hint${one.ok ? "" : " lack"}` }, ngf.icon(!one.known ? "question-circle" : one.ok ? "check-circle" : "dash-circle"), one.evidence);

  function installed(state) {
    const inference = offered(state, "inference");
    const lacking = Object.values(state.offers.lacking || {});
    return [inference ? evidence(inference) : null, lacking.map((why) => el("div", { class: "hint warn", "data-key": why }, ngf.icon("exclamation-triangle"), why))];
  }

  function gpus(state) {
    const { gpus: found, gpus_evidence: whence } = state.offers;
    if (!found) return null;
    const pool = spec(state).pool || {};
    const one = found.find(({ value }) => value === pool.gpuType) || found.find(({ value }) => pool.gpuType && value.includes(pool.gpuType));
    const listed = found.map(({ value, total, free }) => `${total} ${value}${free === null ? "" : `, ${free} free`}`).join("; ");
    const wanted = Number(pool.gpuCount || 0) * Number(pool.replicas || 0);
    const short = served(state.object) && state.ref.create && one && one.free !== null && wanted > one.free;
    return [el("div", { class: "hint" }, ngf.icon("gpu-card"), listed ? `On ${state.cluster}: ${listed}. ` : `No GPU is known on ${state.cluster}. `, listed ? whence : whence || ""),
      short ? el("div", { class: "hint warn" }, ngf.icon("exclamation-triangle"), `${many(wanted, "GPU")} are asked for and ${one.free} are free: pods beyond that wait.`) : null];
  }

  function pods(state) {
    const found = state.offers.pods;
    const wanted = said(labels(state.object));
    if (!found || !wanted) return el("div", { class: "hint" }, "Which pods these are is known once it has a name.");
    if (!found.known) return el("div", { class: "hint" }, found.why);
    const named = found.names.join(", ") + (found.count > found.names.length ? ` and ${found.count - found.names.length} more` : "");
    const where = `${wanted} in ${own(state.object)}`;
    if (!found.count && served(state.object)) return el("div", { class: "hint" }, ngf.icon("info-circle"), `No pod has ${where} yet; the model server brings them.`);
    if (!found.count) return el("div", { class: "hint warn" }, ngf.icon("exclamation-triangle"), `No pod has ${where}: the pool would be empty.`);
    const foreign = served(state.object) && state.ref.create;
    return el("div", { class: "hint", "data-count": found.count }, ngf.icon(foreign ? "exclamation-triangle" : "check-circle"),
      `${many(found.count, "pod")} with ${where} now, ${found.ready} ready: `, mono(named),
      foreign ? ". They would be in the pool, too: give it other labels if they are somebody else's." : "");
  }

  function size(state) {
    const pool = spec(state).pool || {};
    const all = Number(pool.gpuCount) * Number(pool.replicas);
    if (!Number.isFinite(all) || all <= 0) return null;
    const each = `${many(Number(pool.replicas), "pod")} with ${pool.gpuCount} ${pool.gpuType || ""} each`;
    return el("div", { class: "hint" }, ngf.icon("gpu-card"), `${many(all, "GPU")} in all: ${each}.`);
  }

  function scorer({ name, blind, weight, share }, colour) {
    const said = blind ? "left out" : `weight ${weight}, ${Math.round(100 * share)}%`;
    return [
      el("dt", { class: `cl ${blind ? "off" : colour}` }, blind ? el("s", {}, name) : name),
      el("dd", { class: "num" }, said),
      blind ? el("dd", { class: "why hint warn" }, blind) : null,
    ];
  }

  // How the weights share what a pod can score; what the engine has no metric for is struck.
  function scorers(state) {
    const found = (state.offers.picker || {}).scorers;
    if (get(state.object, "spec.epp.config")) return el("div", { class: "hint" }, ngf.icon("info-circle"), "It has a configuration of its own, below; strategy and weights count for nothing.");
    if (!found || !found.length) return null;
    const colours = { "queue-scorer": "c1", "kv-cache-utilization-scorer": "c2", "prefix-cache-scorer": "c3" };
    const seen = found.filter((one) => !one.blind);
    return el("div", { class: "wz-scorers", role: "group", "aria-label": "Resulting scorers" }, el("span", { class: "lab" }, "What a pod can score"),
      el("div", { class: "bars", "aria-hidden": "true" }, seen.map((one) => el("b", { class: colours[one.name] || "c8", style: `width:${(100 * one.share).toFixed(1)}%` }))),
      el("dl", {}, found.map((one) => scorer(one, colours[one.name] || "c8"))),
      seen.length ? null : el("div", { class: "hint warn" }, ngf.icon("exclamation-triangle"), "Nothing is left to choose by: any pod is picked."));
  }

  function gateway(state) {
    const chosen = choice(state);
    const wanted = gatewayOf(state.object);
    if (!wanted) return el("div", { class: "hint" }, ngf.icon("info-circle"), "Without a route the pool serves whoever reaches its pods inside the cluster.");
    if (!chosen) return state.offers.gateways ? el("div", { class: "hint warn" }, ngf.icon("exclamation-triangle"), `There is no gateway ${wanted} on ${state.cluster}.`) : null;
    const barred = !chosen.open && chosen.namespace !== own(state.object);
    const hosts = chosen.hosts.length ? ["hosts ", mono(chosen.hosts.join(", "))] : "any host";
    return [el("div", { class: "hint" }, ngf.icon("door-open"), `Class ${chosen.class}; listeners ${chosen.listeners.join(", ") || "none for HTTP"}; `, hosts, "."),
      barred ? el("div", { class: "hint warn" }, ngf.icon("exclamation-triangle"), `No listener of it is known to take routes of namespace ${own(state.object)}.`) : null];
  }

  function dcgm(state) {
    const one = offered(state, "dcgm");
    return one ? el("div", { class: "hint" }, ngf.icon("info-circle"), one.evidence, one.ok ? " It is adopted; no second one is made." : "") : null;
  }

  ngf.stackRooms = (state) => ({
    cluster: ngf.wizardCluster.room(state),
    installed: installed(state),
    gpus: gpus(state),
    found: served(state.object) ? null : pods(state),
    size: size(state),
    pods: pods(state),
    dcgm: dcgm(state),
    scorers: scorers(state),
    gateway: gateway(state),
    replay: ngf.stackReplay.room(state),
  });
})(window.ngf = window.ngf || {});
