// What is wrong with a draft, by the path that it is about: what the browser can tell, and the
// server's own words.
//
// ngf.wizardFaults.judge(state, hooks)      sets state.faults, in state.counts the number of each step that is
//                                           said, and state.lacking, what cannot be had of an input's value
// ngf.wizardFaults.spoken(state, path)      whether the fault of a path is said yet
// ngf.wizardFaults.astray(state, step)      paths whose fault has no input to be said at
(function (ngf) {
  const plain = (path) => path.replace(/\[\d+\]/g, "[]");

  // How well a declared path fits: the longest that holds the path; one within it fits a little.
  function fit(declared, path) {
    if (declared.startsWith(`${path}.`)) return 1;
    return path === declared || path.startsWith(`${declared}.`) || path.startsWith(`${declared}[`) ? declared.length : 0;
  }

  function stepOf(state, path) {
    const fits = state.told.steps.map((step) => Math.max(0, ...step.paths.map((one) => fit(one, plain(path)))));
    const most = Math.max(...fits);
    if (!most) return state.told.steps.length - 1;
    if (fits.indexOf(most) === fits.lastIndexOf(most)) return fits.indexOf(most);
    // Of several steps that may ask for it, the one that does.
    const drawn = [...state.page.querySelectorAll("[data-step] [data-path]")].find((node) => node.dataset.path === path);
    const key = drawn && drawn.closest("[data-step]").dataset.step;
    const at = state.told.steps.findIndex((step) => step.key === key);
    return at >= 0 && fits[at] === most ? at : fits.indexOf(most);
  }

  // The input that a fault is said at: its own, or that of what holds its field.
  function inputOf(state, path) {
    const declared = state.told.steps.flatMap((step) => step.paths);
    for (let at = path; at; at = at.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, "")) if (declared.includes(plain(at))) return at;
    return path;
  }

  // Of a live object the browser judges only what somebody has changed: it is the server that took the
  // rest.
  function told(state, hooks) {
    const found = hooks.faults ? { ...hooks.faults(state.object, state) } : {};
    const same = (path) => JSON.stringify(ngf.paths.get(state.live, path)) === JSON.stringify(ngf.paths.get(state.object, path));
    if (!state.ref.create) for (const path of Object.keys(found)) if (same(path)) delete found[path];
    return found;
  }

  // What cannot be had here of what an input says; it can be applied all the same.
  function lacking(state, hooks) {
    const { answer } = state;
    const found = {};
    for (const one of (answer && answer.turn === state.turn && answer.lacks) || []) {
      for (const path of (hooks.lacking && hooks.lacking(one, state.object)) || []) found[path] = one.message;
    }
    return found;
  }

  function judge(state, hooks) {
    state.lacking = lacking(state, hooks);
    const met = hooks.clashed ? hooks.clashed(state.object, state) : {};
    const found = { ...met, ...told(state, hooks) };
    const { answer } = state;
    for (const one of (answer && answer.turn === state.turn && answer.faults) || []) {
      const placed = hooks.placed && hooks.placed(one, state.object);
      const path = placed || inputOf(state, one.field || "metadata.name");
      const within = !placed && one.field && one.field !== path; // then the input alone does not say which
      if (!found[path]) found[path] = within ? `${one.field}: ${one.rule}` : one.rule;
    }
    state.faults = found;
    state.counts = state.told.steps.map(() => 0);
    for (const path of Object.keys(found).filter((one) => spoken(state, one))) state.counts[stepOf(state, path)] += 1;
  }

  // What is wrong is not said of a field that nobody has come to yet.
  function spoken(state, path) {
    if (!state.faults[path]) return false;
    const step = stepOf(state, path);
    return !state.ref.create || state.touched.has(path) || step < state.reached || state.pressed.has(step) || step === state.told.steps.length - 1;
  }

  // Those of a step at which no input stands, by their paths.
  function astray(state, at) {
    const { key } = state.told.steps[at];
    const body = state.page.querySelector(`[data-step="${key}"]`);
    const there = new Set([...body.querySelectorAll("[data-key]")].map((node) => node.dataset.key.replace(/^items-/, "")));
    const own = (path) => path.startsWith("spec.gatewayClassName"); // said at its cards
    return Object.keys(state.faults).filter((path) => stepOf(state, path) === at && spoken(state, path) && !there.has(path) && !own(path));
  }

  ngf.wizardFaults = { judge, spoken, astray };
})(window.ngf = window.ngf || {});
