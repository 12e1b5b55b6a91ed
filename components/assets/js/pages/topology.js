// Draws topology from one answer of the server: the graph (Cytoscape, at places that the server made up),
// the same as a table, and the drawer of one object. Shapes are those of callbacks/topology_words.py and
// callbacks/topology_about.py. Zoom and place stay as they are when an answer comes: only a graph of
// something else is fitted anew.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/topology";
  const NARROW = 768; // px; below, the table is what is shown first
  const FIT = { room: 18, largest: 1, least: 0.62 };
  const KEYS = ["mode", "cluster", "namespace", "gateway", "status", "kind", "q", "group", "open", "pods", "policies", "shared"];
  const ASK = ["services", "endpointslices", "pods", "namespaces", "secrets", "configmaps"];
  const here = () => location.pathname === HERE;
  const byId = (id) => document.getElementById(id);
  let data = null;
  let asked = null; // what the last question was about
  let fitted = null; // the graph that is fitted into its room
  let shown = null; // the object of the drawer
  let opener = null; // what opened it
  let known = new Map(); // answers about objects, as long as the graph is the same
  let count = 0;

  const isTable = (view) => (view.as ? view.as === "table" : innerWidth < NARROW);
  const key = (view) => JSON.stringify([...KEYS.map((one) => view[one] || ""), isTable(view)]);
  const graph = () => { const room = byId("topology-graph"); return room && room._cyreg ? room._cyreg.cy : null; };
  const things = (cy) => cy.nodes("[as = 'object'], [as = 'group']");

  function ask() {
    count += 1;
    const view = ngf.view.get();
    asked = key(view);
    dash_clientside.set_props("topology-asked", { data: Object.assign(view, { as: isTable(view) ? "table" : "graph", count }) });
  }

  /* What can be chosen. */
  function modes() {
    ngf.put("topology-modes", [["", "Whole cluster"], ["gateway", "By gateway"], ["across", "Across clusters"]].map(([mode, label]) => el("button", { type: "button", "data-topology-mode": mode, class: data.mode === mode ? "on" : null, "aria-pressed": String(data.mode === mode) }, label)));
  }

  const select = (name, label, options, chosen) => el("label", { class: "pick", "data-key": name }, el("span", { class: "t2" }, label),
    el("select", { class: "form-select form-select-sm", "data-topology-pick": name, "aria-label": label }, options.map(([value, text]) => el("option", { value, selected: value === chosen }, text))));
  const check = (name, label, on) => el("label", { class: "check", "data-key": name }, el("input", { type: "checkbox", class: "form-check-input", "data-topology-check": name, checked: on }), label);

  function picks(view) {
    const kind = (view.kind || [])[0] || "";
    ngf.put("topology-picks",
      data.mode !== "across" && data.clusters.length > 1 && view.cluster.length !== 1 ? select("cluster", "Cluster", data.clusters.map(({ name }) => [name, name]), data.cluster) : null,
      data.mode === "gateway" && data.gateways.length ? select("gateway", "Gateway", data.gateways.map((name) => [name, name]), data.gateway) : null,
      select("kind", "Kind", [["", "All kinds"], ...data.kinds.map((one) => [one.type, `${one.kind} (${one.count.toLocaleString("en")})`])], kind),
      data.mode === "across" ? check("shared", "Shared only", Boolean(view.shared)) : [check("pods", "Pods", Boolean(view.pods)), check("policies", "Policies", Boolean(view.policies))]);
    for (const node of document.querySelectorAll("#topology-picks select")) {
      const wanted = { cluster: data.cluster, gateway: data.gateway, kind }[node.dataset.topologyPick];
      if (node.value !== wanted) node.value = wanted;
    }
    const trouble = (view.status || []).join() === "err,warn";
    ngf.put("topology-checks", isTable(view) ? null : check("group", "Group above 20", view.group !== "off"), check("problems", "Problems only", trouble));
    for (const node of document.querySelectorAll("[data-topology-check]")) node.checked = { group: view.group !== "off", problems: trouble, shared: Boolean(view.shared), pods: Boolean(view.pods), policies: Boolean(view.policies) }[node.dataset.topologyCheck];
    const table = isTable(view);
    ngf.put("topology-as", [["graph", "Graph", "diagram-3"], ["table", "Table", "table"]].map(([as, label, icon]) => el("button", { type: "button", "data-topology-as": as, class: table === (as === "table") ? "on" : null, "aria-pressed": String(table === (as === "table")) }, ngf.icon(icon), label)));
  }

  function frame(view) {
    const table = isTable(view);
    byId("topology-room").hidden = table;
    byId("topology-table").hidden = !table;
    byId("topology-svg").classList.toggle("d-none", table);
    const slot = (data.clusters.find(({ name }) => name === data.cluster) || {}).slot;
    ngf.put("topology-sub", data.cluster ? el("span", { class: `cl c${slot}` }, data.cluster) : null);
    ngf.put("topology-strip", ngf.strip(data.strip));
    ngf.put("topology-instead", data.instead ? el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon(data.instead.icon)), el("div", { class: "b6" }, data.instead.title), el("div", { class: "state-t" }, data.instead.text),
      data.instead.clear ? el("div", { class: "state-a" }, el("button", { type: "button", class: "btn btn-secondary", "data-topology-clear": "" }, "Clear filters")) : null) : null);
    const keys = () => data.key.map((one) => el("button", { type: "button", class: one.on ? "on" : null, "aria-pressed": String(one.on), "data-topology-status": one.status, title: one.on ? "Show all again" : `Only what is ${one.word}` }, ngf.status(one.status, one.word), el("span", { class: "tnum" }, one.count.toLocaleString("en"))));
    const gaps = () => data.gaps.map((text) => el("div", { class: "gap" }, ngf.icon("circle"), text));
    for (const id of ["topology-key", "topology-table-key"]) ngf.put(id, keys());
    for (const id of ["topology-gaps", "topology-table-gaps"]) ngf.put(id, gaps());
    ngf.put("topology-count", data.said || "");
    ngf.put("topology-rows", `${data.rows.length.toLocaleString("en")} of ${data.total.toLocaleString("en")} ${data.total === 1 ? "object" : "objects"}`);
  }

  /* The graph. */
  let styles = null; // the style sheet of each theme
  function paint() {
    if (styles && here() && byId("topology-graph")) dash_clientside.set_props("topology-graph", { stylesheet: styles[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"] });
  }

  function put(view) {
    const room = byId("topology-canvas");
    room.classList.toggle("d-none", Boolean(data.instead));
    dash_clientside.set_props("topology-graph", { elements: data.elements });
    room.setAttribute("aria-label", `Graph: ${data.finding || "nothing"} Arrow keys walk it, Enter opens a group; the same is there as a table.`);
    const what = key(Object.assign(view, { open: "" }));
    requestAnimationFrame(function () {
      const cy = graph();
      if (!cy) return;
      if (hovering && cy.getElementById(hovering).empty()) untip();
      hear(cy);
      if (what !== fitted) { fitted = what; fit(); }
      chosen();
    });
  }

  // As large as the room is wide, never larger than life; what is higher is reached by moving.
  function fit(whole) {
    const cy = graph();
    if (!cy || !data || !data.size || !data.size[0]) return;
    cy.resize();
    const [width, height] = data.size;
    const across = (cy.width() - 2 * FIT.room) / width;
    const zoom = whole ? Math.min(across, (cy.height() - 2 * FIT.room) / (height + 20)) : Math.max(FIT.least, across);
    cy.viewport({ zoom: Math.min(FIT.largest, zoom), pan: { x: FIT.room - 8, y: FIT.room } });
    see();
  }

  // What is chosen and out of sight comes into it.
  function see() {
    const cy = graph();
    const node = cy && shown ? cy.getElementById(shown) : null;
    if (!node || node.empty()) return;
    const box = node.renderedBoundingBox();
    if (box.x1 < 0 || box.y1 < 0 || box.x2 > cy.width() || box.y2 > cy.height()) cy.center(node);
  }

  function chosen() {
    const cy = graph();
    if (!cy) return;
    cy.batch(function () {
      cy.elements().removeClass("sel hot dim");
      const node = shown ? cy.getElementById(data.within[shown] || shown) : null;
      if (!node || node.empty()) return;
      const way = node.predecessors().union(node.successors());
      node.addClass("sel");
      way.edges().addClass("hot");
      cy.edges().difference(way.edges()).addClass("dim");
    });
  }

  function hear(cy) {
    if (cy.scratch("heard")) return;
    cy.scratch("heard", true);
    cy.on("tap", "node", ({ target }) => press(target.data(), byId("topology-canvas")));
    cy.on("tap", (event) => { if (event.target === cy) close(); });
    cy.on("mouseover", "node[as = 'object'], node[as = 'group']", ({ target }) => { target.addClass("on"); cy.container().style.cursor = "pointer"; tip(target); });
    cy.on("mouseout", "node", ({ target }) => { target.removeClass("on"); cy.container().style.cursor = ""; untip(); });
    cy.on("viewport", untip);
  }

  function press(one, from) {
    if (one.as === "group") {
      const open = (ngf.view.get().open || "").split(",").filter(Boolean);
      ngf.view.set({ open: [...open.filter((id) => id !== one.id), one.id].join(",") });
    } else if (one.as === "object") {
      opener = from;
      ngf.view.set({ sel: one.id }, { replace: Boolean(ngf.view.get().sel) });
    }
  }

  /* What is under the pointer. */
  let hovering = null;
  function tip(node) {
    const one = node.data();
    hovering = one.id;
    const box = node.renderedBoundingBox();
    const room = byId("topology-tip");
    const policies = known.get(one.id);
    ngf.put("topology-tip", el("div", { class: "b5" }, one.as === "group" ? one.label : `${one.kind} ${one.full}`), one.cluster ? el("div", { class: "t3" }, one.cluster) : null,
      el("div", {}, ngf.status(one.st, one.word || "healthy"), one.why ? [" ", el("span", { class: "t2" }, one.why)] : null), one.said ? el("div", { class: "t2" }, one.said) : null,
      (one.clusters || []).map(([name, note]) => el("div", { class: "t2" }, name, note ? `: ${note}` : "")), one.as === "group" ? el("div", { class: "t3" }, "Click to open it.") : null,
      policies ? inEffect(policies.policies) : null);
    room.hidden = false;
    const canvas = byId("topology-canvas").getBoundingClientRect();
    const left = Math.max(4, Math.min(box.x1, canvas.width - room.offsetWidth - 4));
    const under = box.y2 + 6 + room.offsetHeight < canvas.height;
    room.style.left = `${left}px`;
    room.style.top = `${under ? box.y2 + 6 : Math.max(4, box.y1 - 6 - room.offsetHeight)}px`;
    if (one.as === "object" && !policies) setTimeout(() => { if (hovering === one.id) wonder(one.id); }, 250);
  }
  function untip() {
    hovering = null;
    const room = byId("topology-tip");
    if (room) room.hidden = true;
  }

  const wonder = (id) => dash_clientside.set_props("topology-about-asked", { data: { id, view: ngf.view.get(), why: id === shown, count: (count += 1) } });

  const inEffect = (policies) => (policies || []).map((one) => el("div", { class: "ell", title: one.said || null }, one.over ? el("s", {}, one.name) : one.href ? el("a", { href: one.href }, one.name) : one.name, " ", el("span", { class: "t3" }, one.text)));

  /* The drawer. */
  function close() {
    if (!shown) return;
    ngf.view.set({ sel: null }, { replace: true });
  }

  function drawer() {
    const room = byId("topology-drawer");
    const one = shown ? known.get(shown) : null;
    const was = room.hidden;
    room.hidden = !shown;
    if (was !== room.hidden) requestAnimationFrame(() => { const cy = graph(); if (cy) { cy.resize(); see(); } });
    if (!shown || !one) { if (shown) ngf.put("topology-drawer", el("div", { class: "loading", role: "status", "aria-label": "Loading" }, el("div", { class: "skeleton" }), el("div", { class: "skeleton" }), el("div", { class: "skeleton" }))); return; }
    const head = (title, sub) => el("header", {}, el("div", { class: "grow" }, el("div", { class: "s12 t3" }, sub), el("h2", { id: "topology-drawer-name" }, title)), el("button", { type: "button", class: "n-ico", "aria-label": "Close", "data-topology-close": "" }, ngf.icon("x-lg")));
    if (one.gone) { ngf.put("topology-drawer", head(shown.split("/").pop(), ""), el("div", { class: "sec" }, one.gone)); return; }
    const section = (title, ...rows) => (rows.flat(Infinity).filter(Boolean).length ? el("div", { class: "sec" }, el("h3", {}, title), rows) : null);
    const line = (near) => el("div", { class: "row-f" }, el("span", { class: `st ${ngf.tone(near.status)}` }, ngf.statusIcon(near.status)), el("button", { type: "button", class: "linkish ell", "data-topology-to": near.id, title: `${near.kind} ${near.name}` }, near.name), near.text ? el("span", { class: "t3" }, near.text) : null);
    const attached = (up) => [el("div", { class: "row-f" }, el("span", { class: `st ${ngf.tone(up.status)}` }, ngf.statusIcon(up.status)), up.href ? el("a", { href: up.href, class: "ell" }, up.name) : el("span", { class: "ell" }, up.name), el("span", { class: "t3" }, up.text)), up.said ? el("p", { class: "s12 t2" }, up.said) : null];
    const to = (target, at) => [at ? ", " : "", target.name, target.weight === null ? null : ` ${target.weight}`, target.tag ? [" ", el("span", { class: "tag err", title: target.said || null }, target.tag)] : null];
    const issue = (found) => el("div", { class: "why" }, el("span", { class: `st ${ngf.tone(found.status)}` }, ngf.statusIcon(found.status)), el("div", {}, found.message ? el("div", {}, found.message) : null, found.remedy ? el("div", { class: "t2" }, found.remedy) : null, found.section ? el("div", { class: "s11 t3 mono" }, found.section) : null));
    const rule = (each) => [el("dt", {}, each.number), el("dd", {}, el("span", { class: "mono" }, each.takes.join(", ") || "everything"), el("span", { class: "t2" }, each.to.length ? [" to ", each.to.map(to)] : " no backend"))];
    ngf.put("topology-drawer", head(one.name, [one.kind, one.namespace || null, data.mode === "across" ? one.cluster || null : null].filter(Boolean).join(", ")),
      el("div", { class: "body", tabindex: "0", role: "region", "aria-label": "Details" },
        el("div", { class: "sec first" }, el("span", { class: `pill ${ngf.tone(one.status)}` }, ngf.statusIcon(one.status), [one.word, one.reason].filter(Boolean).join(", ")), one.message ? el("p", { class: "s12 t2" }, one.message) : null),
        section("Why", (one.issues || []).map(issue)),
        one.facts.length ? el("div", { class: "sec" }, el("dl", { class: "kv" }, one.facts.map(([name, value]) => [el("dt", {}, name), el("dd", { class: "ell", title: value }, value)]))) : null,
        section("Attached to", one.attached.map(attached)),
        section("Rules", one.rules.length ? el("dl", { class: "kv rules" }, one.rules.map(rule)) : null),
        section("Policies in effect", inEffect(one.policies)),
        section("From", one.attached.length ? null : one.sources.map(line)),
        section("To", one.targets.map(line)),
        one.more ? el("div", { class: "sec t3" }, `${one.more} more in the graph`) : null),
      one.actions.length ? el("footer", {}, one.actions.map((action) => el("a", { class: "btn btn-secondary", href: action.href }, action.label))) : null);
    if (opener && was) { const button = room.querySelector("[data-topology-close]"); if (button) button.focus({ preventScroll: true }); }
  }

  function choose(view) {
    const wanted = view.sel || null;
    if (wanted === shown) return;
    const before = shown;
    shown = wanted;
    if (shown && !(known.get(shown) || {}).whole) wonder(shown);
    drawer();
    chosen();
    see();
    if (before && !shown && opener) { opener.focus({ preventScroll: true }); opener = null; }
  }

  /* Keys on the graph: left and right along the way of traffic, up and down within a column. */
  function walk(event) {
    const cy = graph();
    if (!cy || !data || event.target.id !== "topology-canvas") return;
    if (!event.key.startsWith("Arrow") && event.key !== "Enter") return;
    const all = things(cy).toArray();
    if (!all.length) return;
    event.preventDefault();
    const now = cursor && cy.getElementById(cursor).nonempty() ? cy.getElementById(cursor) : shown && cy.getElementById(shown).nonempty() ? cy.getElementById(shown) : null;
    if (event.key === "Enter") { if (now) press(now.data(), byId("topology-canvas")); return; }
    const next = now ? step(cy, now, event.key, all) : all.sort((one, other) => one.data("col") - other.data("col") || one.position("y") - other.position("y"))[0];
    if (!next) return;
    cursor = next.id();
    cy.nodes().removeClass("on");
    next.addClass("on");
    const box = next.renderedBoundingBox();
    if (box.x1 < 0 || box.y1 < 0 || box.x2 > cy.width() || box.y2 > cy.height()) cy.center(next);
    const one = next.data();
    ngf.put("topology-said", `${one.as === "group" ? one.label : `${one.kind} ${one.full}`}, ${one.word || "healthy"}${one.why ? `, ${one.why}` : ""}`);
    tip(next);
  }
  let cursor = null;

  function step(cy, now, arrow, all) {
    const nearest = (found) => found.sort((one, other) => Math.abs(one.position("y") - now.position("y")) - Math.abs(other.position("y") - now.position("y")))[0];
    if (arrow === "ArrowRight") return nearest(now.outgoers("node").toArray());
    if (arrow === "ArrowLeft") return nearest(now.incomers("node").toArray());
    const down = arrow === "ArrowDown";
    return nearest(all.filter((one) => one.data("col") === now.data("col") && (down ? one.position("y") > now.position("y") : one.position("y") < now.position("y"))));
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfTopology = {
    draw(answer, view, sheets) {
      if (!answer || !view || view.path !== HERE || !byId("topology-room")) return dash_clientside.no_update;
      const fresh = data !== answer;
      data = answer;
      styles = sheets;
      if (fresh) known = new Map();
      modes();
      picks(view);
      frame(view);
      if (fresh && shown) wonder(shown);
      choose(view);
      if (!isTable(view) && fresh) { paint(); put(Object.assign({}, view)); }
      return fresh ? data.rows : dash_clientside.no_update;
    },
    about(answer) {
      if (!answer || !here()) return;
      known.set(answer.id, answer);
      if (answer.id === shown) drawer();
      if (answer.id === hovering) { const cy = graph(); const node = cy && cy.getElementById(answer.id); if (node && node.nonempty()) tip(node); }
    },
    typed(text) {
      if (here()) ngf.view.set({ q: (text || "").trim(), open: "" }, { replace: true });
    },
  };

  window.addEventListener("ngf:view", function ({ detail: view }) {
    if (!here()) { data = null; asked = null; fitted = null; shown = null; cursor = null; known = new Map(); return; }
    const now = key(view);
    if (asked === null) { asked = now; if (isTable(view)) ask(); return; } // the layout has asked for the graph
    if (asked !== now) ask();
  });
  window.addEventListener("resize", function () {
    if (!here() || !data) return;
    if (asked !== key(ngf.view.get())) ask();
    else { const cy = graph(); if (cy) cy.resize(); }
  });
  new MutationObserver(paint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });

  document.addEventListener("click", function (event) {
    if (!here() || !event.target.closest) return;
    const found = (name) => { const node = event.target.closest(`[data-topology-${name}]`); return node && node.getAttribute(`data-topology-${name}`); };
    const [mode, as, zoom, status, to] = ["mode", "as", "zoom", "status", "to"].map(found);
    if (mode !== null) ngf.view.set({ mode, gateway: "", open: "", sel: null });
    else if (as !== null) ngf.view.set({ as });
    else if (zoom === "fit") fit(true);
    else if (zoom) { const cy = graph(); if (cy) cy.zoom({ level: cy.zoom() * Number(zoom), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }); }
    else if (status !== null) { const now = (ngf.view.get().status || []).join(); ngf.view.set({ status: now === status ? [] : [status], open: "" }); }
    else if (to !== null) { event.preventDefault(); if (!shown) opener = document.activeElement; ngf.view.set({ sel: to }); }
    else if (event.target.closest("[data-topology-close]")) close();
    else if (event.target.closest("[data-topology-clear]")) { byId("topology-q").value = ""; ngf.view.set({ q: "", status: [], kind: [], namespace: "", open: "" }); }
    else if (event.target.closest("#topology-svg") && data && data.elements.length) picture();
  }, true); // before links are followed

  document.addEventListener("change", function (event) {
    const node = here() && event.target;
    if (!node || !node.dataset) return;
    const { topologyPick: pick, topologyCheck: checked } = node.dataset;
    if (pick === "cluster") ngf.view.set({ cluster: [node.value], gateway: "", open: "", sel: null });
    else if (pick === "gateway") ngf.view.set({ gateway: [node.value], open: "", sel: null });
    else if (pick) ngf.view.set({ [pick]: node.value ? [node.value] : [], open: "" });
    else if (checked === "group") ngf.view.set({ group: node.checked ? "" : "off", open: "" });
    else if (checked === "problems") ngf.view.set({ status: node.checked ? ["err", "warn"] : [], open: "" });
    else if (checked) ngf.view.set({ [checked]: node.checked ? "1" : "", open: "" });
  });

  document.addEventListener("keydown", function (event) {
    if (!here()) return;
    if (event.key === "Escape" && shown && !ngf.floating() && event.target.id !== "topology-q") { event.preventDefault(); close(); return; }
    walk(event);
  });

  function picture() {
    const sheet = styles[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];
    const name = [ngf.facts && ngf.facts.demo ? "ngf-console-demo" : "ngf-console", "topology", data.cluster || "clusters"].join("-");
    ngf.saveFile(`${name}.svg`, "image/svg+xml", ngf.topologySvg(data.elements, data.size, sheet));
  }

  ngf.gridKeys("topology-grid", { here, open: (row) => { opener = document.activeElement; ngf.view.set({ sel: row.id }); } });
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...args) => window.React.createElement(...args);
  (window.dashAgGridFunctions = window.dashAgGridFunctions || {}).ngfTopologyId = (params) => params.data.id;
  cells.NgfTopologyName = ({ data: row }) => h("span", { className: "nm" },
    h("span", { className: `st only-m ${ngf.tone(row.status)}` }, h("i", { className: `bi bi-${ngf.statusIcon(row.status).className.split("bi-").pop()}`, "aria-hidden": "true" }), h("span", { className: "visually-hidden" }, row.status_word)),
    h("span", { className: "two" },
      h("a", { href: `?sel=${encodeURIComponent(row.id)}`, tabIndex: -1, "data-topology-to": row.id, title: row.namespace ? `${row.namespace}/${row.name}` : row.name }, row.namespace ? h("span", { className: "ns" }, `${row.namespace}/`) : null, h("b", {}, row.name)),
      h("span", { className: "sub only-m-b" }, [row.kind, row.reason || (row.status_word || "").toLowerCase()].filter(Boolean).join(", "))));
  cells.NgfTopologyReason = ({ data: row }) => h("span", { className: "t2", title: row.message || undefined }, row.reason);

  ngf.follow({
    here: () => here() && asked !== null,
    concerns: ({ cluster, kind }) => (/^(gateway|.*routes$|.*policies$|referencegrants|listenersets|inferencepools)/.test(kind) || ASK.includes(kind) || kind === "clusters") && (!data || data.mode === "across" || !data.cluster || cluster === data.cluster),
    ask,
  });
})(window.ngf = window.ngf || {});
