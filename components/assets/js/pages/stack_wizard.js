// What the wizard of stacks knows beside its declared fields (components/stack_wizard.py): who makes the
// pods, what a strategy means and comes to, what scales a pool, which gateway leads to it.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const get = (object, path) => ngf.paths.get(object, path);
  const put = (object, path, value) => ngf.paths.put(object, path, value);
  const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
  const spec = (state) => state.object.spec || {};
  const faint = (text) => el("span", { class: "t3" }, text);
  const mono = (text) => el("span", { class: "mono" }, text);
  const many = (count, one) => `${count} ${count === 1 ? one : `${one}s`}`;
  const served = (object) => get(object, "spec.modelServer.enabled") === true;
  const offered = (state, name) => ((state.offers.abilities || {})[name]);
  const titleOf = (state) => ((state.offers.engines || {})[spec(state).servingBackend] || {}).title || spec(state).servingBackend || "";
  const engineOf = (state) => (state.offers.engines || {})[spec(state).servingBackend] || {};
  const own = (object) => (object.metadata || {}).namespace || "";

  // The labels that the pool would find its pods by.
  function labels(object) {
    const told = get(object, "spec.pool.selector");
    if (told && typeof told === "object") return told;
    const { name } = object.metadata || {};
    return name ? { app: name } : {};
  }
  const said = (found) => Object.entries(found).map(([key, value]) => `${key}=${value}`).join(", ");

  // H100 of NVIDIA-H100-80GB-HBM3, as people call it.
  const brief = (type) => (String(type || "").match(/\b(?:[ABHLVT]\d+[A-Z]*|MI\d+[A-Z]*|RTX[- ]?\d+)\b/) || [type])[0];

  /* Controls */
  const STRATEGIES = [
    ["least_queue", "Shortest queue", "The pod with the fewest waiting requests; of several the one with more free cache. For prompts that have little in common."],
    ["kv_cache", "Freest cache", "The pod with the most free KV cache. For long prompts and long answers, which fill caches before queues."],
    ["prefix_affinity", "Longest cached prefix", "The pod that has most of the prompt in its cache already. For chats and shared system prompts: a hit saves the whole prefill."],
    ["composite", "All three", "Queue, cache and prefix together, by weights that you choose."],
  ];
  const WEIGHTS = { queueDepth: 2, kvCache: 2, prefixAffinity: 3 };
  const SERVERS = [
    ["made", "The operator makes them", "A Deployment of the engine with the image, arguments and GPUs below."],
    ["found", "They exist already", "The pool adopts pods by their labels; whoever made them keeps them."],
  ];
  const SCALERS = [
    ["", "Nothing", "The pool keeps its number of replicas.", ""],
    ["keda", "KEDA", "A ScaledObject with queries to Prometheus; it can go down to zero.", "keda"],
    ["hpa", "HPA", "A HorizontalPodAutoscaler; it needs an adapter for metrics of engines.", ""],
  ];

  // Cards of which one is chosen; `lack` says why one cannot be had here.
  function cards(control, common, chosen, choices, label) {
    return el("div", { class: "wz-cards", role: "radiogroup", "aria-label": label, id: common.id, tabindex: "-1", "aria-invalid": common["aria-invalid"] },
      choices.map(([value, title, text, lack]) => el("label", { class: `wz-card${value === chosen ? " on" : ""}`, "data-key": value || "none" },
        el("input", { type: "radio", class: "form-check-input", name: common.id, value, checked: value === chosen, disabled: common.disabled || Boolean(lack && value !== chosen), "data-path": common["data-path"], "data-control": control }),
        el("b", { class: "b5" }, title), el("span", { class: "t2 s12" }, text), lack ? el("span", { class: "hint lack" }, ngf.icon("dash-circle"), lack) : null)));
  }

  const plain = (name) => (field, common, more) => ngf.controls[name].draw(field, common, more);
  const TOKEN = "HF_TOKEN";
  const tokenOf = (env) => (Array.isArray(env) ? env : []).find((one) => one && one.name === TOKEN);

  Object.assign(ngf.controls, {
    engine: {
      draw(field, common, more) {
        const { engines } = more.state.offers;
        const options = engines ? Object.entries(engines).map(([name, { title }]) => [name, title]) : [];
        return ngf.controls.select.draw({ ...field, options }, common, more);
      },
      read: ngf.paths.text,
      write: (shown) => shown || undefined,
    },
    server: {
      whole: true,
      draw: (field, common, { value }) => cards("server", common, value === true ? "made" : "found", SERVERS, field.label),
      write(shown) {
        if (shown === "made") return true;
        const held = Object.keys(get(ngf.wizardState().object, "spec.modelServer") || {});
        return held.some((key) => key !== "enabled") ? false : undefined;
      },
    },
    image: {
      draw: (field, common, more) => ngf.controls.mono.draw({ ...field, placeholder: engineOf(more.state).image || "" }, common, more),
      read: ngf.paths.text,
      write: (shown) => shown.trim() || undefined,
    },
    port: {
      draw: (field, common, more) => ngf.controls.number.draw({ ...field, placeholder: String(engineOf(more.state).port || "") }, common, more),
      read: ngf.paths.text,
      write: (shown) => ngf.controls.number.write(shown),
    },
    // One entry of the environment; all others stay as they are.
    token: {
      draw: plain("mono"),
      read(env) {
        const ref = (tokenOf(env) || {}).secretRef;
        return ref ? [ref.name, ref.key].filter(Boolean).join("/") : "";
      },
      write(shown, held) {
        const env = Array.isArray(held) ? held : [];
        const rest = env.filter((one) => !one || one.name !== TOKEN);
        const [name, key] = shown.trim().split("/");
        if (!name) return rest.length ? rest : undefined;
        const { value, ...kept } = tokenOf(env) || { name: TOKEN };
        const entry = { ...kept, secretRef: { ...kept.secretRef, name, key: key || "" } };
        const at = env.findIndex((one) => one && one.name === TOKEN);
        return at < 0 ? [...env, entry] : env.map((one, index) => (index === at ? entry : one));
      },
    },
    strategy: {
      whole: true,
      draw: (field, common, { value }) => cards("strategy", common, value || "least_queue", STRATEGIES, field.label),
      write: (shown) => shown,
    },
    // Without any the usual ones count; where there are some, one that is missing is 0.
    weight: {
      draw(field, common, more) {
        const held = get(more.state.object, "spec.epp.weights");
        return ngf.controls.number.draw({ ...field, placeholder: String(held ? 0 : WEIGHTS[field.path.split(".").pop()]) }, common, more);
      },
      read: ngf.paths.text,
      write: (shown) => ngf.controls.number.write(shown),
    },
    level: { draw: plain("select"), read: ngf.paths.text, write: (shown) => (shown === "" ? undefined : Number(shown)) },
    scaler: {
      whole: true,
      draw(field, common, { value, state }) {
        const chosen = value && ngf.paths.on(value) ? value.backend || "keda" : "";
        const lack = (name) => { const one = name && offered(state, name); return one && !one.ok ? one.reason : ""; };
        return cards("scaler", common, chosen, SCALERS.map(([name, title, text, ability]) => [name, title, text, lack(ability)]), field.label);
      },
      write: (shown, held) => (shown ? { ...held, backend: shown } : undefined),
    },
    gateway: {
      draw(field, common, more) {
        const options = (more.state.offers.gateways || []).map((one) => [one.value, one.status === "ok" ? one.value : `${one.value}, not programmed`]);
        return ngf.controls.select.draw({ ...field, options, empty: "None: nothing outside the cluster reaches it" }, common, { ...more, value: gatewayOf(more.state.object) });
      },
      read: () => gatewayOf(ngf.wizardState().object),
      write(shown, held) {
        if (!shown) return undefined;
        const at = shown.lastIndexOf("/");
        const { sectionName, ...kept } = held || {};
        return { ...kept, gatewayRef: shown.slice(at + 1), gatewayNamespace: shown.slice(0, at) };
      },
    },
    listener: {
      draw(field, common, more) {
        const chosen = choice(more.state);
        return ngf.controls.select.draw({ ...field, options: (chosen ? chosen.listeners : []).map((one) => [one, one]), empty: "every listener that takes it" }, common, more);
      },
      read: ngf.paths.text,
      write: (shown) => shown || undefined,
    },
  });

  function gatewayOf(object) {
    const route = get(object, "spec.httpRoute") || {};
    return route.gatewayRef ? `${route.gatewayNamespace || own(object)}/${route.gatewayRef}` : "";
  }
  const choice = (state) => (state.offers.gateways || []).find((one) => one.value === gatewayOf(state.object));

  /* Rooms */
  function cluster(state) {
    const one = state.base.clusters.find(({ value }) => value === state.cluster);
    const id = "wizard-field-cluster";
    if (!state.ref.create || state.applied) return el("div", {}, el("span", { class: "lab" }, "Cluster"), el("span", { class: `cl c${one ? one.slot : 8}` }, one ? one.label : state.cluster));
    return el("div", { class: "fgrid" }, el("div", {}, el("label", { class: "lab", for: id }, "Cluster"), el("select", { class: "form-select", id, "data-path": "cluster", "data-control": "cluster" }, state.base.clusters.map(({ value, label }) => el("option", { value }, label)))));
  }

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
    return el("div", { class: "hint", "data-count": found.count }, ngf.icon(served(state.object) && state.ref.create ? "exclamation-triangle" : "check-circle"), `${many(found.count, "pod")} with ${where} now, ${found.ready} ready: `, mono(named),
      served(state.object) && state.ref.create ? ". They would be in the pool, too: give it other labels if they are somebody else's." : "");
  }

  function size(state) {
    const pool = spec(state).pool || {};
    const all = Number(pool.gpuCount) * Number(pool.replicas);
    return Number.isFinite(all) && all > 0 ? el("div", { class: "hint" }, ngf.icon("gpu-card"), `${many(all, "GPU")} in all: ${many(Number(pool.replicas), "pod")} with ${pool.gpuCount} ${pool.gpuType || ""} each.`) : null;
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
      el("dl", {}, found.map((one) => [el("dt", { class: `cl ${one.blind ? "off" : colours[one.name] || "c8"}` }, one.blind ? el("s", {}, one.name) : one.name), el("dd", { class: "num" }, one.blind ? "left out" : `weight ${one.weight}, ${Math.round(100 * one.share)}%`), one.blind ? el("dd", { class: "why hint warn" }, one.blind) : null])),
      seen.length ? null : el("div", { class: "hint warn" }, ngf.icon("exclamation-triangle"), "Nothing is left to choose by: any pod is picked."));
  }

  function gateway(state) {
    const chosen = choice(state);
    const wanted = gatewayOf(state.object);
    if (!wanted) return el("div", { class: "hint" }, ngf.icon("info-circle"), "Without a route the pool serves whoever reaches its pods inside the cluster.");
    if (!chosen) return state.offers.gateways ? el("div", { class: "hint warn" }, ngf.icon("exclamation-triangle"), `There is no gateway ${wanted} on ${state.cluster}.`) : null;
    const barred = !chosen.open && chosen.namespace !== own(state.object);
    return [el("div", { class: "hint" }, ngf.icon("door-open"), `Class ${chosen.class}; listeners ${chosen.listeners.join(", ") || "none for HTTP"}; `, chosen.hosts.length ? ["hosts ", mono(chosen.hosts.join(", "))] : "any host", "."),
      barred ? el("div", { class: "hint warn" }, ngf.icon("exclamation-triangle"), `No listener of it is known to take routes of namespace ${own(state.object)}.`) : null];
  }

  function dcgm(state) {
    const one = offered(state, "dcgm");
    return one ? el("div", { class: "hint" }, ngf.icon("info-circle"), one.evidence, one.ok ? " It is adopted; no second one is made." : "") : null;
  }

  /* The rail and the review */
  function replicas(object) {
    const pool = get(object, "spec.pool") || {};
    return ngf.paths.on(get(object, "spec.autoscaling")) && pool.maxReplicas !== undefined ? `${pool.minReplicas ?? 1} to ${pool.maxReplicas}` : String(pool.replicas ?? "");
  }
  const targets = (object) => (get(object, "spec.autoscaling.thresholds") || []).map((one) => `${one.metric || "no metric"} ${one.target ?? ""}`.trim());
  const scalerOf = (object) => ({ keda: "KEDA", hpa: "HPA" }[ngf.paths.on(get(object, "spec.autoscaling")) ? get(object, "spec.autoscaling.backend") || "keda" : ""] || "");
  const strategyOf = (object) => (STRATEGIES.find(([name]) => name === (get(object, "spec.epp.strategy") || "least_queue")) || [])[1] || "";

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

  function summary(state) {
    const { object } = state;
    const { metadata = {} } = object;
    const wanted = spec(state);
    const pool = wanted.pool || {};
    const epp = wanted.epp || {};
    const one = state.base.clusters.find(({ value }) => value === state.cluster);
    const found = (state.offers.picker || {}).scorers || [];
    const weighed = found.filter((scorer) => !scorer.blind).map((scorer) => `${scorer.name} ${Math.round(100 * scorer.share)}%`).join(", ");
    const route = wanted.httpRoute || {};
    const token = ngf.controls.token.read((wanted.modelServer || {}).env);
    return [
      ["Cluster", el("span", { class: `cl c${one ? one.slot : 8}` }, state.cluster)],
      ["Name", metadata.name ? [`${metadata.namespace || "default"}/`, el("b", { class: "b5" }, metadata.name)] : faint("not yet")],
      ["Model", [mono(wanted.modelName || ""), wanted.modelVersion ? faint(` ${wanted.modelVersion}`) : null]],
      ["Engine", [titleOf(state), " ", served(object) ? faint((wanted.modelServer || {}).image || engineOf(state).image || "") : faint("pods that exist")]],
      ["Secret", served(object) && token ? [mono(token), faint(" as HF_TOKEN")] : null],
      ["Pods", [`${pool.replicas ?? "?"} with ${many(Number(pool.gpuCount || 0), "GPU")} ${pool.gpuType || ""} each, port ${pool.targetPort || engineOf(state).port || "of the engine"}, `, mono(said(labels(object)))]],
      ["Picker", epp.config ? "a configuration of its own" : [strategyOf(object), weighed ? faint(`  ${weighed}`) : null]],
      ["On failure", epp.failureMode || "FailClose"],
      ["Log and traces", [`level ${epp.logLevel ?? 3}`, ngf.paths.on(epp.tracing) ? [", spans of ", `${Math.round(100 * (epp.tracing.ratio ?? 0.1))}% to `, mono(epp.tracing.endpoint || "")] : ", no spans"]],
      ["Autoscaling", scalerOf(object) ? `${scalerOf(object)}, ${replicas(object)} by ${targets(object).join(", ") || "nothing yet"}` : faint("none")],
      ["Gateway", gatewayOf(object) ? [gatewayOf(object), " ", route.hostnames ? mono(route.hostnames.join(", ")) : "every host", " ", mono(route.pathPrefix || "/"), route.modelHeader ? faint(` with ${route.modelHeader}: ${wanted.modelName || ""}`) : null] : faint("none")],
      ["GPU metrics", ngf.paths.on(wanted.dcgm) ? "DCGM exporter" : faint("none asked for")],
    ];
  }

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
    for (const path of ["spec.pool.selector", "spec.modelServer.nodeSelector"]) if (typeof get(object, path) === "string") found[path] = "Write key=value, with commas between.";
    if (!served(object) && get(object, "spec.pool.selector") === undefined) found["spec.pool.selector"] = "Say which labels the pods have.";
    const token = tokenOf(get(object, "spec.modelServer.env"));
    if (token && token.secretRef && !token.secretRef.key) found["spec.modelServer.env"] = "Write Secret/key, such as hf/token.";
    if (ngf.paths.on(get(object, "spec.epp.tracing")) && !get(object, "spec.epp.tracing.endpoint")) found["spec.epp.tracing.endpoint"] = "Say where spans are sent.";
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

  // What goes with a choice, so that nothing stays that the server would refuse or the wizard has put there.
  function changed(path, object, state) {
    if (path.startsWith("spec.epp.weights.") && Object.keys(get(object, "spec.epp.weights") || {}).length === 1 && !get(state.live, "spec.epp.weights")) put(object, "spec.epp.weights", { ...WEIGHTS, ...get(object, "spec.epp.weights") });
    if (path === "spec.epp.strategy" && get(object, path) !== "composite") put(object, "spec.epp.weights", undefined);
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
    rooms: (state) => ({ cluster: cluster(state), installed: installed(state), gpus: gpus(state), found: served(state.object) ? null : pods(state), size: size(state), pods: pods(state), dcgm: dcgm(state), scorers: scorers(state), gateway: gateway(state), replay: ngf.stackReplay.room(state) }),
    changed, added, items, faults, step, summary,
  };
})(window.ngf = window.ngf || {});
