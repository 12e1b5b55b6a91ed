// The simulator. Shapes are those of callbacks/simulator.py. The request stands in the address, so that
// a link is a simulation; what is typed becomes the address when it is simulated.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/simulator";
  const here = () => location.pathname === HERE;
  const KEYS = ["gateway", "url", "headers", "method", "sni", "port"];
  const ANSWER_MS = 60000;
  let told = null; // the last answer
  let count = 0;
  let askedAt = 0; // 0: no answer is waited for
  let stale = false; // something changed while an answer was on its way
  let shown = null; // the request that the form was filled with

  const one = (value) => (Array.isArray(value) ? value.join(",") : value || "");
  const given = () => { const view = ngf.view.get(); return Object.fromEntries(KEYS.map((key) => [key, one(view[key])])); };
  const input = (key) => document.getElementById(`simulator-${key}`);
  const quiet = (text) => el("div", { class: "quiet" }, text);
  const set = (key, value) => dash_clientside.set_props(`simulator-${key}`, { value });

  /* The form. */
  const pairs = (text) => text.split("\n").filter((line) => line.trim()).map((line) => { const at = line.indexOf(":"); return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]; });

  function headerRow([name, value], at) {
    const cell = (text, label, which) => el("input", { class: "form-control mono", value: text, "aria-label": `${label} of header ${at + 1}`, autocomplete: "off", maxlength: "4000", [`data-header-${which}`]: "1" });
    return el("div", { class: "frow header-row" }, cell(name, "Name", "name"), cell(value, "Value", "value"),
      el("button", { type: "button", class: "n-ico sm", "aria-label": `Remove header ${name || at + 1}`, "data-header-drop": "1" }, ngf.icon("x-lg")));
  }

  function headers(all) {
    const room = document.getElementById("simulator-headers");
    if (!room) return;
    room.replaceChildren(...all.map(headerRow), el("button", { type: "button", class: "chip add", "data-header-add": "1" }, ngf.icon("plus-lg"), "Header"));
  }

  const typedHeaders = () => [...document.querySelectorAll("#simulator-headers .header-row")].map((row) => [row.querySelector("[data-header-name]").value.trim(), row.querySelector("[data-header-value]").value.trim()]);

  function fill() {
    if (!input("url")) return;
    const now = given();
    const key = JSON.stringify(now);
    if (key === shown) return;
    shown = key;
    for (const name of ["url", "sni", "port"]) set(name, now[name]);
    set("method", now.method || "GET");
    headers(pairs(now.headers));
  }

  function typed() {
    const [cluster, gateway] = (input("gateway").value || "").split(" ");
    const method = input("method").value;
    return {
      cluster: cluster ? [cluster] : ngf.view.get().cluster, gateway: gateway || "", url: input("url").value.trim(),
      headers: typedHeaders().filter(([name]) => name).map(([name, value]) => `${name}: ${value}`).join("\n"),
      method: method === "GET" ? "" : method, sni: input("sni").value.trim(), port: input("port").value.trim(), saved: "",
    };
  }

  function simulate() {
    const before = location.search;
    shown = null;
    ngf.view.set(typed());
    if (location.search === before) ask(); // the same request again
  }

  function faults(all) {
    for (const key of ["url", "sni", "port", "method", "gateway", "headers"]) {
      const said = (all || {})[key] || "";
      ngf.put(`simulator-${key}-error`, said);
      const field = input(key);
      if (!field || key === "headers") continue;
      field.classList.toggle("is-invalid", Boolean(said));
      if (said) { field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", `simulator-${key}-error`); } else { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
    }
  }

  function gateways() {
    dash_clientside.set_props("simulator-gateway", { options: told.gateways.map(({ value, label }) => ({ value, label })), value: told.gateway });
  }

  /* What is told. */
  const link = ({ href, text }) => (href ? el("a", { href, class: "b5" }, text) : el("b", { class: "b5" }, text));

  function hop(step) {
    return el("div", { class: "hop", "data-key": step.step, "data-step": step.step }, el("span", { class: `st ${ngf.tone(step.status)}` }, ngf.statusIcon(step.status), el("span", { class: "visually-hidden" }, step.word)), el("span", { class: "k" }, step.label),
      el("div", { class: "what" }, step.what.map((part, at) => [at ? ", " : null, link(part), part.more ? [" ", el("span", { class: "mono t2" }, part.more)] : null])), el("span", { class: "spec" }, step.aside),
      el("div", { class: "why" }, step.why.join(" "), " ", step.section ? el("span", { class: "t3 mono s11" }, step.section) : null));
  }

  function verdict(answer) {
    if (!answer) return null;
    return [el("div", { class: "strip", "data-key": "verdict" }, el("span", { class: `pill ${ngf.tone(answer.status)}` }, ngf.statusIcon(answer.status), answer.verdict), el("div", { class: "grow" }, answer.sentence)),
      answer.notes.map((note) => el("div", { class: "strip info", "data-key": note.text }, ngf.icon("info-circle"), el("div", {}, "NGF's own way: ", note.text, " ", note.source ? el("span", { class: "t3" }, note.source) : null))),
      answer.also.length ? el("div", { class: "strip", "data-key": "also" }, ngf.icon("door-open"), el("div", {}, "At other gateways: ", answer.also.map((other, at) => [at ? "; " : null, el("button", { type: "button", class: "linkish", "data-simulator-gateway": other.value }, other.gateway), ` ${other.says}`]))) : null];
  }

  const RESULTS = { matches: ["note", "check2-circle", "Matches"], no_match: ["unk", "dash-circle", "No match"], skipped: ["unk", "skip-forward-circle", "Skipped"], not_attached: ["warn", "exclamation-triangle-fill", "Not attached"] };

  function candidate(row, at) {
    const [tone, icon, word] = RESULTS[row.result];
    return el("tr", { "data-key": `${row.kind} ${row.namespace}/${row.name} ${row.rule} ${row.match} ${at}` },
      el("td", { class: "nm", title: `${row.kind} ${row.namespace}/${row.name}` }, el("a", { class: "plain", href: row.href || null }, el("span", { class: "ns" }, `${row.namespace}/`), el("b", {}, row.name)), el("span", { class: "sub" }, row.why)),
      el("td", { class: "num" }, row.rule), el("td", { class: "mono t2 hm", title: row.match }, row.match), el("td", {}, el("span", { class: `st ${tone}` }, ngf.icon(icon), word)), el("td", { class: "t2 hm wraps", title: row.section }, row.why));
  }

  function lost(answer) {
    if (!answer) return quiet("Nothing is simulated yet.");
    const hidden = answer.hidden ? quiet(`${answer.hidden} more in namespaces that you may not see.`) : null;
    if (!answer.candidates.length) return hidden || quiet("No other route of this gateway has a rule that it could have taken.");
    return [el("div", { class: "cap", tabindex: "0", role: "region", "aria-label": "Candidates that lost" }, el("table", { class: "grid tight" },
      el("colgroup", {}, [[150], [44], [206, "hm"], [118], [null, "hm"]].map(([width, name]) => el("col", { class: name || null, style: width ? `width:${width}px` : null }))),
      el("thead", {}, el("tr", {}, [["Candidate"], ["Rule", "num"], ["Match", "hm"], ["Result"], ["Why it lost", "hm"]].map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))),
      el("tbody", {}, answer.candidates.map(candidate)))), hidden];
  }

  function savedRow(item) {
    const now = given();
    const chosen = ngf.view.get().saved === item.id;
    const more = el("button", { type: "button", class: "n-ico sm bi bi-three-dots", "aria-label": `Menu of ${item.name}`, "aria-haspopup": "menu", "data-saved-menu": item.id });
    return el("tr", { class: chosen ? "sel" : null, "data-key": item.id, "data-saved": item.name },
      el("td", { title: item.name }, el("span", { class: `st ${ngf.tone(item.status)}` }, ngf.statusIcon(item.status), el("span", { class: "visually-hidden" }, item.word)), " ", el("button", { type: "button", class: "linkish lead", "data-saved-open": item.id, "aria-pressed": String(chosen) }, item.name), el("span", { class: "sub" }, item.goes, now.gateway ? null : `, ${item.gateway}`)),
      el("td", { class: "t2 hm", title: item.goes }, item.goes), el("td", { class: item.status === "ok" ? "t3" : null, title: item.last }, item.last), el("td", { class: "act-cell" }, more));
  }

  function saved() {
    const items = told.saved;
    const changed = items.filter((item) => item.status !== "ok").length;
    ngf.put("simulator-saved-src", items.length ? (changed ? `${changed} changed` : "none changed") : "");
    ngf.put("simulator-saved", items.length ? el("table", { class: "grid tight" },
      el("colgroup", {}, [[null], [122, "hm"], [108], [36]].map(([width, name]) => el("col", { class: name || null, style: width ? `width:${width}px` : null }))),
      el("thead", {}, el("tr", {}, [["Request"], ["Goes to", "hm"], ["Last edit"], [""]].map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label || el("span", { class: "visually-hidden" }, "Menu"))))),
      el("tbody", {}, items.map(savedRow))) : quiet("None. Save a request, and every edit of a route shows here whether it still goes where it went."));
  }

  function draw() {
    if (!told) return;
    const answer = told.answer;
    faults(told.faults);
    gateways();
    ngf.put("simulator-verdict", told.reason ? el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, told.reason)) : verdict(answer));
    ngf.put("simulator-path", answer ? el("div", { class: "path" }, answer.hops.map(hop)) : quiet("Type a URL, or paste a curl command, and simulate it."));
    ngf.put("simulator-lost-unit", answer ? `${answer.candidates.length} ${answer.candidates.length === 1 ? "candidate" : "candidates"}, closest first` : "");
    ngf.put("simulator-lost", lost(answer));
    saved();
    ngf.allValues(told);
    const trace = document.getElementById("simulator-trace");
    if (trace) trace.setAttribute("href", "/trace" + location.search);
  }

  /* Asking. */
  function ask() {
    if (askedAt && Date.now() - askedAt < ANSWER_MS) { stale = true; return; }
    count += 1;
    askedAt = Date.now();
    stale = false;
    dash_clientside.set_props("simulator-asked", { data: Object.assign(ngf.view.get(), given(), { count }) });
  }

  const act = (what) => dash_clientside.set_props("simulator-act", { data: Object.assign({ at: Date.now() }, what) });

  function named(title, value, label, done) {
    const name = el("input", { class: "form-control", id: "n-ask-name", value, maxlength: "80", autocomplete: "off", autofocus: true });
    const go = () => { if (!name.value.trim()) { name.focus(); return; } ngf.closeFloat(); done(name.value.trim()); };
    name.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); go(); } });
    ngf.dialog(el("div", { class: "n-ask" }, el("h2", {}, title), el("label", { class: "lab", for: "n-ask-name" }, "Name"), name,
      el("div", { class: "row-f end above" }, el("button", { type: "button", class: "btn btn-secondary", onclick: () => ngf.closeFloat() }, "Cancel"), el("button", { type: "button", class: "btn btn-primary", onclick: go }, label))), { label: title });
    name.select();
  }

  function pasteCurl(opener) {
    const text = el("textarea", { class: "form-control mono", id: "n-ask-curl", rows: "6", maxlength: "16000", autofocus: true, placeholder: "curl -H 'x-tenant: acme' https://shop.example.com/cart" });
    const go = () => { if (!text.value.trim()) { text.focus(); return; } ngf.closeFloat(); dash_clientside.set_props("simulator-curl-text", { data: { text: text.value, at: Date.now() } }); };
    ngf.dialog(el("div", { class: "n-ask" }, el("h2", {}, "Paste a curl command"), el("label", { class: "lab", for: "n-ask-curl" }, "Command"), text,
      el("p", { class: "hint" }, "Nothing is sent. Values of Authorization and Cookie are left out: the request stands in the address."),
      el("div", { class: "row-f end above" }, el("button", { type: "button", class: "btn btn-secondary", onclick: () => ngf.closeFloat() }, "Cancel"), el("button", { type: "button", class: "btn btn-primary", onclick: go }, "Use it"))), { label: "Paste a curl command", opener });
  }

  function menu(button) {
    const item = told.saved.find(({ id }) => id === button.dataset.savedMenu);
    const entry = (icon, label, run) => el("button", { type: "button", class: "n-item", role: "menuitem", onclick() { ngf.closeFloat(); run(); } }, ngf.icon(icon), label);
    ngf.float(button, el("div", { "data-arrows": "1" },
      entry("check2", "Accept as expected", () => act({ do: "accept", id: item.id, cluster: item.cluster })),
      entry("pencil", "Rename", () => named("Rename the request", item.name, "Rename", (name) => act({ do: "rename", id: item.id, cluster: item.cluster, name }))),
      entry("trash", "Delete", () => act({ do: "delete", id: item.id, cluster: item.cluster }))), { label: `Menu of ${item.name}`, role: "menu", right: true });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfSimulator = {
    draw(answer) {
      if (!answer || !here()) return;
      askedAt = 0;
      told = answer;
      fill();
      draw();
      if (stale) ask();
    },
    curl(request) {
      if (!request || !here()) return;
      ngf.view.set(Object.assign({ saved: "" }, request));
    },
    acted(answer) {
      if (!answer || !here()) return;
      if (answer.saved !== undefined && answer.saved !== ngf.view.get().saved) ngf.view.set({ saved: answer.saved }, { replace: true });
      ask();
    },
  };

  document.addEventListener("click", function (event) {
    const found = (selector) => here() && event.target.closest && event.target.closest(selector);
    let node = null;
    if (found("#simulator-go")) simulate();
    else if (found("#simulator-link")) ngf.copyLink();
    else if ((node = found("#simulator-paste"))) pasteCurl(node);
    else if (found("#simulator-save")) named("Save this request", "", "Save", (name) => act({ do: "save", name, request: given(), cluster: ngf.view.get().cluster }));
    else if (found("[data-header-add]")) { headers([...typedHeaders(), ["", ""]]); const rows = document.querySelectorAll("[data-header-name]"); rows[rows.length - 1].focus(); }
    else if ((node = found("[data-header-drop]"))) { const row = node.closest(".header-row"); const at = [...row.parentNode.children].indexOf(row); headers(typedHeaders().filter((_, index) => index !== at)); document.querySelector("[data-header-add]").focus(); }
    else if ((node = found("[data-saved-menu]"))) menu(node);
    else if ((node = found("[data-saved-open]"))) { const item = told.saved.find(({ id }) => id === node.dataset.savedOpen); ngf.view.set(Object.assign({}, item.query, { saved: item.id })); }
    else if ((node = found("[data-simulator-gateway]"))) { const [cluster, gateway] = node.dataset.simulatorGateway.split(" "); ngf.view.set({ cluster: [cluster], gateway, saved: "" }); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && here() && event.target.matches && event.target.matches(".simulator-form input")) { event.preventDefault(); simulate(); }
  });
  document.addEventListener("change", function (event) {
    if (here() && event.target.matches && event.target.matches("#simulator-gateway, #simulator-method") && given().url) simulate();
  });

  window.addEventListener("ngf:built", () => { shown = null; }); // its form is empty
  let asked = null; // the address that is shown
  window.addEventListener("ngf:view", function ({ detail: view }) {
    if (!here()) { asked = shown = told = null; askedAt = 0; stale = false; return; }
    const key = JSON.stringify([view.cluster, view.namespace, given()]);
    const first = asked === null;
    const other = asked !== key;
    asked = key;
    fill();
    if (first) askedAt = Date.now(); // the layout has asked for what it was opened with
    else if (other) ask();
    else draw();
  });
  // Before the first answer has said what it is of, any change may concern it.
  ngf.follow({ here: () => here() && asked !== null, concerns: ({ cluster, kind }) => told === null || (told.clusters.includes(cluster) && told.kinds.includes(kind)), ask });
})(window.ngf = window.ngf || {});
