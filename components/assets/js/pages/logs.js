// The page of logs: a tab for each kind of lines (log_kinds.js), filters in the address, frequent values,
// lines that open in place. Shapes are those of callbacks/logs.py. Lines are drawn here, 200 at most: older
// ones are another page.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/logs";
  const here = () => location.pathname === HERE;
  const FOLLOW_MS = 2000;
  const { kinds, keys: KEYS, words: WORDS } = ngf.logs;
  let page = null; // the last lines
  let top = null; // the last frequent values
  let open = null; // the menu that is shown
  let focused = -1;
  let shown = null; // the tab that page and top are of, while the page is shown

  const view = () => ngf.view.get();
  const tab = () => (Object.hasOwn(kinds, view().tab || "") ? view().tab || "" : "");
  const kind = () => kinds[tab()];
  const filters = () => [...kind().listed, ...kind().single];
  const named = (key) => kind().words[key] || WORDS[key] || key;
  const number = (value) => Math.round(value).toLocaleString("en");

  /* Filters */
  const values = (key) => { const said = view()[key] || []; return Array.isArray(said) ? said : kind().listed.includes(key) ? said.split(",").filter(Boolean) : [said]; };
  // A narrower question starts with its newest lines.
  const ask = (patch, options) => ngf.view.set(Object.assign({ before: "", sel: "" }, patch), options);

  function toggle(key, value) {
    if (kind().single.includes(key)) { ask({ [key]: view()[key] === value ? "" : value }); return; }
    const now = values(key);
    ask({ [key]: now.includes(value) ? now.filter((one) => one !== value) : [...now.filter((one) => one !== `!${value}`), value] });
  }

  function chips() {
    const given = filters().filter((key) => values(key).length);
    const said = (value) => (value === "-" ? "none" : value === "!-" ? "not none" : value.startsWith("!") ? `not ${value.slice(1)}` : value);
    ngf.put("logs-chips", given.map((key) => el("span", { class: "chip", "data-key": key },
      el("span", { class: "k" }, named(key)), el("span", { class: "ell" }, values(key).map(said).join(", ")), el("button", { type: "button", "data-logs-drop": key, "aria-label": `Remove filter ${named(key)}` }, ngf.icon("x")))));
    const follow = document.getElementById("logs-follow");
    if (follow) {
      const on = Boolean(view().follow);
      follow.classList.toggle("active", on);
      follow.setAttribute("aria-pressed", String(on));
    }
  }

  const none = (keys) => Object.fromEntries(keys.map((key) => [key, ""]));
  // Whether a filter means the same in another tab.
  const shared = (key, other) => !["status", "min_ms"].includes(key) && [kind(), kinds[other]].every((one) => [...one.listed, ...one.single].includes(key));

  /* Tabs: what is left of another one goes at once. */
  function tabs() {
    for (const button of document.querySelectorAll("[data-logs-tab]")) {
      const on = button.dataset.logsTab === tab();
      button.classList.toggle("on", on);
      button.setAttribute("aria-pressed", String(on));
      if (on && shown !== null) {
        dash_clientside.set_props("logs-q", { placeholder: button.dataset.searched });
        const panel = document.getElementById("logs-histogram-plot").closest("[data-title]");
        panel.dataset.title = panel.querySelector("h2").textContent = button.dataset.counted;
      }
    }
    const before = shown;
    shown = tab();
    if (before === null || before === shown) return;
    page = top = null;
    focused = -1;
    for (const id of ["logs-rows", "logs-top"]) ngf.put(id, Array.from({ length: 12 }, () => el("div", { class: "skeleton" })));
    ngf.put("logs-foot");
  }

  /* Frequent values */
  function facets() {
    if (!top) return;
    if (top.reason) { ngf.put("logs-top", el("div", { class: "quiet" }, top.reason)); return; }
    const told = kind().facets.filter(([field]) => (top.facets[field] || []).length);
    ngf.put("logs-top", told.length ? told.map(([field, label, key]) => {
      const wanted = key === "cluster" ? view().cluster : values(key);
      return el("div", { class: "facet", "data-key": field }, el("h3", {}, label), top.facets[field].map(([value, lines]) => {
        const chosen = wanted.includes(value || "-");
        const text = key === "cluster" ? el("span", { class: `cl c${(top.slots || {})[value] || 8}` }, value) : value || el("span", { class: "t3" }, "none");
        return el("button", { type: "button", class: chosen ? "on" : null, "aria-pressed": String(chosen), "data-key": `${field} ${value}`, "data-facet": key, "data-value": value || "-", title: value }, el("span", { class: "ell" }, text), el("span", {}, number(lines)));
      }));
    }) : el("div", { class: "quiet" }, "None. Nothing in this range matches."));
  }

  /* Lines */
  const time = (line) => line.timestamp.slice(11, 23);
  const faint = (words) => el("span", { class: "t3" }, words);
  const keyOf = (line) => kind().key(line);
  // All but the first and the last of them are the kind's.
  const columns = () => [["Time, UTC", 132], ...kind().columns, ["Cluster", 104, "hm"]];
  const narrow = matchMedia("(max-width: 767.98px)"); // where columns of the class "hm" are hidden
  const room = () => columns().filter(([, , name]) => !(narrow.matches && (name || "").includes("hm"))).length;
  const count = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });

  function valueOf(field, line) {
    const value = line[field];
    if (value === null || value === undefined) return faint(`null, ${kind().why(field, line)}`);
    if (field.endsWith("_ms")) return `${count(value)} ms`;
    if (field.endsWith("_size")) return `${value.toLocaleString("en")} B`;
    return kind().link(field, line) || (Array.isArray(value) ? value.join(", ") : String(value));
  }

  // What a line has of columns: those that hold fields of their own give these.
  function pairsOf(field, line) {
    const held = [line[field]].flat().filter((one) => one && typeof one === "object");
    return held.length ? held.flatMap((one) => Object.entries(one).sort()) : [[field, valueOf(field, line)]];
  }

  function detail(line, key) {
    const pairs = (fields) => el("dl", { class: fields.some((field) => typeof line[field] === "object" && line[field]) ? "held" : null }, fields.flatMap((field) => pairsOf(field, line)).map(([name, value]) => [el("dt", { title: name }, name), el("dd", { title: typeof value === "string" ? value : null }, value)]));
    const action = (label, attributes) => el("button", Object.assign({ type: "button", class: "btn btn-link btn-sm" }, attributes), label);
    return el("tr", { class: "open", "data-key": `detail ${key}` }, el("td", { colspan: room() },
      el("div", { class: "json" }, kind().groups(line).map(pairs)),
      el("div", { class: "row-f json-act" },
        kind().steps(line),
        action("Minute around", { "data-logs-around": line.timestamp, class: "btn btn-secondary btn-sm" }),
        action("Copy JSON", { "data-logs-copy": keyOf(line) }),
        kind().more(line))));
  }

  // Two lines may be alike in everything that names one.
  function keysOf(all) {
    const seen = new Map();
    return all.map(function (line) {
      const key = `${line.timestamp} ${keyOf(line)}`;
      seen.set(key, (seen.get(key) || 0) + 1);
      return `${key} ${seen.get(key)}`;
    });
  }

  function row(line, at, key, chosen) {
    return el("tr", { class: chosen ? "sel" : null, "data-key": key, "data-line": at, tabindex: at === Math.max(focused, 0) ? "0" : "-1" },
      el("td", { class: "mono", title: line.timestamp }, ngf.icon(chosen ? "chevron-down" : "chevron-right"), chosen ? el("span", { class: "visually-hidden" }, "Open: ") : null, time(line)), kind().cells(line),
      el("td", { class: "hm" }, el("span", { class: `cl c${(page.slots || {})[line.cluster_name] || 8}` }, line.cluster_name)));
  }

  function lines() {
    if (!page) return;
    const chosen = view().sel;
    const keys = keysOf(page.lines);
    const opened = page.lines.findIndex((line) => Boolean(chosen) && keyOf(line) === chosen);
    if (!page.lines.length) {
      const picture = page.failed ? "x-octagon" : "list-columns-reverse";
      ngf.put("logs-rows", el("div", { class: "state", role: "status" }, el("div", { class: `state-i ${page.failed ? "err" : ""}` }, ngf.icon(picture)), el("div", { class: "b6" }, page.failed ? `No ${kind().noun} can be read` : `No ${kind().noun}`), el("div", { class: "state-t" }, page.reason || `There are no older ${kind().noun} in this range.`),
        [...filters(), "q"].some((key) => values(key).length) ? el("div", { class: "state-a" }, el("button", { type: "button", class: "btn btn-secondary", "data-logs-clear": "1" }, "Clear filters")) : null));
    } else {
      ngf.put("logs-rows", el("table", { class: "grid tight gsm" }, el("colgroup", {}, columns().map(([, width, name]) => el("col", { class: (name || "").includes("hm") ? "hm" : null, style: width ? `width:${width}px` : null }))),
        el("thead", {}, el("tr", {}, columns().map(([label, , name], at) => el("th", { scope: "col", class: name || null }, label, at ? null : ngf.icon("arrow-down"))))),
        el("tbody", {}, page.lines.flatMap((line, at) => [row(line, at, keys[at], at === opened), at === opened ? detail(line, keys[at]) : null]))));
    }
    foot();
  }

  function foot() {
    if (!page) return;
    const total = top && top.total !== null ? `${number(top.total)} ${kind().noun} in the range, ` : "";
    const older = page.cursor ? el("button", { type: "button", class: "btn btn-link btn-sm", "data-key": "older", "data-logs-older": page.cursor }, "Older") : null;
    const newest = view().before ? el("button", { type: "button", class: "btn btn-link btn-sm", "data-key": "newest", "data-logs-newest": "1" }, "Newest") : null;
    ngf.put("logs-foot", el("span", {}, `${total}${number(page.lines.length)} shown`), newest, older, el("span", { class: "grow" }),
      page.read === undefined ? null : el("span", { class: "only-d" }, `Read ${number(page.read)} rows in ${number(page.elapsed)} ms, ${page.source}${page.as_of ? ` as of ${ngf.absolute(page.as_of)}` : ""}`));
  }

  narrow.addEventListener("change", () => { if (here()) lines(); });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfLogs = {
    facets(answer) {
      if (!answer) return;
      if (answer.tab === tab()) { top = answer; ngf.allValues(answer); facets(); foot(); }
      ngf.answered();
    },
    rows(answer) {
      if (!answer) return;
      if (answer.tab === tab()) { page = answer; lines(); }
      ngf.answered();
    },
    questions(kept) { if (kept && open && open.kind === "questions" && open.body.isConnected) questions(kept); },
    typed(text) { if (here() && (text || "").trim() !== (view().q || "")) ask({ q: (text || "").trim() }, { replace: true }); },
  };

  /* Menus: another filter, saved questions. */
  const item = (label, run, icon) => el("button", { type: "button", class: "n-item", onclick: run }, icon ? ngf.icon(icon) : null, el("span", { class: "grow ell" }, label));
  const heading = (...parts) => el("div", { class: "n-menu-t" }, parts);

  function filterKeys() {
    open.body.replaceChildren(heading("Filter by"), ...filters().map((key) => el("button", { type: "button", class: "n-item", onclick: () => filterValues(key) }, el("span", { class: "grow" }, named(key)), el("span", { class: "t3 s12 ell" }, values(key).join(", ")), ngf.icon("chevron-right"))));
  }

  function filterValues(key) {
    const facet = kind().facets.find(([, , one]) => one === key);
    const known = facet && top ? top.facets[facet[0]] || [] : [];
    const field = el("input", { class: "form-control", placeholder: kind().examples[key] || (key === "min_ms" ? "250" : "Value, ! in front: not"), "aria-label": `Value of ${named(key)}`, autocomplete: "off", maxlength: "400" });
    const form = el("form", { class: "row-f n-save", onsubmit(event) { event.preventDefault(); if (field.value.trim()) { ngf.closeFloat(); toggle(key, field.value.trim()); } } }, field, el("button", { type: "submit", class: "btn btn-secondary" }, "Filter"));
    open.body.replaceChildren(heading(el("button", { type: "button", class: "n-ico sm", "aria-label": "Back to filters", onclick: filterKeys }, ngf.icon("chevron-left")), el("span", { class: "grow" }, named(key))),
      ...known.map(([value, count]) => el("button", { type: "button", class: "n-item", onclick() { ngf.closeFloat(); toggle(key, value || "-"); } }, el("span", { class: "grow ell" }, value || "none"), el("span", { class: "t3 num" }, number(count)))), form);
    field.focus({ preventScroll: true });
  }

  const kept = (data) => dash_clientside.set_props("logs-questions-asked", { data: Object.assign({ at: Date.now() }, data) });

  function questions(saved) {
    const field = el("input", { class: "form-control", maxlength: "80", placeholder: "Name", "aria-label": "Name of this question", autocomplete: "off" });
    const go = (query) => () => { ngf.closeFloat(); ngf.view.open(query ? `?${query}` : ""); };
    open.body.replaceChildren(
      ...kind().questions.map(([label, asked, icon]) => item(label, go([tab() && `tab=${tab()}`, asked].filter(Boolean).join("&")), icon)),
      heading("Kept by you"),
      ...(saved === null ? [el("div", { class: "n-none" }, "Loading")] : saved.length ? [] : [el("div", { class: "n-none" }, "None yet. Filter, then save it here.")]),
      ...(saved || []).map((one) => el("div", { class: "row-f" }, item(one.name, go(one.query), "bookmark"), el("button", { type: "button", class: "n-ico sm", "aria-label": `Remove question ${one.name}`, onclick: () => kept({ do: "remove", name: one.name }) }, ngf.icon("trash")))),
      el("form", {
        class: "row-f n-save",
        onsubmit(event) {
          event.preventDefault();
          const query = new URLSearchParams(location.search);
          for (const key of ["before", "sel", "follow"]) query.delete(key);
          if (field.value.trim()) kept({ do: "save", name: field.value, query: query.toString() });
          else field.focus();
        },
      }, field, el("button", { type: "submit", class: "btn btn-secondary" }, "Save")));
  }

  const MENUS = { filter: ["Filter", filterKeys], questions: ["Saved questions", () => { questions(null); kept({ do: "list" }); }, true] };

  /* What is pressed. A press does one thing: what it draws anew may make another button of the same node. */
  const PRESSED = {
    "[data-logs-menu]"(opener) {
      const [label, draw, right] = MENUS[opener.dataset.logsMenu];
      open = { kind: opener.dataset.logsMenu, body: el("div", { class: "n-wide" }) };
      draw();
      ngf.float(opener, open.body, { label, right });
    },
    "[data-facet]"({ dataset: { facet: key, value } }) {
      if (key === "cluster") ngf.view.choose({ cluster: view().cluster.includes(value) ? [] : [value] });
      else toggle(key, value);
    },
    "[data-logs-drop]": (drop) => ask({ [drop.dataset.logsDrop]: "" }),
    "[data-logs-clear]"() {
      ask(none([...KEYS, "q"]));
      dash_clientside.set_props("logs-q", { value: "" });
    },
    "[data-logs-tab]": ({ dataset }) => ask({ ...none(KEYS.filter((key) => !shared(key, dataset.logsTab))), tab: dataset.logsTab }),
    "[data-logs-trace]": ({ dataset }) => ask({ ...none([...KEYS, "q"]), tab: "spans", trace_id: dataset.logsTrace }),
    "[data-logs-older]"(older) { ngf.view.set({ before: older.dataset.logsOlder, sel: "", follow: "" }); toTop(); },
    "[data-logs-newest]"() { ngf.view.set({ before: "", sel: "" }); toTop(); },
    "#logs-link": () => ngf.copyLink(),
    "#logs-follow": () => ask({ follow: view().follow ? "" : "1", brush: "" }),
    "[data-logs-copy]": (copy) => copyJson(page.lines.find((line) => keyOf(line) === copy.dataset.logsCopy)),
    "[data-logs-around]"(around) {
      const at = new Date(around.dataset.logsAround).getTime();
      ask({ range: ngf.range.between(at - 30000, at + 30000), brush: "" });
    },
    "tr[data-line]"(line) { if (!getSelection().toString()) choose(Number(line.dataset.line)); },
  };
  document.addEventListener("click", function (event) {
    if (!here() || !event.target.closest) return;
    for (const [selector, act] of Object.entries(PRESSED)) {
      const found = event.target.closest(selector);
      if (found) { act(found); return; }
    }
  });

  const toTop = () => { const room = document.getElementById("logs-rows"); if (room) room.scrollTop = 0; };

  function choose(at) {
    focused = at;
    const key = keyOf(page.lines[at]);
    ngf.view.set({ sel: view().sel === key ? "" : key }, { replace: true });
  }

  function copyJson(line) {
    navigator.clipboard.writeText(JSON.stringify(line, null, 1)).then(
      () => ngf.toast({ status: "ok", title: "Line copied", text: "With every field, as JSON." }),
      () => ngf.toast({ status: "warn", title: "Line not copied", text: "The browser did not allow it." }));
  }

  const step = (by) => function () {
    if (!here() || !page || !page.lines.length) return false;
    focused = Math.min(Math.max(focused + by, 0), page.lines.length - 1);
    lines();
    const node = document.querySelector(`#logs-rows tr[data-line="${focused}"]`);
    if (node) { node.focus({ preventScroll: true }); node.scrollIntoView({ block: "nearest" }); }
    return true;
  };
  ngf.keys.add("j", "Next row", step(1));
  ngf.keys.add("k", "Previous row", step(-1));
  ngf.keys.add("Enter", "Open row", function () {
    const node = here() && document.activeElement.closest("tr[data-line]");
    if (!node) return false;
    choose(Number(node.dataset.line));
    return true;
  });

  // A drag over the histogram narrows what is looked at and leaves the histogram as wide as it is.
  window.addEventListener("ngf:zoom", function (event) {
    if (!here()) return;
    event.preventDefault();
    ask({ brush: ngf.range.between(event.detail.start, event.detail.end), follow: "" }, { state: { zoomed: true } });
    ngf.figures.again(event.detail.graph);
  });
  window.addEventListener("ngf:zoomback", function (event) {
    if (!here()) return;
    event.preventDefault();
    if (view().brush) ask({ brush: "" });
    ngf.figures.again(event.detail.graph);
  });

  window.addEventListener("ngf:view", function () {
    if (!here()) { page = top = shown = null; focused = -1; return; }
    tabs();
    const field = document.getElementById("logs-q");
    if (field && document.activeElement !== field && field.value !== (view().q || "")) dash_clientside.set_props("logs-q", { value: view().q || "" });
    chips();
    facets();
    lines();
  });

  const FILTERS = ["tab", "q", "brush", ...KEYS];
  const every = () => (view().follow && !view().before ? FOLLOW_MS : 0);
  ngf.panelPage({ path: HERE, store: "logs-asked", answers: ["logs-spread", "logs-facets"], keys: FILTERS, every: () => every() * 5 });
  ngf.panelPage({ path: HERE, store: "logs-page", answers: ["logs-rows-data"], keys: [...FILTERS, "before"], every });
})(window.ngf = window.ngf || {});
