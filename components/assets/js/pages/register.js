// Leads through the registration of a cluster: one step is shown, all are mounted. What is wrong stands
// at its field while it is typed; the server has the last word. The kubeconfig stays in its textarea.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/clusters/register";
  const STEPS = [["identity", "Identity"], ["access", "Access"], ["test", "Live test"], ["agent", "Register and agent"]];
  const FIELDS = { identity: ["name", "display-name", "region", "environment", "labels", "edition", "interval", "otel"], access: ["kubeconfig", "prometheus-url"] };
  const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
  const RESERVED = ["register", "summary"];
  const LARGEST = 262144; // bytes of a kubeconfig file
  const here = () => location.pathname === HERE;
  const byId = (key) => document.getElementById(`register-${key}`);
  const value = (key) => (byId(key) ? byId(key).value.trim() : "");
  let state = null;

  const fresh = () => ({ step: 0, reached: 0, guide: null, found: null, made: null, heard: null, faults: {}, testing: false, since: null, count: 0 });

  /* What is wrong with a field as far as the browser can tell. */
  const CHECKS = {
    name(text) {
      if (!text) return "Give it a name.";
      if (!NAME.test(text)) return "Lower-case letters, digits and dashes, at most 63, a letter or digit at both ends.";
      if (RESERVED.includes(text)) return `The console has a page or path named ${text} already. Choose another name.`;
      return state.guide && state.guide.taken.includes(text) ? `There is a cluster named ${text} already. Choose another name.` : "";
    },
    "display-name": (text) => (text ? "" : "Say what people call it."),
    labels(text) {
      const wrong = text.split(",").map((part) => part.trim()).filter(Boolean).find((part) => !/^[^=]+=/.test(part));
      return wrong ? `${wrong} is no key=value.` : "";
    },
    interval(text) {
      const seconds = Number(text);
      return !text || (/^\d+$/.test(text) && seconds >= 5 && seconds <= 3600) ? "" : "Seconds, between 5 and 3600.";
    },
    kubeconfig: (text) => (text ? "" : "Paste the kubeconfig, drop its file here, or make one with the commands below."),
  };

  function show(key) {
    const said = state.faults[key] || "";
    ngf.put(`register-${key}-error`, said);
    const input = byId(key);
    if (!input) return;
    input.classList.toggle("is-invalid", Boolean(said));
    if (said) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    if (said) input.setAttribute("aria-describedby", `register-${key}-error`); else input.removeAttribute("aria-describedby");
  }

  function judge(keys) {
    for (const key of keys) {
      if (CHECKS[key]) state.faults[key] = CHECKS[key](value(key));
      show(key);
    }
    return keys.find((key) => state.faults[key]);
  }

  // What the server has refused, at its fields; the first step with one of them opens.
  function refused(faults) {
    for (const [key, said] of Object.entries(faults)) { state.faults[key] = said; show(key); }
    const step = STEPS.findIndex(([key]) => (FIELDS[key] || []).some((name) => faults[name]));
    go(step < 0 ? 0 : step);
    const first = (FIELDS[STEPS[state.step][0]] || []).find((name) => faults[name]);
    if (first) byId(first).focus();
  }

  const worst = () => ["err", "warn", "unknown", "ok"].find((status) => state.found.findings.some((one) => one.status === status && !(status === "unknown" && one.name === "Prometheus"))) || "ok";

  function summary(key) {
    if (key === "identity") return value("name") ? [value("name"), value("region")].filter(Boolean).join(", ") : "name and place";
    if (key === "access") return state.made ? "kubeconfig stored on the hub" : value("kubeconfig") ? "kubeconfig given" : "kubeconfig";
    if (key === "test") return state.testing ? "asking" : state.found ? { err: "something fails", warn: "with warnings", unknown: "not all is known", ok: "all is well" }[worst()] : "nothing is stored";
    return state.made ? (state.heard && state.heard.heartbeat ? "reporting" : "waiting for the agent") : "token, install command";
  }

  function shape(at, key) {
    if (at > state.reached) return ["", "circle"];
    if (key === "test" && state.found && at < state.step) return [ngf.tone(worst()), { err: "x-octagon-fill", warn: "exclamation-triangle-fill" }[worst()] || "check-circle-fill"];
    if (key === "agent" && state.made) return state.heard && state.heard.heartbeat ? ["ok", "check-circle-fill"] : ["info", "circle-half"];
    return at < state.step || state.made ? ["ok", "check-circle-fill"] : ["", "circle-half"];
  }

  function draw() {
    const [shown, title] = STEPS[state.step];
    ngf.put("register-steps", STEPS.map(function ([key, label], at) {
      const [tone, icon] = shape(at, key);
      return el("button", { type: "button", class: [tone, at === state.step ? "on" : ""].join(" ").trim(), "data-register-step": at, "data-key": key, disabled: at > state.reached || Boolean(state.made), "aria-current": at === state.step ? "step" : null },
        ngf.icon(icon), el("span", {}, el("b", {}, label), el("small", {}, summary(key))));
    }));
    ngf.put("register-progress", el("div", { class: "row-f s12 t2" }, el("b", { class: "b5" }, title), el("span", { class: "grow" }), `step ${state.step + 1} of ${STEPS.length}`), el("div", { class: "meter" }, el("b", { style: `width:${25 * (state.step + 1)}%` })));
    for (const node of document.querySelectorAll("[data-step]")) node.hidden = node.dataset.step !== shown;
    const last = shown === "agent";
    byId("back").hidden = state.step === 0 || Boolean(state.made);
    byId("test").hidden = shown !== "test";
    byId("test").disabled = state.testing;
    byId("next").hidden = last;
    byId("next").disabled = shown === "test" && (state.testing || !state.found);
    byId("go").hidden = !last || Boolean(state.made);
    byId("open").hidden = !state.made;
    ngf.put("register-said", { identity: "Nothing is stored before the last step.", access: "Continue tests it; nothing is stored yet.", test: state.testing ? "Asking the cluster." : "", agent: state.made ? "You can leave this page; the agent can be installed at any time." : "" }[shown]);
    if (last && !state.made) overview();
  }

  function overview() {
    const rows = [["Name", el("span", { class: "mono" }, value("name"))], ["Display name", value("display-name")], ["Region", value("region")], ["Environment", value("environment")], ["Labels", value("labels")], ["Heartbeat", `every ${value("interval") || 30} s`], ["Prometheus", value("prometheus-url")]];
    ngf.put("register-summary", el("dl", { class: "kv" }, rows.filter(([, text]) => text).map(([label, text]) => [el("dt", {}, label), el("dd", {}, text)])),
      state.found && worst() === "err" ? el("div", { class: "strip warn above" }, ngf.statusIcon("warn"), el("div", {}, "The live test has found something that fails. The cluster can be registered all the same; it is shown with its reason until that is mended.")) : null);
  }

  function go(step) {
    state.step = step;
    state.reached = Math.max(state.reached, step);
    draw();
    const main = document.querySelector("#_pages_content > div");
    if (main) main.scrollTop = 0;
  }

  function next() {
    const [key] = STEPS[state.step];
    const wrong = judge(FIELDS[key] || []);
    if (wrong) { byId(wrong).focus(); return; }
    go(state.step + 1);
    if (key === "access") byId("test").click();
  }

  function waiting() {
    const heard = state.heard;
    const done = heard && heard.heartbeat;
    const connected = heard && heard.word ? [ngf.status(heard.status, `The console: ${heard.word.toLowerCase()}`), heard.title ? el("span", { class: "t2" }, heard.title) : null] : ngf.status("info", "The console is connecting");
    return el("div", { class: "conds" },
      el("div", { class: `cond ${ngf.tone(done ? "ok" : "info")}` }, ngf.statusIcon(done ? "ok" : "info"), el("div", { class: "b5" }, done ? "The agent reports" : "Waiting for the first heartbeat"), el("span", { class: "w" }, ngf.since(done ? heard.heartbeat : state.since, { style: "age" })),
        el("div", { class: "m" }, done ? `Agent ${heard.version}, from now on every ${heard.interval} s.` : "Run the command above on the cluster; this line follows by itself.")),
      el("div", { class: "cond" }, el("span", {}), el("div", { class: "row-f wrap" }, connected)));
  }

  const panel = (title, unit, body, flush) => el("section", { class: "panel" }, el("header", { class: "rule" }, el("h2", {}, title), el("span", { class: "u" }, unit)), el("div", { class: flush ? "bd0" : "bd" }, body));

  function done() {
    const made = state.made;
    ngf.put("register-done", el("div", { "data-key": "token" }, ngf.shownOnce(`Token of ${made.name}`, made.secret)),
      panel("Install the agent", "with kubectl and helm on the cluster", el("div", { class: "fs" }, el("p", { class: "t2" }, "It asks for the token, which stands in no command."),
        made.problem ? el("div", { class: "strip warn tall" }, ngf.statusIcon("warn"), el("div", {}, made.problem)) : null, ngf.command(made.command, "Install command"))));
    ngf.put("register-heard-room", panel("Progress", `${made.name} is registered`, waiting(), true));
    byId("open").href = made.href;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfRegister = {
    guide(guide) {
      if (!guide || !here()) return;
      state = fresh();
      state.guide = guide;
      if (guide.why) {
        byId("page").classList.add("missing");
        ngf.put("register-not", el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon(guide.role ? "lock" : "hdd-stack")), el("div", { class: "b6" }, guide.role ? "Registering a cluster needs the role admin" : "Clusters are not registered in this console"),
          el("div", { class: "state-t" }, guide.role ? `${guide.why} An admin can register it, or give you the role.` : `${guide.why} They are registered where they are ManagedCluster objects, with --multicluster.`),
          el("div", { class: "state-a" }, el("a", { class: "btn btn-primary", href: "/clusters" }, "All clusters"))));
        return;
      }
      ngf.put("register-account", ngf.command(guide.account, "Commands that make an account"));
      for (const [key, values] of [["region", guide.regions], ["environment", guide.environments]]) ngf.put(`register-${key}-known`, values.map((text) => el("option", { value: text })));
      go(0);
      byId("name").focus();
    },
    tested(answer) {
      if (!answer || !state) return;
      state.testing = false;
      if (answer.faults) { state.found = null; refused(answer.faults); return; }
      state.found = answer;
      ngf.put("register-findings", ngf.findings(answer.findings));
      draw();
    },
    made(answer) {
      if (!answer || !state) return;
      if (answer.faults) { refused(answer.faults); return; }
      state.made = answer;
      state.since = new Date(ngf.now()).toISOString();
      ngf.unsaved(0, null);
      draw();
      done();
      follow.soon();
    },
    heard(answer) {
      if (!answer || !state || !state.made) return;
      state.heard = answer;
      done();
      draw();
    },
  };

  function take(input, file) {
    if (!file) return;
    if (file.size > LARGEST) { ngf.toast({ status: "err", title: "File not taken", text: `${file.name} is larger than a kubeconfig.` }); return; }
    file.text().then(function (text) {
      dash_clientside.set_props(input, { value: text });
      setTimeout(() => document.getElementById(input).dispatchEvent(new Event("input", { bubbles: true })), 0);
    });
  }

  document.addEventListener("click", function (event) {
    const target = event.target.closest ? event.target : null;
    if (!target) return;
    const chooser = target.closest("[data-kubeconfig-file]");
    if (chooser) {
      const file = el("input", { type: "file" });
      file.onchange = () => take(chooser.dataset.kubeconfigFile, file.files[0]);
      file.click();
    }
    if (!here() || !state) return;
    const step = target.closest("[data-register-step]");
    if (step && !step.disabled) go(Number(step.dataset.registerStep));
    if (target.closest("#register-next")) next();
    if (target.closest("#register-back")) go(state.step - 1);
    if (target.closest("#register-test")) {
      state.testing = true;
      ngf.put("register-findings", el("div", { class: "quiet" }, "Asking the cluster; at most 5 s a question."));
      draw();
    }
  });

  document.addEventListener("input", function (event) {
    const key = here() && state && event.target.id ? event.target.id.replace(/^register-/, "") : "";
    if (!key || !byId(key)) return;
    ngf.unsaved(1, byId("page"));
    if (CHECKS[key]) judge([key]);
    else if (state.faults[key]) { state.faults[key] = ""; show(key); }
    if (FIELDS.access.includes(key)) { state.found = null; state.reached = Math.min(state.reached, 1); }
    draw();
  });

  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, function (event) {
      const area = event.target.closest && event.target.closest("textarea.kubeconfig");
      if (!area) return;
      event.preventDefault();
      area.classList.toggle("over", name === "dragover");
      if (name === "drop") take(area.id, event.dataTransfer.files[0]);
    });
  }

  const follow = ngf.follow({
    here: () => here() && state && state.made,
    concerns: (change) => state && state.made && change.cluster === state.made.name,
    every: () => 4000,
    ask() {
      state.count += 1;
      dash_clientside.set_props("register-wait", { data: { name: state.made.name, count: state.count } });
    },
  });
})(window.ngf = window.ngf || {});
