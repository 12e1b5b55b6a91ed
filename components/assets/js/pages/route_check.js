// Why a route does not work. Shapes are those of callbacks/route_check.py. The route stands in the address.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/route-check";
  const here = () => location.pathname === HERE;
  const KEYS = ["kind", "ns", "name"];
  const ANSWER_MS = 60000;
  const TONES = { pass: "ok", fail: "err", warn: "warn", skip: "absent" };
  let told = null;
  let count = 0;
  let askedAt = 0; // 0: no answer is waited for
  let stale = false;
  let shown = null; // the route that the form was filled with

  const one = (value) => (Array.isArray(value) ? value.join(",") : value || "");
  const given = () => { const view = ngf.view.get(); return Object.fromEntries(KEYS.map((key) => [key, one(view[key])])); };
  const input = (key) => document.getElementById(`route-check-${key}`);
  const quiet = (text) => el("div", { class: "quiet" }, text);

  function fill() {
    if (!input("route") || !told) return;
    const key = JSON.stringify([ngf.view.get().cluster, given()]);
    if (key === shown) return;
    shown = key;
    dash_clientside.set_props("route-check-cluster", { options: told.clusters.map(({ name, label }) => ({ value: name, label })), value: told.cluster });
    dash_clientside.set_props("route-check-kind", { value: told.kind });
    const { ns, name } = given();
    dash_clientside.set_props("route-check-route", { value: name ? `${ns}/${name}` : "" });
  }

  function check() {
    const [ns, ...name] = input("route").value.trim().split("/");
    shown = null;
    const before = location.search;
    ngf.view.set({ cluster: [input("cluster").value], kind: [input("kind").value], ns, name: name.join("/") });
    if (location.search === before) ask();
  }

  function row(one) {
    return el("div", { class: "hop check", "data-key": one.name, "data-check": one.name, "data-status": one.status },
      el("span", { class: `st ${ngf.tone(TONES[one.status])}` }, ngf.statusIcon(TONES[one.status]), el("span", { class: "visually-hidden" }, one.word)), el("span", { class: "k" }, one.name),
      el("div", { class: "what" }, one.message), one.href ? el("a", { class: "spec", href: one.href }, one.link) : el("span", { class: "spec" }),
      el("div", { class: "why" }, one.evidence.length ? el("ul", { class: "evidence" }, one.evidence.map((text) => el("li", {}, text))) : null,
        one.remedy ? el("div", { class: "remedy" }, el("b", { class: "b5" }, "What to do: "), one.remedy) : null, one.section ? el("span", { class: "t3" }, one.section) : null));
  }

  function poor() {
    const items = told.poor;
    ngf.put("route-check-poor-unit", items.length ? String(items.length) : "");
    ngf.put("route-check-poor", items.length ? el("div", { class: "cap", tabindex: "0", role: "region", "aria-label": "Routes that need a look" }, el("table", { class: "grid tight" }, el("colgroup", {}, [[null], [150, "hm"]].map(([width, name]) => el("col", { class: name || null, style: width ? `width:${width}px` : null }))),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Route"), el("th", { scope: "col", class: "hm" }, "Why"))),
      el("tbody", {}, items.map((item) => el("tr", { "data-key": item.href, class: item.chosen ? "sel" : null }, el("td", { class: "nm", title: `${item.kind} ${item.namespace}/${item.name}` }, el("span", { class: `st ${ngf.tone(item.status)}` }, ngf.statusIcon(item.status), el("span", { class: "visually-hidden" }, item.word)), " ", el("a", { class: "plain", href: item.href }, el("span", { class: "ns" }, `${item.namespace}/`), el("b", {}, item.name)), el("span", { class: "sub" }, item.reason)), el("td", { class: "t2 hm", title: item.message }, item.reason)))))) : quiet("None on this cluster."));
  }

  function draw() {
    ngf.put("route-check-known", told.known.map((name) => el("option", { value: name, "data-key": name })));
    ngf.put("route-check-route-error", (told.faults || {}).route || "");
    const { answer } = told;
    ngf.put("route-check-verdict", told.reason ? el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, told.reason)) : answer ? el("div", { class: "strip" }, el("span", { class: `pill ${ngf.tone(answer.tone)}` }, ngf.statusIcon(answer.tone), answer.verdict), el("div", { class: "grow" }, answer.sentence), el("div", { class: "act" }, answer.href ? el("a", { class: "btn btn-link btn-sm", href: answer.href }, "Open the route") : null)) : null);
    ngf.put("route-check-unit", answer ? answer.counts : "");
    ngf.put("route-check-checks", answer ? el("div", { class: "path" }, answer.checks.map(row)) : quiet("Choose a route to check."));
    poor();
    ngf.allValues(told);
  }

  function ask() {
    if (askedAt && Date.now() - askedAt < ANSWER_MS) { stale = true; return; }
    count += 1;
    askedAt = Date.now();
    stale = false;
    dash_clientside.set_props("route-check-asked", { data: Object.assign(ngf.view.get(), given(), { count }) });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfRouteCheck = {
    draw(answer) {
      if (!answer || !here()) return;
      askedAt = 0;
      told = answer;
      fill();
      draw();
      if (stale) ask();
    },
  };

  document.addEventListener("click", function (event) {
    const found = (selector) => here() && event.target.closest && event.target.closest(selector);
    if (found("#route-check-go")) check();
    else if (found("#route-check-link")) ngf.copyLink();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && here() && event.target.matches && event.target.matches(".route-check-form input")) { event.preventDefault(); check(); }
  });
  document.addEventListener("change", function (event) {
    if (!here() || !event.target.matches || !event.target.matches("#route-check-cluster, #route-check-kind")) return;
    shown = null;
    ngf.view.set({ cluster: [input("cluster").value], kind: [input("kind").value], ns: "", name: "" });
  });

  window.addEventListener("ngf:built", () => { shown = null; }); // its form is empty
  let asked = null;
  window.addEventListener("ngf:view", function ({ detail: view }) {
    if (!here()) { asked = shown = told = null; askedAt = 0; stale = false; return; }
    const key = JSON.stringify([view.cluster, given()]);
    const first = asked === null;
    const other = asked !== key;
    asked = key;
    if (first) askedAt = Date.now();
    else if (other) ask();
  });
  // Before the first answer has said what it is of, any change may concern it.
  ngf.follow({ here: () => here() && asked !== null, concerns: ({ cluster, kind }) => told === null || (cluster === told.cluster && told.kinds.includes(kind)), ask });
})(window.ngf = window.ngf || {});
