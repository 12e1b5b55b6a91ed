// What the autoscaling that is being written would have done with traffic that was recorded: which pool's,
// over which time, and what both sizes come to. Shapes are those of callbacks/stack_replay.py.
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const RANGES = [["1h", "the last hour"], ["6h", "6 hours"], ["24h", "24 hours"], ["7d", "7 days"]];
  const PAUSE_MS = 500;
  const chosen = { pool: "", range: "6h" };
  let answer = null;
  let asked = ""; // what the answer on its way, or the last one, is about
  let timer = null;

  const number = (value, digits) => value.toLocaleString("en", { maximumFractionDigits: digits });

  function poolOf(state) {
    const pools = state.offers.pools || [];
    const { namespace, name } = state.object.metadata || {};
    const own = `${namespace}/${name}-pool`;
    if (pools.includes(chosen.pool)) return chosen.pool;
    return pools.includes(own) ? own : pools[0] || "";
  }

  function question(state) {
    const { pool = {}, autoscaling } = state.object.spec || {};
    const { replicas, minReplicas, maxReplicas } = pool;
    const from = poolOf(state);
    if (!from || !autoscaling || !(autoscaling.thresholds || []).length) return null;
    const told = { cluster: state.cluster, pool: from, range: chosen.range, spec: { pool: { replicas, minReplicas, maxReplicas }, autoscaling } };
    return { ...told, key: JSON.stringify(told) };
  }

  function ask(state) {
    const next = question(state);
    const open = state.told.steps[state.step].key === "scaling" && !state.applied;
    if (!next || !open || next.key === asked) return;
    clearTimeout(timer);
    timer = setTimeout(function () {
      asked = next.key;
      dash_clientside.set_props("stack-replay-asked", { data: next });
    }, PAUSE_MS);
  }

  function told(one) {
    if (one.why) return el("div", { class: "hint warn" }, ngf.icon("info-circle"), one.why);
    const FIGURES = [
      ["Replicas, from to", (row) => row.range],
      ["Pod-hours", (row) => number(row.hours, 1)],
      ["GPU-hours", (row) => (row.gpu_hours === null ? null : number(row.gpu_hours, 1))],
      ["Minutes above target", (row) => (row.above === null ? null : number(row.above, 0))],
      ["Changes", (row) => row.changes],
    ];
    const cell = (value) => el("td", { class: "num" }, value === null ? el("span", { class: "t3" }, "no data") : `${value}`);
    return [
      el("table", { class: "grid tight wz-sizes" },
        el("thead", {}, el("tr", {}, el("td", {}), one.sizes.map((row) => el("th", { scope: "col", class: "num" }, row.label)))),
        el("tbody", {}, FIGURES.map(([label, of]) => el("tr", {}, el("th", { scope: "row" }, label), one.sizes.map((row) => cell(of(row))))))),
      one.reason ? el("div", { class: "hint warn" }, ngf.icon("info-circle"), one.reason) : null,
      el("details", {}, el("summary", { class: "s12" }, "What this rests on"), el("ul", { class: "s12 t2" }, one.assumed.map((text) => el("li", {}, text)))),
    ];
  }

  function shown(state) {
    const next = question(state);
    if (!next) return el("div", { class: "hint" }, "Choose a scaler and a metric, and this says what they would have done.");
    if (!answer || answer.asked !== next.key) return answer && !answer.why ? [el("div", { class: "hint", role: "status" }, "Running it over the recorded traffic."), told(answer)] : el("div", { class: "hint", role: "status" }, "Running it over the recorded traffic.");
    return told(answer);
  }

  function room(state) {
    const pools = state.offers.pools || [];
    const plots = document.getElementById("stack-what-if");
    if (plots) plots.classList.toggle("d-none", !(answer && !answer.why && question(state)));
    if (!pools.length) return el("div", { class: "hint" }, `No traffic of a pool was recorded on ${state.cluster}.`);
    ask(state);
    const select = (id, label, name, options, value) => el("div", {}, el("label", { class: "lab", for: id }, label), el("select", { class: "form-select", id, "data-replay": name }, options.map(([one, text]) => el("option", { value: one, selected: one === value }, text))));
    return [el("div", { class: "fgrid" }, select("stack-replay-pool", "Traffic of", "pool", pools.map((one) => [one, one]), poolOf(state)), select("stack-replay-range", "Recorded in", "range", RANGES, chosen.range)), el("div", { id: "stack-replay-said" }, shown(state))];
  }

  document.addEventListener("change", function (event) {
    const state = ngf.wizardState && ngf.wizardState();
    const name = event.target.dataset && event.target.dataset.replay;
    if (!state || !name) return;
    chosen[name] = event.target.value;
    ngf.put("stack-replay-said", shown(state));
    ask(state);
  });
  window.addEventListener("ngf:view", function () {
    const state = ngf.wizardState && ngf.wizardState();
    if (state && state.told.kind === "inferencestacks") setTimeout(() => ask(state), 0);
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfStackReplay = {
    draw(found) {
      const state = ngf.wizardState && ngf.wizardState();
      if (!found || !state) return;
      answer = found;
      ngf.put("stack-replay-said", shown(state));
      const plots = document.getElementById("stack-what-if");
      if (plots) plots.classList.toggle("d-none", Boolean(found.why));
      if (found.panels) dash_clientside.ngfPanels.draw(found);
    },
  };

  ngf.stackReplay = { room };
})(window.ngf = window.ngf || {});
