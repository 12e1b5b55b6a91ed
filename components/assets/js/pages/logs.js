// The page of access logs: filters in the address, frequent values, lines that open in place. Shapes are
// those of callbacks/logs.py. Lines are drawn here, 200 at most: older ones are another page.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/logs";
  const here = () => location.pathname === HERE;
  const FOLLOW_MS = 2000;
  const LISTED = ["status", "method", "host", "route", "gateway", "upstream", "upstream_addr", "client"];
  const SINGLE = ["uri", "pod", "user_agent", "trace_id", "request_id", "min_ms"];
  const WORDS = { uri: "path", upstream_addr: "upstream address", client: "client address", user_agent: "user agent", trace_id: "trace", request_id: "request id", min_ms: "slower than, ms" };
  const FACETS = [["status", "Status", "status"], ["upstream_name", "Upstream", "upstream"], ["upstream_addr", "Upstream address", "upstream_addr"], ["route", "Route", "route"], ["method", "Method", "method"], ["path", "Path", "uri"], ["host", "Host", "host"], ["cluster_name", "Cluster", "cluster"]];
  const COLUMNS = [["Time, UTC", 132], ["Status", 62], ["Method", 66], ["Path"], ["Time, ms", 78, "num hm"], ["Upstream, ms", 96, "num hm"], ["Upstream", 140, "hm"], ["Cluster", 104, "hm"]];
  let page = null; // the last lines
  let top = null; // the last frequent values
  let open = null; // the menu that is shown
  let focused = -1;

  const view = () => ngf.view.get();
  const number = (value) => Math.round(value).toLocaleString("en");
  const listOf = (value) => (Array.isArray(value) ? value : value ? [value] : []);

  /* Filters */
  const values = (key) => listOf(view()[key]);
  // A narrower question starts with its newest lines.
  const ask = (patch, options) => ngf.view.set(Object.assign({ before: "", sel: "" }, patch), options);

  function toggle(key, value) {
    if (SINGLE.includes(key)) { ask({ [key]: view()[key] === value ? "" : value }); return; }
    const now = values(key);
    ask({ [key]: now.includes(value) ? now.filter((one) => one !== value) : [...now.filter((one) => one !== `!${value}`), value] });
  }

  function chips() {
    const shown = [...LISTED, ...SINGLE].filter((key) => values(key).length);
    const said = (value) => (value === "-" ? "none" : value === "!-" ? "not none" : value.startsWith("!") ? `not ${value.slice(1)}` : value);
    ngf.put("logs-chips", shown.map((key) => el("span", { class: "chip", "data-key": key },
      el("span", { class: "k" }, WORDS[key] || key), el("span", { class: "ell" }, values(key).map(said).join(", ")), el("button", { type: "button", "data-logs-drop": key, "aria-label": `Remove filter ${WORDS[key] || key}` }, ngf.icon("x")))));
    const follow = document.getElementById("logs-follow");
    if (follow) {
      const on = Boolean(view().follow);
      follow.classList.toggle("active", on);
      follow.setAttribute("aria-pressed", String(on));
    }
  }

  /* Frequent values */
  function facets() {
    if (!top) return;
    if (top.reason) { ngf.put("logs-top", el("div", { class: "quiet" }, top.reason)); return; }
    const shown = FACETS.filter(([field]) => (top.facets[field] || []).length);
    ngf.put("logs-top", shown.length ? shown.map(([field, label, key]) => {
      const named = key === "cluster" ? view().cluster : values(key);
      return el("div", { class: "facet", "data-key": field }, el("h3", {}, label), top.facets[field].map(([value, lines]) => {
        const chosen = named.includes(value || "-");
        const text = key === "cluster" ? el("span", { class: `cl c${(top.slots || {})[value] || 8}` }, value) : value || el("span", { class: "t3" }, "none");
        return el("button", { type: "button", class: chosen ? "on" : null, "aria-pressed": String(chosen), "data-key": `${field} ${value}`, "data-facet": key, "data-value": value || "-", title: value }, el("span", { class: "ell" }, text), el("span", {}, number(lines)));
      }));
    }) : el("div", { class: "quiet" }, "None. No line in this range matches."));
  }

  /* Lines */
  const time = (line) => line.timestamp.slice(11, 23);
  const tone = (line) => (line.status_class === "5xx" ? "err" : line.status_class === "4xx" ? "warn" : "");
  const faint = (words) => el("span", { class: "t3" }, words);
  const ms = (value) => (value === null ? faint("none") : value >= 10 ? number(value) : value.toLocaleString("en", { maximumSignificantDigits: 2 }));
  const keyOf = (line) => line.request_id || `${line.timestamp} ${line.path}`;

  function why(field, line) {
    if (["route", "rule", "route_source"].includes(field)) return "the line names no route";
    if (field === "grpc_status") return "not gRPC";
    if (field.startsWith("upstream")) return line.upstream_attempts ? "the upstream sent none" : "no upstream was asked";
    if (field.startsWith("tls")) return line.scheme === "http" ? "plain HTTP" : "not logged";
    if (field === "trace_id") return "no trace";
    if (field === "x_request_id") return "the client sent none";
    if (field.startsWith("waf") || field === "bot_classification") return "no WAF";
    if (field === "xc_edge_latency_ms") return "not through an edge";
    return "not logged";
  }

  const GROUPS = [
    ["status", "status_class", "grpc_status", "upstream_status", "method", "host", "path", "scheme", "protocol", "listener", "completion", "client_ip", "user_agent"],
    ["latency_ms", "upstream_latency_ms", "upstream_connect_ms", "upstream_header_ms", "upstream_addr", "upstream_name", "upstream_attempts", "picked", "request_size", "response_size", "tls_version", "tls_cipher"],
    ["route", "rule", "route_source", "gateway", "pod_name", "cluster_name", "request_id", "x_request_id", "trace_id", "waf_action", "waf_violation_rating", "waf_signatures", "bot_classification", "xc_edge_latency_ms"],
  ];

  function valueOf(field, line) {
    const value = line[field];
    if (value === null || value === undefined) return faint(`null, ${why(field, line)}`);
    if (field === "gateway") return el("a", { href: `/gateway/${encodeURIComponent(line.cluster_name)}/${line.namespace}/${value}` }, `${line.namespace}/${value}`);
    if (field === "trace_id") return el("button", { type: "button", class: "linkish mono", "data-facet": "trace_id", "data-value": value }, value);
    if (field === "route") return el("button", { type: "button", class: "linkish mono", "data-facet": "route", "data-value": value }, value);
    if (field.endsWith("_ms")) return `${value.toLocaleString("en", { maximumSignificantDigits: 4 })} ms`;
    if (field.endsWith("_size")) return `${value.toLocaleString("en")} B`;
    return Array.isArray(value) ? value.join(", ") : String(value);
  }

  // The picker names its decision by the request id that the client sent.
  function decisionHref(line) {
    const at = new Date(line.timestamp).getTime();
    return `/decisions?cluster=${encodeURIComponent(line.cluster_name)}&range=${ngf.range.between(at - 60000, at + 60000)}&request=${encodeURIComponent(line.x_request_id)}`;
  }

  function detail(line, key) {
    const pairs = (fields) => el("dl", {}, fields.map((field) => { const value = valueOf(field, line); return [el("dt", {}, field), el("dd", { title: typeof value === "string" ? value : null }, value)]; }));
    const action = (label, attributes) => el("button", Object.assign({ type: "button", class: "btn btn-link btn-sm" }, attributes), label);
    return el("tr", { class: "open", "data-key": `detail ${key}` }, el("td", { colspan: COLUMNS.length },
      el("div", { class: "json" }, GROUPS.map(pairs)),
      el("div", { class: "row-f json-act" },
        line.trace_id ? action("Same trace", { "data-facet": "trace_id", "data-value": line.trace_id, class: "btn btn-secondary btn-sm" }) : null,
        line.picked && line.x_request_id ? el("a", { class: "btn btn-secondary btn-sm", href: decisionHref(line) }, "Why this pod") : null,
        action("Minute around", { "data-logs-around": line.timestamp, class: "btn btn-secondary btn-sm" }),
        action("Copy JSON", { "data-logs-copy": keyOf(line) }),
        line.upstream_name ? [action("Only this upstream", { "data-facet": "upstream", "data-value": line.upstream_name }), action("Not this upstream", { "data-facet": "upstream", "data-value": `!${line.upstream_name}` })] : null)));
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
      el("td", { class: "mono", title: line.timestamp }, ngf.icon(chosen ? "chevron-down" : "chevron-right"), chosen ? el("span", { class: "visually-hidden" }, "Open: ") : null, time(line)), el("td", {}, el("span", { class: `tag ${tone(line)}` }, line.status)),
      el("td", { class: "mono t2" }, line.method || faint("none")), el("td", { class: "mono", title: `${line.host || ""}${line.path || ""}` }, line.path || faint("none")),
      el("td", { class: "num hm" }, ms(line.latency_ms)), el("td", { class: "num t2 hm" }, ms(line.upstream_latency_ms)), el("td", { class: "mono t2 hm", title: line.upstream_name }, line.upstream_addr || faint("none")),
      el("td", { class: "hm" }, el("span", { class: `cl c${(page.slots || {})[line.cluster_name] || 8}` }, line.cluster_name)));
  }

  function lines() {
    if (!page) return;
    const chosen = view().sel;
    const keys = keysOf(page.lines);
    const opened = page.lines.findIndex((line) => Boolean(chosen) && keyOf(line) === chosen);
    if (!page.lines.length) {
      const picture = page.failed ? "x-octagon" : "list-columns-reverse";
      ngf.put("logs-rows", el("div", { class: "state", role: "status" }, el("div", { class: `state-i ${page.failed ? "err" : ""}` }, ngf.icon(picture)), el("div", { class: "b6" }, page.failed ? "No lines can be read" : "No lines"), el("div", { class: "state-t" }, page.reason || "There are no older lines in this range."),
        [...LISTED, ...SINGLE, "q"].some((key) => values(key).length) ? el("div", { class: "state-a" }, el("button", { type: "button", class: "btn btn-secondary", "data-logs-clear": "1" }, "Clear filters")) : null));
    } else {
      ngf.put("logs-rows", el("table", { class: "grid tight gsm" }, el("colgroup", {}, COLUMNS.map(([, width, kind]) => el("col", { class: kind ? "hm" : null, style: width ? `width:${width}px` : null }))),
        el("thead", {}, el("tr", {}, COLUMNS.map(([label, , kind], at) => el("th", { scope: "col", class: kind || null }, label, at ? null : ngf.icon("arrow-down"))))),
        el("tbody", {}, page.lines.flatMap((line, at) => [row(line, at, keys[at], at === opened), at === opened ? detail(line, keys[at]) : null]))));
    }
    foot();
  }

  function foot() {
    if (!page) return;
    const total = top && top.total !== null ? `${number(top.total)} lines in the range, ` : "";
    const older = page.cursor ? el("button", { type: "button", class: "btn btn-link btn-sm", "data-key": "older", "data-logs-older": page.cursor }, "Older") : null;
    const newest = view().before ? el("button", { type: "button", class: "btn btn-link btn-sm", "data-key": "newest", "data-logs-newest": "1" }, "Newest") : null;
    ngf.put("logs-foot", el("span", {}, `${total}${number(page.lines.length)} shown`), newest, older, el("span", { class: "grow" }),
      page.read === undefined ? null : el("span", { class: "only-d" }, `Read ${number(page.read)} rows in ${number(page.elapsed)} ms, ${page.source}${page.as_of ? ` as of ${ngf.absolute(page.as_of)}` : ""}`));
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfLogs = {
    facets(answer) {
      if (!answer) return;
      top = answer;
      ngf.allValues(answer);
      facets();
      foot();
      ngf.answered();
    },
    rows(answer) {
      if (!answer) return;
      page = answer;
      lines();
      ngf.answered();
    },
    questions(kept) { if (kept && open && open.kind === "questions" && open.body.isConnected) questions(kept); },
    typed(text) { if (here() && (text || "").trim() !== (view().q || "")) ask({ q: (text || "").trim() }, { replace: true }); },
  };

  /* Menus: another filter, saved questions. */
  const item = (label, run, icon) => el("button", { type: "button", class: "n-item", onclick: run }, icon ? ngf.icon(icon) : null, el("span", { class: "grow ell" }, label));
  const heading = (...parts) => el("div", { class: "n-menu-t" }, parts);

  function filterKeys() {
    open.body.replaceChildren(heading("Filter by"), ...[...LISTED, ...SINGLE].map((key) => el("button", { type: "button", class: "n-item", onclick: () => filterValues(key) }, el("span", { class: "grow" }, WORDS[key] || key), el("span", { class: "t3 s12 ell" }, values(key).join(", ")), ngf.icon("chevron-right"))));
  }

  function filterValues(key) {
    const facet = FACETS.find(([, , one]) => one === key);
    const known = facet && top ? top.facets[facet[0]] || [] : [];
    const field = el("input", { class: "form-control", placeholder: key === "status" ? "502 or 5xx" : key === "min_ms" ? "250" : "Value, ! in front: not", "aria-label": `Value of ${WORDS[key] || key}`, autocomplete: "off", maxlength: "400" });
    const form = el("form", { class: "row-f n-save", onsubmit(event) { event.preventDefault(); if (field.value.trim()) { ngf.closeFloat(); toggle(key, field.value.trim()); } } }, field, el("button", { type: "submit", class: "btn btn-secondary" }, "Filter"));
    open.body.replaceChildren(heading(el("button", { type: "button", class: "n-ico sm", "aria-label": "Back to filters", onclick: filterKeys }, ngf.icon("chevron-left")), el("span", { class: "grow" }, WORDS[key] || key)),
      ...known.map(([value, count]) => el("button", { type: "button", class: "n-item", onclick() { ngf.closeFloat(); toggle(key, value || "-"); } }, el("span", { class: "grow ell" }, value || "none"), el("span", { class: "t3 num" }, number(count)))), form);
    field.focus({ preventScroll: true });
  }

  const kept = (data) => dash_clientside.set_props("logs-questions-asked", { data: Object.assign({ at: Date.now() }, data) });

  function questions(saved) {
    const field = el("input", { class: "form-control", maxlength: "80", placeholder: "Name", "aria-label": "Name of this question", autocomplete: "off" });
    const go = (query) => () => { ngf.closeFloat(); ngf.view.open(query ? `?${query}` : ""); };
    open.body.replaceChildren(
      item("All lines of the last hour", go(""), "list-ul"), item("Failures", go("status=5xx"), "x-octagon"), item("Slower than a second", go("min_ms=1000"), "hourglass-split"),
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
      ask(Object.fromEntries([...LISTED, ...SINGLE, "q"].map((key) => [key, ""])));
      dash_clientside.set_props("logs-q", { value: "" });
    },
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
    if (!here()) { page = top = null; focused = -1; return; }
    const field = document.getElementById("logs-q");
    if (field && document.activeElement !== field && field.value !== (view().q || "")) dash_clientside.set_props("logs-q", { value: view().q || "" });
    chips();
    facets();
    lines();
  });

  const FILTERS = ["q", "brush", ...LISTED, ...SINGLE];
  const every = () => (view().follow && !view().before ? FOLLOW_MS : 0);
  ngf.panelPage({ path: HERE, store: "logs-asked", answers: ["logs-spread", "logs-facets"], keys: FILTERS, every: () => every() * 5 });
  ngf.panelPage({ path: HERE, store: "logs-page", answers: ["logs-rows-data"], keys: [...FILTERS, "before"], every });
})(window.ngf = window.ngf || {});
