// The trace of a request. Shapes are those of callbacks/trace.py. The request stands in the address, in
// the words of the simulator; every duration is one that was recorded.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/trace";
  const here = () => location.pathname === HERE;
  const KEYS = ["gateway", "url", "headers", "method", "sni", "port", "request_id"];
  let told = null;
  let shown = null; // the request that the form was filled with

  const one = (value) => (Array.isArray(value) ? value.join(",") : value || "");
  const given = () => { const view = ngf.view.get(); return Object.fromEntries(KEYS.map((key) => [key, one(view[key])])); };
  const input = (key) => document.getElementById(`trace-${key}`);
  const set = (key, value) => dash_clientside.set_props(`trace-${key}`, { value });
  const quiet = (text) => el("div", { class: "quiet" }, text);
  const faint = (text) => el("span", { class: "t3" }, text);
  const ms = (value) => (value === null || value === undefined ? faint("none") : value >= 100 ? Math.round(value).toLocaleString("en") : value.toLocaleString("en", { maximumSignificantDigits: 3 }));
  const time = (iso) => el("td", { class: "mono", title: ngf.absolute(iso) }, iso.slice(11, 23));

  function fill() {
    if (!input("url")) return;
    const now = given();
    const key = JSON.stringify(now);
    if (key === shown) return;
    shown = key;
    set("url", now.url);
    set("request-id", now.request_id);
    set("method", now.method || "GET");
  }

  function trace() {
    const [cluster, gateway] = (input("gateway").value || "").split(" ");
    const method = input("method").value;
    shown = null;
    ngf.view.set({ cluster: cluster ? [cluster] : ngf.view.get().cluster, gateway: gateway || "", url: input("url").value.trim(), method: method === "GET" ? "" : method, request_id: input("request-id").value.trim() });
  }

  function faults(all) {
    for (const key of ["url", "method", "gateway", "request-id"]) {
      const said = (all || {})[key] || "";
      ngf.put(`trace-${key}-error`, said);
      const field = input(key);
      if (!field) continue;
      field.classList.toggle("is-invalid", Boolean(said));
      if (said) { field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", `trace-${key}-error`); } else { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
    }
  }

  const link = ({ href, text }) => (href ? el("a", { href, class: "b5" }, text) : el("b", { class: "b5" }, text));

  function step(one) {
    return el("div", { class: "hop", "data-key": one.name, "data-step": one.name }, el("span", { class: `st ${ngf.tone(one.status)}` }, ngf.statusIcon(one.status), el("span", { class: "visually-hidden" }, one.word)), el("span", { class: "k" }, one.label),
      el("div", { class: "what" }, one.what.map((part, at) => [at ? ", " : null, link(part), part.more ? [" ", el("span", { class: "mono t2" }, part.more)] : null])),
      el("span", { class: "spec", title: one.reason }, one.duration === null ? one.aside : `${ms(one.duration)} ms`),
      el("div", { class: "why" }, one.why.join(" ")));
  }

  const table = (name, columns, rows) => el("div", { class: "cap", tabindex: "0", role: "region", "aria-label": name }, el("table", { class: "grid tight" },
    el("colgroup", {}, columns.map(([, kind, width]) => el("col", { class: /hm/.test(kind || "") ? "hm" : null, style: width ? `width:${width}px` : null }))),
    el("thead", {}, el("tr", {}, columns.map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))), el("tbody", {}, rows)));

  function line(row) {
    const agrees = row.agrees === null ? faint(row.route || "not named") : row.agrees ? ngf.status("ok", row.route) : ngf.status("warn", row.route);
    return el("tr", { "data-key": row.key }, time(row.time), el("td", { class: "num" }, row.status), el("td", { title: row.said }, agrees),
      el("td", { class: "mono hm", title: row.upstream }, row.upstream || faint("none")), el("td", { class: "num" }, ms(row.latency)), el("td", { class: "num hm" }, ms(row.connect)), el("td", { class: "num hm" }, ms(row.header)), el("td", { class: "num hm" }, ms(row.answer)),
      el("td", { class: "mono hm", title: row.request }, row.request ? el("a", { href: ngf.requestHref(row.cluster, row.time, row.request) }, row.request) : faint("none")));
  }

  function span(row) {
    return el("tr", { "data-key": row.key }, time(row.time), el("td", { title: row.name }, el("b", { class: "b5" }, row.service), ` ${row.name}`),
      el("td", { class: "hm" }, el("span", { class: `span-bar ${row.status === "error" ? "err" : ""}`, "aria-hidden": "true" }, el("b", { style: `left:${row.begins.toFixed(2)}%;width:${row.share.toFixed(2)}%` }))),
      el("td", { class: "num" }, ms(row.duration)), el("td", {}, row.status === "error" ? ngf.status("err", "Error") : ngf.status("ok", "OK")), el("td", { class: "mono hm", title: row.trace }, row.trace));
  }

  function draw() {
    faults(told.faults);
    dash_clientside.set_props("trace-gateway", { options: told.gateways.map(({ value, label }) => ({ value, label })), value: told.gateway });
    const { answer } = told;
    ngf.put("trace-verdict", told.reason ? el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, told.reason)) : answer ? el("div", { class: "strip" }, el("span", { class: `pill ${ngf.tone(answer.status)}` }, ngf.statusIcon(answer.status), answer.verdict), el("div", { class: "grow" }, answer.sentence)) : null);
    ngf.put("trace-path", answer ? el("div", { class: "path" }, answer.steps.map(step)) : quiet("Type a URL, or the id of a request, and trace it."));
    const { lines, spans } = told;
    ngf.put("trace-lines-unit", answer && lines.items.length ? lines.unit : "");
    ngf.put("trace-lines-src", answer ? ["access logs", lines.as_of ? [", ", ngf.since(lines.as_of, { style: "age" })] : null] : "");
    ngf.put("trace-lines", !answer ? quiet("Nothing is traced yet.") : lines.items.length ? table("Requests in the access log", [["Time, UTC", "", 124], ["Status", "num", 64], ["Route"], ["Backend", "hm"], ["Whole, ms", "num", 84], ["Connect", "num hm", 76], ["First byte", "num hm", 80], ["Backend, ms", "num hm", 96], ["Request", "hm"]], lines.items.map(line)) : quiet(lines.reason));
    ngf.put("trace-spans-unit", answer && spans.items.length ? String(spans.items.length) : "");
    ngf.put("trace-spans-src", answer ? ["spans", spans.as_of ? [", ", ngf.since(spans.as_of, { style: "age" })] : null] : "");
    ngf.put("trace-spans", !answer ? quiet("Nothing is traced yet.") : spans.items.length ? table("Spans", [["Time, UTC", "", 124], ["Span"], ["Within the trace", "hm", 220], ["ms", "num", 72], ["Status", "", 84], ["Trace", "hm"]], spans.items.map(span)) : quiet(spans.reason));
    ngf.allValues(told);
    const back = document.getElementById("trace-simulate");
    if (back) back.setAttribute("href", "/simulator" + (answer ? answer.query : location.search));
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfTrace = {
    draw(answer) {
      if (!answer || !here()) return;
      told = answer;
      fill();
      draw();
      ngf.answered();
    },
  };

  document.addEventListener("click", (event) => { if (here() && event.target.closest && event.target.closest("#trace-go")) trace(); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && here() && event.target.matches && event.target.matches(".trace-form input")) { event.preventDefault(); trace(); }
  });
  window.addEventListener("ngf:built", () => { shown = null; }); // its form is empty
  window.addEventListener("ngf:view", function () { if (here()) fill(); else told = shown = null; });

  ngf.panelPage({ path: HERE, store: "trace-asked", answers: ["trace-told"], keys: KEYS });
})(window.ngf = window.ngf || {});
