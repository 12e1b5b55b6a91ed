// The inputs that only the wizard of stacks has (components/stack_wizard.py): engines, who makes the
// pods, what counts for the picker, what scales a pool, which gateway leads to it.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const get = (object, path) => ngf.paths.get(object, path);
  const stack = () => ngf.stackSpec;
  const STRATEGIES = [
    ["least_queue", "Shortest queue", "The pod with the fewest waiting requests; of several the one with more free cache. For prompts that have little in common."],
    ["kv_cache", "Freest cache", "The pod with the most free KV cache. For long prompts and long answers, which fill caches before queues."],
    ["prefix_affinity", "Longest cached prefix", "The pod that has most of the prompt in its cache already, which saves the whole prefill. Chats through NGINX Gateway Fabric then need a header, see the review."],
    ["composite", "All three", "Queue, cache and prefix together, by weights that you choose. With a weight of a prefix, chats need that header."],
  ];
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
    const { id, "data-path": path, "aria-invalid": invalid, "aria-describedby": described } = common;
    const card = function ([value, title, text, lack]) {
      const on = value === chosen;
      const radio = { type: "radio", class: "form-check-input", name: id, value, checked: on, disabled: common.disabled || Boolean(lack && !on), "data-path": path, "data-control": control };
      return el("label", { class: `wz-card${on ? " on" : ""}`, "data-key": value || "none" },
        el("input", radio), el("b", { class: "b5" }, title), el("span", { class: "t2 s12" }, text),
        lack ? el("span", { class: "hint lack" }, ngf.icon("dash-circle"), lack) : null);
    };
    const group = { class: "wz-cards", role: "radiogroup", "aria-label": label, id, tabindex: "-1", "aria-invalid": invalid, "aria-describedby": described };
    return el("div", group, choices.map(card));
  }

  // What a choice may be laid over, so that taking it back loses nothing: what stands there, what
  // stood there last on this page, what is live.
  const last = new WeakMap();
  function known(path, held) {
    const state = ngf.wizardState();
    const kept = last.get(state) || {};
    if (held) last.set(state, { ...kept, [path]: structuredClone(held) });
    return structuredClone([held, kept[path], get(state.live, path)].filter(Boolean));
  }

  const plain = (name) => (field, common, more) => ngf.controls[name].draw(field, common, more);

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
      draw: (field, common, more) => ngf.controls.mono.draw({ ...field, placeholder: stack().engineOf(more.state).image || "" }, common, more),
      read: ngf.paths.text,
      write: (shown) => shown.trim() || undefined,
    },
    port: {
      draw: (field, common, more) => ngf.controls.number.draw({ ...field, placeholder: String(stack().engineOf(more.state).port || "") }, common, more),
      read: ngf.paths.text,
      write: (shown) => ngf.controls.number.write(shown),
    },
    // One entry of the environment; all others stay as they are.
    token: {
      draw: plain("mono"),
      read(env) {
        const ref = (stack().tokenOf(env) || {}).secretRef;
        return ref ? [ref.name, ref.key].filter(Boolean).join("/") : "";
      },
      write(shown, held) {
        const env = Array.isArray(held) ? held : [];
        const rest = env.filter((one) => !one || one.name !== stack().TOKEN);
        const [name, key] = shown.trim().split("/");
        if (!name) return rest.length ? rest : undefined;
        const { value, ...kept } = stack().tokenOf(env) || { name: stack().TOKEN };
        const entry = { ...kept, secretRef: { ...kept.secretRef, name, key: key || "" } };
        const at = env.findIndex((one) => one && one.name === stack().TOKEN);
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
        return ngf.controls.number.draw({ ...field, placeholder: String(held ? 0 : stack().WEIGHTS[field.path.split(".").pop()]) }, common, more);
      },
      read: ngf.paths.text,
      write: (shown) => ngf.controls.number.write(shown),
    },
    level: { draw: plain("select"), read: ngf.paths.text, write: (shown) => (shown === "" ? undefined : Number(shown)) },
    scaler: {
      whole: true,
      draw(field, common, { value, state }) {
        const chosen = value && ngf.paths.on(value) ? value.backend || "keda" : "";
        const lack = (name) => { const one = name && stack().offered(state, name); return one && !one.ok ? one.reason : ""; };
        return cards("scaler", common, chosen, SCALERS.map(([name, title, text, ability]) => [name, title, text, lack(ability)]), field.label);
      },
      write(shown, held) {
        const [latest] = known("spec.autoscaling", held);
        return shown ? { ...latest, backend: shown } : undefined;
      },
    },
    gateway: {
      draw(field, common, more) {
        const options = (more.state.offers.gateways || []).map((one) => [one.value, one.status === "ok" ? one.value : `${one.value}, not programmed`]);
        return ngf.controls.select.draw({ ...field, options, empty: "None: nothing outside the cluster reaches it" }, common, { ...more, value: stack().gatewayOf(more.state.object) });
      },
      read: () => stack().gatewayOf(ngf.wizardState().object),
      write(shown, held) {
        const found = known("spec.httpRoute", held);
        if (!shown) return undefined;
        const { object } = ngf.wizardState();
        const same = found.find((httpRoute) => stack().gatewayOf({ ...object, spec: { httpRoute } }) === shown);
        const [latest = {}] = found;
        if (same === latest) return latest;
        const at = shown.lastIndexOf("/");
        const { sectionName, ...kept } = latest; // a listener is of its gateway
        return { ...kept, gatewayRef: shown.slice(at + 1), gatewayNamespace: shown.slice(0, at), ...(same && same.sectionName && { sectionName: same.sectionName }) };
      },
    },
    listener: {
      draw(field, common, more) {
        const chosen = stack().choice(more.state);
        return ngf.controls.select.draw({ ...field, options: (chosen ? chosen.listeners : []).map((one) => [one, one]), empty: "every listener that takes it" }, common, more);
      },
      read: ngf.paths.text,
      write: (shown) => shown || undefined,
    },
  });

  ngf.stackStrategies = STRATEGIES;
})(window.ngf = window.ngf || {});
