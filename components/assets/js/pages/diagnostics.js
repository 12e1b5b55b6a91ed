// Diagnostics: what slowness goes along with, the slowest requests, a benchmark while it runs and after.
// Shapes are those of callbacks/diagnostics.py. The factor and the run that are looked at stand in the
// address.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/diagnostics";
  const here = () => location.pathname === HERE;
  const EVERY_MS = 1000;
  const IMPACT = { high: ["err", "High"], medium: ["warn", "Medium"], low: ["absent", "Low"] };
  const STATE = { running: ["info", "Running"], done: ["ok", "Done"], cancelled: ["absent", "Cancelled"], failed: ["err", "Failed"] };
  let run = null; // the one that is shown
  let asked = null; // that of the address, while the page is shown
  let at = 0;
  let count = 0;

  const faint = (text) => el("span", { class: "t3" }, text);
  const digits = (value, most) => value.toLocaleString("en", { maximumSignificantDigits: most || 3 });
  const known = (value, text) => (value === null || value === undefined ? faint("no data") : text(value));
  const ms = (value) => (value >= 100 ? Math.round(value).toLocaleString("en") : digits(value));
  const share = (value) => `${Math.round(100 * value)}%`;
  const src = (id, answer) => ngf.put(id, answer.source, answer.as_of ? [", ", ngf.since(answer.as_of, { style: "age" })] : null);
  const quiet = (text) => el("div", { class: "quiet" }, text);
  const table = (columns, rows) => el("table", { class: "grid tight" },
    el("colgroup", {}, columns.map(([, kind, width]) => el("col", { class: /hm/.test(kind) ? "hm" : null, style: width ? `width:${width}px` : null }))),
    el("thead", {}, el("tr", {}, columns.map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))), el("tbody", {}, rows));

  // From -1 to 1, with 0 in the middle.
  const strength = (value) => el("span", { class: "corr", "aria-hidden": "true" }, el("b", { style: `${value < 0 ? "right" : "left"}:50%;width:${Math.abs(50 * value).toFixed(1)}%` }));

  function factor(one) {
    const impact = one.impact && IMPACT[one.impact];
    const pressed = { type: "button", class: "linkish lead", "data-factor": one.factor, "aria-pressed": String(one.chosen) };
    const cells = one.spearman === null
      ? [el("td", { colspan: 4, class: "t3", title: one.reason }, one.reason)]
      : [el("td", { class: "hm" }, strength(one.spearman)), el("td", { class: "num", title: `Pearson ${digits(one.pearson, 2)}` }, one.spearman.toFixed(2)),
        el("td", {}, ngf.status(impact[0], impact[1])), el("td", { class: "num hm" }, one.p < 0.0001 ? "< 0.0001" : digits(one.p, 2))];
    return el("tr", { "data-key": one.factor, class: one.chosen ? "sel" : null }, el("td", {}, el("button", pressed, one.label)), cells, el("td", { class: "num hm" }, one.n.toLocaleString("en")));
  }

  function request(one) {
    return el("tr", { "data-key": one.key },
      el("td", { class: "mono", title: ngf.absolute(one.time) }, one.time.slice(11, 19)),
      el("td", { class: "num" }, ms(one.ttft)), el("td", { class: "num hm" }, known(one.total, ms)),
      el("td", { class: "num" }, known(one.queue, digits)), el("td", { class: "num hm" }, known(one.cache, share)), el("td", { class: "num hm" }, known(one.gpu, share)), el("td", { class: "num hm" }, known(one.tokens, (value) => value.toLocaleString("en"))),
      el("td", { title: one.pod, class: "mono" }, one.pod || faint("not named")), el("td", { class: "hm", title: `${one.pool}, ${one.model}` }, one.pool),
      el("td", { class: "hm" }, el("span", { class: `cl c${one.slot}` }, one.cluster)), el("td", { class: "hm mono", title: one.request }, one.request ? el("a", { href: ngf.requestHref(one.cluster, one.time, one.request) }, one.request) : faint("none")));
  }

  function chips() {
    const { pool } = ngf.view.get();
    ngf.put("diagnostics-chips", pool ? el("span", { class: "chip", "data-key": "pool" }, el("span", { class: "k" }, "pool"), ` ${pool}`, el("button", { type: "button", "data-drop": "pool", "aria-label": "Remove filter pool" }, ngf.icon("x"))) : null);
  }

  /* The benchmark. */
  function tiles({ progress, result }) {
    const one = result || {};
    const tile = (id, value, unit, note, reason) => ngf.tile(`benchmark-${id}`, { value: value === null || value === undefined ? null : value, unit: value === null || value === undefined ? "" : unit, note: [[note || reason || "", ""]] });
    const reasons = one.reasons || {};
    const ended = result ? one.totalRequests : progress.totalRequests;
    const good = result ? one.successRate : ended ? progress.succeeded / ended : null;
    const gap = one.interTokenMs || {};
    if (result) tile("ttft", one.p95TtftMs === null ? null : ms(one.p95TtftMs), "ms", one.p95TtftMs === null ? "" : `p50 ${ms(one.p50TtftMs)}, p99 ${ms(one.p99TtftMs)}`, reasons.avgTtftMs);
    else tile("ttft", progress.avgTtftMs === null ? null : ms(progress.avgTtftMs), "ms", "mean so far");
    if (result) tile("gap", gap.p95 === null ? null : ms(gap.p95), "ms", gap.p95 === null ? "" : `p50 ${ms(gap.p50)}, p99 ${ms(gap.p99)}`, reasons.interTokenMs);
    else tile("gap", null, "", "told at the end");
    const tokens = result ? one.avgThroughput : progress.avgThroughput;
    tile("tokens", tokens === null ? null : digits(tokens), "/s", one.tokensFrom || "");
    tile("rate", result ? (one.requestsPerSec === null ? null : digits(one.requestsPerSec)) : progress.succeeded.toLocaleString("en"), result ? "/s" : "", result ? `${(ended).toLocaleString("en")} requests${one.unfinished ? `, ${one.unfinished} unfinished` : ""}` : `${progress.inFlight} under way`);
    tile("success", good === null ? null : digits(100 * good), "%", result ? reasons.successRate : progress.failed ? `${progress.failed.toLocaleString("en")} failed` : "");
  }

  function errors(one) {
    if (!one) return quiet("No benchmark is shown.");
    if (!one.result) return quiet(one.progress.failed ? `${one.progress.failed.toLocaleString("en")} so far; told by code at the end.` : "None so far.");
    if (!one.result.errors.length) return quiet("None.");
    return table([["Code", "", 110], ["What was said"], ["Count", "num", 80]], one.result.errors.map((error) => el("tr", { "data-key": `${error.code} ${error.message}` }, el("td", { class: "mono" }, error.code), el("td", { title: error.message }, error.message), el("td", { class: "num" }, error.count.toLocaleString("en")))));
  }

  const runs = (all) => (all.length ? table([["State", "", 104], ["Pool"], ["Users", "num hm", 64], ["Started", "num", 84]], all.map((one) => el("tr", { "data-key": one.run, class: run && run.run === one.run ? "sel" : null },
    el("td", {}, ngf.status(...STATE[one.state])), el("td", { title: `${one.model} at ${one.endpoint}` }, el("button", { type: "button", class: "linkish lead", "data-run": one.run }, `${one.namespace}/${one.pool}`), faint(` ${one.model}`)), el("td", { class: "num hm" }, one.concurrentUsers), el("td", { class: "num" }, ngf.since(one.startedAt))))) : quiet("None. What runs here is kept until the console stops, the last 20."));

  function draw(answer) {
    run = answer.run;
    const cancel = document.getElementById("benchmark-cancel");
    if (cancel) cancel.hidden = !(run && run.state === "running" && run.mine);
    ngf.put("benchmark-state", run ? ngf.status(...STATE[run.state]) : answer.reason ? ngf.status("unknown", "Not there") : null);
    ngf.put("benchmark-when", run ? [`${run.startedBy}, `, ngf.since(run.startedAt)] : null);
    ngf.put("benchmark-errors", errors(run));
    ngf.put("benchmark-runs", runs(answer.runs));
    ngf.allValues(answer);
    for (const [id, one] of Object.entries(answer.panels)) ngf.panel(id, one);
    if (!run) {
      ngf.put("benchmark-bar", el("div", { class: "quiet" }, answer.reason || "No benchmark has run yet."));
      ngf.put("benchmark-said", "");
      for (const id of ["ttft", "gap", "tokens", "rate", "success"]) ngf.tile(`benchmark-${id}`, { value: null, unit: "", note: [] });
      return;
    }
    const done = run.state === "running" ? Math.min(1, run.progress.elapsedSec / run.durationSec) : 1;
    const words = `${run.model}, ${run.concurrentUsers} ${run.concurrentUsers === 1 ? "user" : "users"}, ${run.state === "running" ? `${Math.floor(run.progress.elapsedSec)} of ${run.durationSec} s` : `${digits(run.result.durationSec)} s`}`;
    ngf.put("benchmark-bar", el("div", { class: "progress", role: "progressbar", "aria-label": "Progress of the benchmark", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": String(Math.round(100 * done)) }, el("div", { class: "progress-bar", style: `width:${(100 * done).toFixed(1)}%` })), el("div", { class: "t2" }, words, " ", el("span", { class: "mono t3" }, run.endpoint)));
    tiles(run);
    const late = run.result && run.result.reasons.clientLagMs;
    ngf.put("benchmark-said", run.result ? [run.result.vantagePoint, late ? el("span", { class: "wrn" }, ` ${late}`) : null] : "");
  }

  function ask() {
    count += 1;
    at = Date.now();
    dash_clientside.set_props("benchmark-asked", { data: { run: ngf.view.get().run || "", count } });
  }

  function fault(key, said) {
    ngf.put(`benchmark-${key}-error`, said || "");
    const input = document.getElementById(`benchmark-${key}`);
    if (!input) return;
    input.classList.toggle("is-invalid", Boolean(said));
    if (said) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", `benchmark-${key}-error`); } else { input.removeAttribute("aria-invalid"); input.removeAttribute("aria-describedby"); }
  }

  // The clusters that a result can be about; the one that is chosen above comes first.
  function clusters() {
    const room = document.getElementById("benchmark-cluster");
    if (!room || !ngf.facts || room.dataset.filled) return;
    room.dataset.filled = "1";
    const names = ngf.facts.clusters.map((one) => one.name);
    const chosen = ngf.view.get().cluster.find((name) => names.includes(name)) || names[0] || "";
    dash_clientside.set_props("benchmark-cluster", { options: ngf.facts.clusters.map((one) => ({ value: one.name, label: one.label || one.name })), value: chosen });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfDiagnostics = {
    slow(answer) {
      if (!answer || !here()) return;
      chips();
      clusters();
      src("diagnostics-factors-src", answer);
      src("diagnostics-slow-src", answer);
      ngf.put("diagnostics-factors-unit", answer.sampled ? `rank correlation, ${answer.sampled.toLocaleString("en")} requests` : "");
      ngf.put("diagnostics-steps-unit", answer.chosen ? `ms, by ${answer.chosen.charAt(0).toLowerCase()}${answer.chosen.slice(1)}`.replace("kV", "KV").replace("gPU", "GPU") : "");
      ngf.put("diagnostics-factors", answer.factors.length ? table([["Factor", "", 140], ["", "hm"], ["\u03c1", "num", 56], ["Impact", "", 96], ["By chance", "num hm", 104], ["Requests", "num hm", 80]], answer.factors.map(factor)) : quiet(answer.reason));
      ngf.put("diagnostics-slow", answer.requests.length ? el("div", { class: "cap", tabindex: "0", role: "region", "aria-label": "Slowest requests" }, table([["UTC", "", 84], ["First token, ms", "num", 112], ["Whole, ms", "num hm", 88], ["Waiting", "num", 72], ["KV cache", "num hm", 80], ["GPU", "num hm", 76], ["Prompt", "num hm", 72], ["Pod"], ["Pool", "hm"], ["Cluster", "hm", 120], ["Request", "hm"]], answer.requests.map(request))) : quiet(answer.reason));
      window.dash_clientside.ngfPanels.draw(answer);
    },
    run(answer) { if (answer && here()) draw(answer); },
    acted(answer) {
      if (!answer || !here()) return;
      for (const input of document.querySelectorAll(".benchmark-form input")) fault(input.id.replace("benchmark-", ""), (answer.faults || {})[input.id.replace("benchmark-", "")]);
      if (answer.faults) { const first = document.querySelector(".benchmark-form .is-invalid"); if (first) first.focus(); return; }
      if (answer.run && answer.run !== ngf.view.get().run) ngf.view.set({ run: answer.run });
      else ask();
    },
  };

  document.addEventListener("click", function (event) {
    const target = event.target.closest && here() ? event.target : null;
    const one = target && target.closest("[data-factor]");
    if (one) ngf.view.set({ factor: one.dataset.factor });
    const drop = target && target.closest("[data-drop]");
    if (drop) ngf.view.set({ [drop.dataset.drop]: "" });
    const chosen = target && target.closest("[data-run]");
    if (chosen) ngf.view.set({ run: chosen.dataset.run });
  });

  window.addEventListener("ngf:view", function ({ detail: view }) {
    if (!here()) { asked = null; run = null; return; }
    const wanted = view.run || "";
    if (asked !== null && asked !== wanted) ask();
    asked = wanted;
    clusters();
  });
  window.addEventListener("ngf:second", function () {
    if (here() && run && run.state === "running" && Date.now() - at >= EVERY_MS - 100) ask();
  });

  ngf.panelPage({ path: HERE, store: "diagnostics-asked", answers: ["diagnostics-slow-told"], keys: ["pool", "factor"] });
})(window.ngf = window.ngf || {});
