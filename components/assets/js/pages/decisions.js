// Picker decisions, drawn from answers of the server. Shapes are those of callbacks/decision_words.py.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/decisions";
  const here = () => location.pathname === HERE;
  const WAIT_MS = 150; // between the last move of a slider and the question
  let list = null;
  let one = null;
  let chosen = null; // the request that was asked for, while the page is shown
  let weights = {}; // those that differ from the decision's, by scorer
  let basis = "recorded";
  let timer = null;

  const none = (title) => el("span", { class: "t3", title }, "no data");
  const set = (store, data) => dash_clientside.set_props(store, { data });

  /* The list. */
  const address = (id) => { const url = new URL(location.href); url.searchParams.set("request", id); return url.pathname + url.search; };

  function line(row) {
    const picked = row.picked || (row.failed ? el("span", { class: "st err" }, ngf.icon("x-octagon-fill"), row.none) : el("span", { class: "t3" }, row.none));
    return el("tr", { "data-key": row.id, "data-request": row.id, class: row.id === ngf.view.get().request ? "sel" : null },
      el("td", { class: "mono" }, el("a", { class: "plain", href: address(row.id), "aria-current": row.id === ngf.view.get().request ? "true" : null, title: `${row.id}, ${row.pool || "pool not told"} on ${row.cluster}` }, row.time)),
      el("td", { title: row.why }, picked, row.scored ? el("i", { class: "bi bi-bar-chart-steps scored", role: "img", "aria-label": "with scores", title: "Each candidate's scores were recorded" }) : null), el("td", { class: "num" }, el("span", { class: row.close ? "t3" : null }, row.margin)), el("td", { class: "num" }, row.ms));
  }

  function rows() {
    if (!list.rows.length) return el("div", { class: "quiet" }, el("div", { class: "b5" }, list.reason), "Choose a longer time, or let the collector of the cluster read the picker's log, from verbosity 3 on, and take its spans.");
    const head = [["Time, UTC", 124], ["Picked"], ["Margin", 62, "num"], ["ms", 54, "num"]];
    return el("table", { class: "grid tight gsm" }, el("thead", {}, el("tr", {}, head.map(([label, width, kind]) => el("th", { scope: "col", class: kind, style: width ? `width:${width}px` : null }, label)))), el("tbody", {}, list.rows.map(line)));
  }

  function filters() {
    const { pool } = ngf.view.get();
    if (pool) return el("span", { class: "chip" }, el("span", { class: "k" }, "pool"), pool, el("button", { type: "button", "data-drop-pool": "1", "aria-label": "Remove filter pool" }, ngf.icon("x")));
    return el("button", { type: "button", class: "chip add", id: "decisions-pool", "aria-haspopup": "menu", "aria-expanded": "false" }, ngf.icon("plus-lg"), "Pool");
  }

  function problem(text) {
    ngf.put("decisions-problem", text ? el("div", { class: "strip err" }, ngf.statusIcon("err"), el("div", {}, el("b", { class: "b6" }, text), list && list.rows ? " What was known before is shown." : "")) : null);
  }

  function drawList() {
    ngf.put("decisions-filters", filters());
    if (!list || !list.rows) return;
    ngf.put("decisions-rows", rows());
    ngf.put("decisions-src", list.source, list.as_of ? [", ", ngf.since(list.as_of, { style: "age" })] : null);
    ngf.put("decisions-count", list.count);
    ngf.put("decisions-foot", list.rows.length ? `${list.scored.toLocaleString("en")} with scores` : "");
  }

  function seek(id) {
    const row = id && document.querySelector(`[data-request="${CSS.escape(id)}"]`);
    if (row) row.scrollIntoView({ block: "nearest" });
  }

  /* Why this pod. */
  const fact = ({ label, value, title }) => el("div", {}, el("dt", {}, label), el("dd", { title }, value === null ? none(title) : value));

  // Its line in the access log, where there is one.
  function request() {
    const id = one.requestId.length > 18 ? `${one.requestId.slice(0, 18)}…` : one.requestId;
    return one.logged ? el("a", { href: ngf.requestHref(one.cluster, one.logged, one.requestId) }, id) : id;
  }

  function why() {
    return [el("div", { class: "say" }, el("b", { class: "b6" }, one.lead), " ", el("span", { class: "t2" }, one.rest)),
      one.notes.map((text) => el("div", { class: "note-line" }, ngf.icon("info-circle"), " ", text)),
      el("dl", { class: "facts" }, el("div", {}, el("dt", {}, "Request"), el("dd", { class: "mono", title: one.requestId }, request())),
        el("div", {}, el("dt", {}, "Cluster"), el("dd", {}, el("span", { class: `cl c${one.slot}` }, one.cluster))), one.facts.map(fact))];
  }

  const colourOf = (name) => one.scorers.find((scorer) => scorer.name === name).colour;
  const labelOf = (name) => one.scorers.find((scorer) => scorer.name === name).label;

  function bars(candidate) {
    const said = candidate.bars.map(([name, part]) => `${labelOf(name)} ${part.toFixed(2)}`).join(", ");
    return el("div", { class: "weighted", role: "img", "aria-label": said, title: said }, candidate.bars.map(([name, part]) => el("b", { class: colourOf(name), style: `width:${((100 * part) / one.most).toFixed(1)}%` })));
  }

  // What the pod was like: requests that wait, and how full its KV cache was.
  const state = (row) => (one.states ? [el("td", { class: "num hm", title: row.state }, row.waiting === null ? none(row.state) : row.waiting), el("td", { class: "num hm", title: row.kv_source }, row.kv === null ? none(row.kv_source) : el("span", { class: row.full ? "wrn" : null }, row.kv))] : null);

  function candidate(row) {
    const name = el("td", { title: row.name }, row.picked ? [ngf.statusIcon("ok"), " ", el("b", { class: "b6" }, row.label)] : [el("span", { class: "pad" }), row.label], el("span", { class: "sub" }, row.why));
    return el("tr", { "data-key": row.id, class: row.picked ? "sel" : null }, name, state(row),
      one.prefix ? el("td", { class: "num hm" }, row.prefix === null ? none(one.detail) : row.prefix) : null, one.scored ? el("td", { class: "hm" }, bars(row)) : null,
      el("td", { class: `num ${row.picked ? "b6" : ""}` }, row.total === null ? none("Its total was not recorded.") : row.total), el("td", { class: "num t2" }, row.behind ? `−${row.behind}`.replace("−-", "+") : null), el("td", { class: row.picked ? "hm" : "t2 hm" }, row.why));
  }

  function removed(row) {
    const columns = 3 + (one.scored ? 1 : 0);
    return el("tr", { "data-key": row.id, class: "dim" }, el("td", { title: row.name }, ngf.icon("slash-circle"), " ", row.label, el("span", { class: "sub" }, row.why)), state(row), one.prefix ? el("td", { class: "hm" }) : null, el("td", { class: "hm", colspan: columns, title: row.title }, row.why));
  }

  function candidates() {
    const all = [...one.candidates.map(candidate), ...one.removed.map(removed)];
    if (!all.length) return el("div", { class: "quiet" }, one.detail || "No candidate of this request was recorded.");
    const head = [["Pod", 28], one.states ? ["Waiting", 10, "num hm"] : null, one.states ? ["KV", 9, "num hm"] : null, one.prefix ? ["Prefix", 10, "num hm"] : null, one.scored ? [`Weighted score, of ${one.most}`, 26, "hm"] : null, ["Total", 9, "num"], ["Behind", 10, "num"], ["Why not", 28, "hm"]].filter(Boolean);
    return [el("table", { class: "grid tight gsm" }, el("thead", {}, el("tr", {}, head.map(([label, width, kind]) => el("th", { scope: "col", class: kind, style: `width:${width}%` }, label)))), el("tbody", {}, all)),
      one.scored ? null : el("div", { class: "quiet line" }, one.detail)];
  }

  /* Replay. */
  const live = (scorer) => (scorer.weight === null ? 1 : scorer.weight);
  const most = (scorer) => Math.max(5, Math.ceil(2 * live(scorer)));

  function slider(scorer) {
    const value = scorer.name in weights ? weights[scorer.name] : live(scorer);
    const key = `${one.requestId}/${scorer.name}`;
    const changed = value !== live(scorer);
    return el("div", { class: "weigh", "data-key": key },
      el("span", { class: "row-f" }, el("i", { class: `swatch ${scorer.colour}` }), scorer.label),
      el("div", { class: "slide" }, el("u", { style: `left:calc(8px + ${live(scorer) / most(scorer)} * (100% - 16px))`, title: `In force: ${live(scorer)}` }),
        el("input", { type: "range", class: "form-range", min: 0, max: most(scorer), step: "0.1", value, "data-weight": scorer.name, "aria-label": `Weight of ${scorer.label}, in force ${live(scorer)}` })),
      el("input", { type: "number", class: `form-control num ${changed ? "chg" : ""}`, min: 0, max: 1000, step: "0.1", value, "data-weight": scorer.name, "aria-label": `Weight of ${scorer.label} as a number` }));
  }

  function replay() {
    if (!one.scored) return el("div", { class: "quiet" }, one.candidates.length ? "Only totals were recorded. What each scorer gave each candidate is logged from verbosity 4 of the picker on, and without it other weights lead nowhere." : "There is nothing to weigh: no candidate was recorded.");
    const option = (name, label) => el("button", { type: "button", "data-basis": name, class: basis === name ? "on" : null, "aria-pressed": String(basis === name) }, label);
    return [el("div", { class: "weighs" }, one.scorers.map(slider)),
      el("div", { class: "row-f basis" }, el("div", { class: "seg", role: "group", "aria-label": "Scores" }, option("recorded", "As recorded"), option("now", "Pods of now")), el("button", { type: "button", class: "btn btn-link btn-sm", "data-weights-reset": "1" }, "Reset")),
      el("div", { id: "decisions-said", class: "replayed", role: "status" }, el("span", { class: "t3" }, "Move a weight to see who would be picked."))];
  }

  function askAgain() {
    clearTimeout(timer);
    timer = setTimeout(() => one && set("decisions-weighed", { request: one.requestId, cluster: one.cluster, weights, basis, at: Date.now() }), WAIT_MS);
  }

  function weigh(input) {
    const name = input.dataset.weight;
    const scorer = one && one.scorers.find((found) => found.name === name);
    const value = Number(input.value);
    if (!scorer || input.value === "" || !Number.isFinite(value) || value < 0) return;
    if (value === live(scorer)) delete weights[name];
    else weights = Object.assign({}, weights, { [name]: value });
    for (const other of document.querySelectorAll(`[data-weight="${CSS.escape(name)}"]`)) {
      if (other !== input) other.value = value;
      if (other.type === "number") other.classList.toggle("chg", value !== live(scorer));
    }
    askAgain();
  }

  /* Where the time went. */
  function time() {
    if (!one.steps.length) return el("div", { class: "quiet" }, one.no_steps);
    const end = Math.max(...one.steps.map((step) => step.start + step.took));
    const share = (ms) => (end ? (100 * ms) / end : 0).toFixed(2);
    return el("div", { class: "steps" }, one.steps.map((step) => el("div", { "data-key": step.name, class: "step", title: step.source }, el("span", { class: "t3" }, step.name),
      el("span", { class: "track", "aria-hidden": "true" }, el("b", { class: step.name === "Queue" || step.name === "Prefill" ? "c1" : "c8", style: `left:${share(step.start)}%;width:max(2px, ${share(step.took)}%)` })), el("span", { class: "num" }, step.said))));
  }

  function drawOne() {
    const room = document.querySelector(".decisions-one");
    if (room) room.classList.toggle("bare", !one || Boolean(one.problem));
    if (!one) {
      const text = list && list.rows && !list.rows.length ? "There is no decision in this time to explain." : "Choose a decision.";
      ngf.put("decisions-why", el("div", { class: "quiet" }, text));
      return;
    }
    if (one.problem) {
      ngf.put("decisions-why", el("div", { class: "quiet" }, one.problem));
      ngf.put("decisions-why-src");
      return;
    }
    ngf.put("decisions-why", why());
    ngf.put("decisions-why-src", one.sources);
    ngf.put("decisions-candidates-unit", one.unit);
    ngf.put("decisions-candidates-src", one.scored ? el("span", { class: "lg" }, one.scorers.map((scorer) => el("span", {}, el("i", { class: `swatch ${scorer.colour}` }), `${scorer.label} × ${scorer.weight}`))) : null, " ", one.scored_by);
    ngf.put("decisions-candidates", candidates());
    ngf.put("decisions-replay-unit", one.scored ? "marks: weights in force" : "");
    ngf.put("decisions-replay-src", one.scored ? one.scored_by : "");
    ngf.put("decisions-replay", replay());
    ngf.put("decisions-time-src", one.timed_by);
    ngf.put("decisions-time-unit", one.steps.length ? one.until : "");
    ngf.put("decisions-time", time());
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfDecisions = {
    save({ format }) {
      const { cluster, namespace, pool } = ngf.view.get();
      const { start, end } = ngf.range.get();
      const asked = { format, range: ngf.range.between(start, end), cluster: cluster.join(","), namespace, pool };
      const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
      el("a", { href: `/api/v1/export/decisions?${query}`, download: "" }).click();
    },
    list(answer) {
      if (!answer || !here()) return;
      ngf.answered();
      ngf.allValues(answer);
      problem(answer.problem);
      list = answer.problem ? Object.assign({}, list, { pools: answer.pools }) : answer;
      if (list.rows && list.rows.length && !ngf.view.get().request) {
        const told = list.rows.find((row) => row.scored) || list.rows[0]; // the one there is most to say of
        ngf.view.set({ request: told.id }, { replace: true });
      }
      if (list.rows && !list.rows.length && !ngf.view.get().request) { one = null; chosen = null; }
      if (one && one.problem && !answer.problem) explain(chosen);
      const first = !document.querySelector("#decisions-rows tr");
      drawList();
      if (first) seek(ngf.view.get().request);
      if (!one) drawOne();
    },
    one(answer) {
      if (!answer || !here() || answer.requestId !== chosen) return;
      if (!one || one.requestId !== answer.requestId) { weights = {}; basis = "recorded"; }
      one = answer;
      ngf.allValues(answer);
      drawOne();
    },
    replayed(answer) {
      if (!answer || !one || answer.requestId !== one.requestId) return;
      ngf.put("decisions-said", el("div", { class: "row-f" }, ngf.icon("arrow-right-circle"), el("span", {}, answer.said)), answer.note ? el("div", { class: "hint" }, answer.note) : null);
    },
  };

  function explain(request) {
    chosen = request;
    const row = ((list && list.rows) || []).find((found) => found.id === request);
    set("decisions-chosen", { request, cluster: row ? row.cluster : "", at: Date.now() });
  }

  function follow(view) {
    if (!here()) { chosen = null; one = null; list = null; return; }
    if (!document.getElementById("decisions-rows")) return; // Back was quicker than the layout
    if (view.request && view.request !== chosen) explain(view.request);
    drawList();
  }
  window.addEventListener("ngf:view", ({ detail }) => follow(detail));

  function choosePool(button) {
    const item = ([pool, cluster]) => el("button", { type: "button", class: "n-item", role: "menuitem", onclick() { ngf.closeFloat(); ngf.view.set({ pool, cluster: [cluster], request: "" }); } }, el("span", { class: "grow" }, pool), el("span", { class: "t3" }, cluster));
    const pools = (list && list.pools) || [];
    ngf.float(button, el("div", { "data-arrows": "1" }, pools.length ? pools.map(item) : el("div", { class: "n-none" }, "No InferencePool on the chosen clusters.")), { label: "Pool", role: "menu" });
  }

  document.addEventListener("click", function (event) {
    if (!here() || !event.target.closest) return;
    const pick = (css) => event.target.closest(css);
    if (pick("[data-drop-pool]")) ngf.view.set({ pool: "", request: "" });
    else if (pick("#decisions-pool")) choosePool(pick("#decisions-pool"));
    else if (pick("[data-basis]")) { basis = pick("[data-basis]").dataset.basis; ngf.put("decisions-replay", replay()); askAgain(); }
    else if (pick("[data-weights-reset]")) { weights = {}; basis = "recorded"; for (const node of document.querySelectorAll(".weigh")) node.remove(); ngf.put("decisions-replay", replay()); }
  });
  document.addEventListener("click", function (event) {
    const row = here() && event.target.closest && event.target.closest("[data-request]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    ngf.view.set({ request: row.dataset.request });
  }, true);
  document.addEventListener("input", (event) => { if (here() && event.target.dataset && event.target.dataset.weight) weigh(event.target); });

  const step = (by) => function () {
    if (!here() || !list || !list.rows || !list.rows.length) return false;
    const at = list.rows.findIndex((row) => row.id === ngf.view.get().request);
    const next = list.rows[Math.max(0, Math.min(list.rows.length - 1, at + by))];
    ngf.view.set({ request: next.id });
    seek(next.id);
    return true;
  };
  ngf.keys.add("j", "Next row", step(1));
  ngf.keys.add("k", "Previous row", step(-1));

  ngf.panelPage({ path: HERE, store: "decisions-asked", answers: ["decisions-list"], keys: ["pool"] });
})(window.ngf = window.ngf || {});
