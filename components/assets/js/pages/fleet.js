// Draws the fleet from one answer of the server: problems, cards by region, or the table. Filters and
// the choice of cards or table are the address's and are applied here. Shapes are those of
// callbacks/fleet.py.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/clusters";
  const MANY = 24; // more clusters than this are a table unless the address says otherwise
  const FEW = 3; // problems shown above a table; the others stand first in it
  const WHOLE = 8; // cards of a region that stay together in one column
  const SLOTS = 20; // checks in a small chart, the last ten minutes
  const FILTERS = [["environment", "Environment"], ["label", "Label"], ["ngf", "NGF version"]];
  const VALUES = { environment: (row) => [row.environment], label: (row) => row.labels, ngf: (row) => [row.ngf || "not known"] };
  const here = () => location.pathname === HERE;
  let data = null;

  const faint = (text) => el("span", { class: "t3" }, text);
  const counted = (number, one, many) => `${number} ${number === 1 ? one : many}`;
  const number = (value) => (value === null ? faint("no data") : value.toLocaleString("en"));
  const millis = (seconds) => `${Math.max(1, Math.round(seconds * 1000)).toLocaleString("en")} ms`;
  const gpus = (found) => (!found ? faint("no data") : found.total ? `${found.allocated} of ${found.total}` : faint("none"));
  const tags = (row) => [row.environment, row.ngf].filter(Boolean).map((text) => el("span", { class: "tag" }, text));

  // Which clusters the address leaves. Words must all occur; of one filter's values any.
  function matching(view) {
    const words = (view.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    return data.clusters.filter(function (row) {
      const text = [row.name, row.label, row.region, row.environment, ...row.labels].join(" ").toLowerCase();
      return words.every((word) => text.includes(word)) && FILTERS.every(([key]) => !(view[key] || []).length || VALUES[key](row).some((value) => view[key].includes(value)));
    });
  }

  const shape = (view) => (["cards", "table"].includes(view.view) ? view.view : data.clusters.length > MANY ? "table" : "cards");

  function chips(view) {
    return FILTERS.map(function ([key, label]) {
      const chosen = view[key] || [];
      if (!chosen.length) return el("button", { type: "button", class: "chip add", "data-fleet-filter": key, "aria-haspopup": "dialog" }, ngf.icon("plus-lg"), label);
      return el("span", { class: "chip" }, el("button", { type: "button", class: "chip-v", "data-fleet-filter": key, "aria-haspopup": "dialog" }, el("span", { class: "k" }, label), " ", chosen.join(", ")),
        el("button", { type: "button", "data-fleet-drop": key, "aria-label": `Remove filter ${label}` }, ngf.icon("x")));
    });
  }

  // The last checks, oldest first: height is time, what failed is full and red.
  function bars(checks) {
    const shown = checks.slice(-SLOTS);
    const failed = shown.filter((seconds) => seconds === null).length;
    const most = Math.max(0.02, ...shown.filter((seconds) => seconds !== null));
    const latest = shown[shown.length - 1];
    const words = !shown.length ? "Not checked yet" : failed ? `${failed} of ${shown.length} checks failed` : `API latency, ${millis(latest)}`;
    return [el("div", { class: "s11 t3" }, words),
      el("div", { class: "bars", role: "img", "aria-label": `Last ${shown.length} checks: ${failed ? `${failed} failed` : "all answered"}` },
        Array.from({ length: SLOTS - shown.length }, () => el("i", { class: "none" })), shown.map((seconds) => el("i", { class: seconds === null ? "bad" : "", style: `height:${seconds === null ? 100 : Math.max(8, Math.round(100 * seconds / most))}%` })))];
  }

  function problem(row) {
    return el("article", { class: "prob", "data-key": row.name, "aria-label": `${row.name}: ${row.status_word}` },
      el("div", {}, el("div", { class: "row-f" }, ngf.status(row.status, row.status_word, true), el("a", { href: row.href, class: "plain b6 ell" }, row.name)),
        el("div", { class: "under" }, el("div", { class: "t2 s12" }, row.label === row.name ? "" : `${row.label}${row.region ? ", " : ""}`, el("span", { class: "nowrap" }, row.region)), el("div", { class: "row-f wrap" }, tags(row)))),
      el("div", {}, el("div", { class: "b5 wrap" }, row.title), el("div", { class: "t2 s12 why" }, ngf.parts(row.text))),
      el("div", {}, el("div", { class: "s11 t3" }, "Conditions"),
        el("div", { class: "mini" }, row.conditions.map((one) => el("span", { class: `st ${ngf.tone(one.status)}`, title: `${one.reason}: ${one.text}` }, ngf.statusIcon(one.status), one.type, el("span", { class: "visually-hidden" }, ` ${one.said}`)))),
        el("div", { class: "row-f" }, el("button", { type: "button", class: "btn btn-secondary btn-sm", "data-retry": row.name }, "Probe now"), el("a", { class: "btn btn-link btn-sm", href: row.href }, "Conditions"))),
      el("div", {}, bars(row.checks)));
  }

  function attention(rows, table) {
    const troubled = rows.filter((row) => row.attention);
    if (!troubled.length) return null;
    const shown = table && troubled.length > FEW ? troubled.slice(0, FEW) : troubled;
    return el("section", { class: "panel" },
      el("header", { class: "rule" }, el("h2", {}, "Needs attention"), el("span", { class: "u" }, `${troubled.length} of ${rows.length}`),
        el("span", { class: "src" }, data.checked ? ["checked ", ngf.since(data.checked, { style: "age" }), ` ago, every ${data.every} s`] : "not checked yet")),
      el("div", { class: "bd0" }, shown.map(problem)),
      shown.length < troubled.length ? el("footer", {}, `${counted(troubled.length - shown.length, "more stands", "more stand")} first in the table.`) : null);
  }

  const fact = (label, value) => el("div", {}, el("span", {}, label), value);

  function card(row, told) {
    if (row.attention) {
      return el("article", { class: "cc small", "data-key": row.name }, el("div", { class: "h" }, ngf.status(row.status, row.status_word, true),
        el("a", { href: row.href, class: "plain ell" }, el("span", { class: `cl c${row.slot}` }, row.name)), el("span", { class: "grow" }), el("span", { class: "t2 s12" }, `${row.status_word.toLowerCase()}, see above`)));
    }
    const under = [row.label === row.name ? "" : row.label, row.local ? "this cluster" : "", told ? row.region : "", row.kubernetes ? `Kubernetes ${row.kubernetes}` : ""].filter(Boolean).join(", ");
    const last = row.agents ? fact("Heartbeat", row.heartbeat ? ngf.since(row.heartbeat, { style: "age" }) : faint("never")) : fact("API latency", row.latency === null ? faint("no data") : millis(row.latency));
    return el("article", { class: "cc", "data-key": row.name },
      el("div", { class: "h" }, ngf.status(row.status, row.status_word, true), el("a", { href: row.href, class: "plain b6 ell" }, el("span", { class: `cl c${row.slot}` }, row.name)), el("span", { class: "grow" }), tags(row)),
      el("div", { class: "t3 s12 ell under" }, under),
      el("div", { class: "f" }, fact("Gateways", el("a", { class: "plain", href: `/gateways?cluster=${row.name}` }, number(row.gateways))), fact("Routes", el("a", { class: "plain", href: `/routes?kind=HTTPRoute&cluster=${row.name}` }, number(row.httproutes))), fact("GPUs", gpus(row.gpus)), last));
  }

  function regions(rows) {
    const by = new Map();
    for (const row of rows) by.set(row.region || "No region", [...(by.get(row.region || "No region") || []), row]);
    return el("div", { class: "regions" }, [...by].map(function ([name, own]) {
      const known = own.filter((row) => row.gpus);
      const total = known.reduce((sum, row) => sum + row.gpus.total, 0);
      const taken = known.reduce((sum, row) => sum + row.gpus.allocated, 0);
      const words = [`${own.filter((row) => row.ready).length} of ${own.length} ready`, total ? `${taken} of ${total} GPUs` : ""].filter(Boolean).join(", ");
      const broken = own.length > WHOLE;
      return el("section", { class: broken ? "region long" : "region", "data-key": name }, el("div", { class: "region-h" }, el("h2", {}, name), el("span", { class: "t3 s12" }, words)), own.map((row) => card(row, broken)));
    }));
  }

  const state = (icon, title, text, ...actions) => el("section", { class: "panel" }, el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon(icon)), el("div", { class: "b6" }, title), el("div", { class: "state-t" }, text), el("div", { class: "state-a" }, actions)));

  function instead(rows, view) {
    if (rows.length) return null;
    if (data.clusters.length) {
      const names = [...(view.q ? ["text"] : []), ...FILTERS.filter(([key]) => (view[key] || []).length).map(([, label]) => label.toLowerCase())];
      return state("funnel", "No cluster matches", `${counted(data.clusters.length, "cluster is", "clusters are")} there; the ${names.length > 1 ? "filters" : "filter"} by ${names.join(" and ")} ${names.length > 1 ? "leave" : "leaves"} none.`,
        el("button", { type: "button", class: "btn btn-secondary", "data-fleet-clear": "" }, "Clear filters"));
    }
    if (data.total) return state("hdd-stack", "None of the chosen clusters is here", "The cluster chosen above is not, or no longer, registered.", el("a", { class: "btn btn-secondary", href: HERE }, "All clusters"));
    const user = ngf.facts.user;
    if (user.clusters) return state("lock", "No cluster is visible to you", `You are limited to ${user.clusters.join(", ") || "none"}. An admin can widen your limits.`);
    if (data.strip) return state("hdd-stack", "Clusters are not known", "The hub keeps them; they are here when it answers.");
    if (data.register) return state("hdd-stack", "No cluster yet", `${data.register}.`);
    if (user.role !== "admin") return state("hdd-stack", "No cluster is registered yet", `Your role is ${user.role}. An admin can register the first one.`);
    return state("hdd-stack", "No cluster is registered yet", "Register the first one here with its kubeconfig, or create a ManagedCluster with kubectl: it appears within two seconds.",
      el("a", { class: "btn btn-primary", href: "/clusters/register" }, "Register cluster"));
  }

  function head(view, chosen) {
    for (const button of document.querySelectorAll("[data-fleet-view]")) {
      const on = button.dataset.fleetView === chosen;
      button.classList.toggle("on", on);
      button.setAttribute("aria-pressed", String(on));
    }
    const check = document.getElementById("fleet-check");
    check.dataset.retry = data.clusters.map((row) => row.name).join(",");
    check.disabled = !data.clusters.length;
    const admin = ngf.facts.user.role === "admin";
    document.getElementById("fleet-register").hidden = !admin || Boolean(data.register);
    ngf.put("fleet-why", admin ? data.register : "");
    ngf.put("fleet-order", chosen === "table" ? "" : "Grouped by region, problems first");
  }

  // An agent falls silent without a word: where this page has noticed, the sidebar has to ask.
  function sidebar(view) {
    const said = (ngf.facts.counts.clusters || { n: 0 }).n;
    if (!view.cluster.length && said !== data.clusters.filter((row) => row.attention).length) dash_clientside.set_props("shell-tick", { data: Date.now() });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfFleet = {
    draw(answer, view, before) {
      const same = dash_clientside.no_update;
      if (!answer || !view || view.path !== HERE) return same;
      const pushed = data !== answer;
      data = answer;
      const rows = matching(view);
      const chosen = shape(view);
      if (pushed) {
        follow.asked();
        for (const [key, value] of Object.entries(data.tiles)) ngf.tile(`fleet-${key}`, value);
        ngf.put("fleet-strip", ngf.strip(data.strip));
        sidebar(view);
      }
      head(view, chosen);
      ngf.put("fleet-chips", chips(view));
      ngf.put("fleet-attention", attention(rows, chosen === "table"));
      ngf.put("fleet-cards", instead(rows, view) || (chosen === "cards" ? regions(rows) : null));
      document.getElementById("fleet-table").hidden = chosen !== "table" || !rows.length;
      return chosen === "table" ? rows : before && before.length ? [] : same;
    },
    typed(text) {
      if (here()) ngf.view.set({ q: (text || "").trim() }, { replace: true });
    },
  };

  function menu(button) {
    const key = button.dataset.fleetFilter;
    const chosen = new Set(ngf.view.get()[key] || []);
    const counts = {};
    for (const value of data.clusters.flatMap(VALUES[key]).filter(Boolean)) counts[value] = (counts[value] || 0) + 1;
    const rows = Object.keys(counts).sort().map(function (value) {
      const box = el("input", {
        type: "checkbox", class: "form-check-input", checked: chosen.has(value),
        onchange() { if (box.checked) chosen.add(value); else chosen.delete(value); ngf.view.set({ [key]: [...chosen] }); },
      });
      return { text: value, node: el("label", { class: "n-item" }, box, el("span", { class: "grow ell", title: value }, value), el("span", { class: "t3 num" }, counts[value])) };
    });
    const node = el("div", { class: "n-wide" });
    if (rows.length) ngf.chooser(node, rows, FILTERS.find(([name]) => name === key)[1].toLowerCase());
    else node.append(el("div", { class: "n-none" }, `No cluster has ${key === "environment" ? "an" : "a"} ${key}.`));
    ngf.float(button, node, { label: FILTERS.find(([name]) => name === key)[1] });
  }

  document.addEventListener("click", function (event) {
    const target = here() && data && event.target.closest ? event.target : null;
    if (!target) return;
    const view = target.closest("[data-fleet-view]");
    const filter = target.closest("[data-fleet-filter]");
    const drop = target.closest("[data-fleet-drop]");
    if (view) ngf.view.set({ view: view.dataset.fleetView === (data.clusters.length > MANY ? "table" : "cards") ? "" : view.dataset.fleetView });
    if (filter) menu(filter);
    if (drop) ngf.view.set({ [drop.dataset.fleetDrop]: [] });
    if (target.closest("[data-fleet-clear]")) {
      ngf.view.set({ q: "", ...Object.fromEntries(FILTERS.map(([key]) => [key, []])) });
      dash_clientside.set_props("fleet-q", { value: "" });
    }
    if (target.closest("[data-retry]")) follow.soon(1500);
  });

  const follow = ngf.followClusters({
    here,
    concerns: ({ kind }) => ["clusters", "gateways", "httproutes", "deployments", "gatewayclasses", "nodes"].includes(kind),
    every: () => (data && data.clusters.length > MANY ? 14000 : 4000),
    store: "fleet-asked",
  });

  /* The table: keys, rows by name, cells. */
  ngf.gridKeys("fleet-grid", { here, open: (row) => ngf.go(row.href) });
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...args) => window.React.createElement(...args);
  const pale = (text) => h("span", { className: "t3" }, text);
  (window.dashAgGridFunctions = window.dashAgGridFunctions || {}).ngfClusterId = (params) => params.data.name;
  cells.NgfClusterName = ({ data: row }) => h("span", { className: "nm" },
    h("span", { className: "st only-m " + ngf.tone(row.status) }, h("i", { className: "bi bi-" + ngf.statusIcon(row.status).className.split("bi-")[1], "aria-hidden": "true" }), h("span", { className: "visually-hidden" }, row.status_word)),
    h("span", { className: "two" }, h("a", { href: row.href, tabIndex: -1 }, h("span", { className: `cl c${row.slot}` }, h("b", null, row.name))),
      h("span", { className: "sub only-m-b" }, [row.region, row.reason || row.status_word.toLowerCase()].filter(Boolean).join(", "))));
  cells.NgfNumber = ({ value }) => (value === null ? pale("no data") : h("span", null, value.toLocaleString("en")));
  cells.NgfGpus = ({ data: row }) => (!row.gpus ? pale("no data") : row.gpus.total ? h("span", null, `${row.gpus.allocated} of ${row.gpus.total}`) : pale("none"));
  cells.NgfHeartbeat = ({ data: row }) => (row.heartbeat ? h("time", { className: "n-age", dateTime: row.heartbeat, "data-style": "age" }) : pale(row.agents ? "never" : "no agent"));
  cells.NgfLatency = ({ value }) => (value === null ? pale("no data") : h("span", null, millis(value)));
})(window.ngf = window.ngf || {});
