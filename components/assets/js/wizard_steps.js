// Leads through a wizard (components/wizard.py): one step is shown, all are mounted. The draft is in
// the session, the step in the address; every pause in the typing asks the server what it says to
// the draft, and what it refuses stands at its field.
//
// ngf.wizards[kind] = {     what one wizard knows beside its declared fields, all optional
//   begin(object, view)     makes of the template what a new object starts from
//   changed(path, object)   what else changes in the object when somebody has changed a path
//   step(key, state)        what the rail says of a step: text, or [text, "ok" | "warn" | "err"]
//   rooms(state)            {name: nodes} for its `Room`s
//   summary(state)          [[label, nodes]] of what was asked for
//   items(path, entry, at, state)   {title, tag, note} of an entry of a list
//   added(path, object)     the entry that "add" puts into a list
//   faults(object, state)   {path: sentence} of what is wrong as far as the browser can tell
//   clashed(object, state)  the same of what the server has found on the cluster
//   placed({field, rule}, object)   the path at which a fault of the server is said, where not its own
//   lacking(lack, object)   the paths at which is said that it cannot be had here
//   offers(object)          what the offers depend on beside the cluster
// }
// state: {object, live, base, cluster, offers, answer, step, reached, faults, applied, progress, told}
(function (ngf) {
  const APPLIED_MS = 60000;
  const { get, put } = ngf.paths;
  const byId = (id) => document.getElementById(`wizard-${id}`);
  const page = () => document.getElementById("wizard-page");
  const tell = (id, data) => dash_clientside.set_props(`wizard-${id}`, { data });
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const no = () => dash_clientside.no_update;
  const draft = () => ngf.wizardDraft;
  let state = null;
  let turns = 0; // of all that stood on the page, so that no answer to an earlier one passes for this

  const here = () => state !== null && state.page === page();
  const hooks = () => (ngf.wizards || {})[state.told.kind] || {};
  const say = (name, ...more) => (hooks()[name] ? hooks()[name](...more) : undefined);
  const keep = () => draft().keep(state, state.ref.create || changed());
  const keys = () => state.told.steps.map((step) => step.key);
  const last = () => state.told.steps.length - 1;
  const changed = () => JSON.stringify(state.object) !== JSON.stringify(state.live);

  const ask = () => ngf.wizardAsking.ask(state);
  const offers = () => ngf.wizardAsking.offers(state, say("offers", state.object) || {});

  // Fields of an edit that go when the page is left; what is created stays in the session.
  const lost = () => (state.ref.create || !changed() ? 0 : Math.max(1, (state.answer && state.answer.changes) || 1));

  function draw() {
    if (!here()) return;
    ngf.wizardFaults.judge(state, hooks());
    ngf.wizardInputs.draw(state, hooks());
    ngf.wizardFrame.rail(state, hooks());
    for (const node of page().querySelectorAll("[data-step]")) node.hidden = node.dataset.step !== state.told.steps[state.step].key;
    page().classList.toggle("applied", Boolean(state.applied));
    page().classList.toggle("at-review", state.step === last());
    ngf.wizardReview.draw(state, say("summary", state) || []);
    ngf.wizardProgress.draw(state);
    ngf.wizardStrips.draw(state);
    ngf.wizardFrame.foot(state, changed());
    if (!state.applied) ngf.unsaved(lost(), page(), () => draft().forget(state));
  }

  // A section that is empty because its last field was cleared goes, unless the live object has it.
  function tidy() {
    const { spec = {} } = state.object;
    const had = (!state.ref.create && state.live.spec) || {};
    for (const [name, value] of Object.entries(spec)) {
      if (!(name in had) && value && typeof value === "object" && !Object.keys(value).length) delete spec[name];
    }
  }

  function edited(path) {
    if (path) { state.touched.add(path); say("changed", path, state.object, state); tidy(); }
    state.turn = turns += 1;
    state.restored = null;
    keep();
    offers();
    draw();
    ask();
  }

  // The step that is open has the focus, so that whoever cannot see the change hears of it.
  function show(step) {
    state.step = step;
    draw();
    page().querySelector(`[data-step="${keys()[step]}"]`).focus({ preventScroll: true });
  }

  function upward() {
    const main = document.querySelector("#_pages_content > div");
    if (main) main.scrollTop = 0;
  }

  function go(step) {
    state.step = Math.max(0, Math.min(step, state.reached));
    keep();
    ngf.view.set({ step: keys()[state.step] });
    show(state.step);
    upward();
  }

  // Whether something in the open step is wrong, which then has the focus.
  function blamed() {
    const wrong = page().querySelector(`[data-step="${keys()[state.step]}"] [aria-invalid="true"], [data-astray]`);
    if (wrong) wrong.focus();
    return Boolean(wrong);
  }

  function next() {
    state.pressed.add(state.step);
    draw();
    if (blamed()) return;
    state.reached = Math.max(state.reached, state.step + 1);
    go(state.step + 1);
  }

  function begin(base) {
    const ref = base.ref;
    const view = ngf.view.get();
    const told = JSON.parse(page().dataset.wizard);
    const found = draft().found(base);
    state = {
      page: page(), path: view.path, told, ref, base, cluster: base.cluster, object: copy(base.editable), live: copy(base.editable), denied: base.denied,
      step: 0, reached: ref.create ? 0 : told.steps.length - 1, touched: new Set(), pressed: new Set(), typed: {},
      faults: {}, counts: [], offers: { clusters: base.clusters, namespaces: [], abilities: {} },
      answer: null, turn: turns += 1, sent: 0, sentAt: 0, applied: null, applying: false, progress: null, restored: null,
    };
    if (ref.create) { state.object = say("begin", state.object, view) || state.object; state.live = copy(state.object); }
    if (base.applied) {
      state.applied = { cluster: base.cluster, namespace: ref.namespace, name: ref.name };
      state.applied.at = draft().applied(state) || base.since;
      state.reached = last();
      state.step = last();
    } else if (found) {
      const { object, live, cluster, reached } = found;
      Object.assign(state, { object, live, cluster: cluster || state.cluster, reached: Math.max(state.reached, reached), touched: new Set(found.touched) });
      if (!ref.create) state.base = { ...base, object: found.base };
      if (changed()) state.restored = found.at;
    }
    const [chosen] = view.cluster;
    if (ref.create && !base.applied && view.cluster.length === 1 && base.clusters.some((one) => one.value === chosen)) state.cluster = chosen;
    const wanted = keys().indexOf(view.step);
    if (!state.applied) state.step = wanted < 0 ? 0 : Math.min(wanted, state.reached);
    if (!state.applied && view.step && state.step !== wanted) ngf.view.set({ step: keys()[state.step] }, { replace: true });
    draw();
    offers();
    if (state.applied) watch(); else ask();
  }

  // Nobody waits for ever: whether it was applied is then seen in the list and in the audit log.
  function applying(now) {
    clearTimeout(state.applyTimer);
    state.applying = now;
    const mine = state;
    if (now) state.applyTimer = setTimeout(function () {
      if (state !== mine || !here()) return;
      ngf.toast({ status: "warn", title: "Not known whether it was applied", text: "The console has not answered. Look at the object before you apply again." });
      applying(false);
    }, APPLIED_MS);
    draw();
  }

  // The object is read anew: others may have changed it since.
  function discard() {
    const { ref } = state;
    draft().forget(state);
    ngf.unsaved(0, null);
    const first = keys()[0];
    state = null;
    ngf.view.set({ step: first }, { replace: true });
    tell("ref", { ...ref, at: Date.now() });
  }

  // Back and Forward lead past what was applied: then the page is what its address says.
  function anew({ cluster: [cluster], namespace, name }, progress) {
    const { ref } = state;
    const place = ref.create ? { cluster: cluster || ref.cluster, namespace: namespace || "", name: progress ? name : "" } : {};
    state = null;
    tell("ref", { ...ref, ...place, progress, at: Date.now() });
  }

  // What goes to the YAML editor is asked for at that moment, merged with what others did.
  function leave() {
    if (!state.ref.create && !changed()) { ngf.handOver(state); return; }
    state.leaving = true;
    state.turn = turns += 1;
    draw();
    ask();
  }

  // After a conflict the edit goes on from what is live now, once each field that both changed is
  // said to be as one of them has it.
  function settle(side, path) {
    const { conflict } = state.answer || {};
    if (!conflict) return;
    state.settled = { ...state.settled, [path]: side };
    if (conflict.clashes.some((one) => !state.settled[one])) { draw(); return; }
    document.activeElement.blur(); // an input that has the focus would go on showing what was typed
    const object = copy(conflict.mine);
    for (const one of conflict.clashes) if (state.settled[one] === "theirs") put(object, one, copy(get(conflict.theirs, one) ?? null) ?? undefined);
    Object.assign(state, { object, live: copy(conflict.live), base: { ...state.base, object: conflict.object }, settled: {} });
    edited("");
  }

  function watch() {
    tell("watch", { kind: state.told.kind, cluster: state.applied.cluster, namespace: state.applied.namespace, name: state.applied.name, at: Date.now() });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfWizard = {
    begin(base) {
      if (!base || !page() || ngf.missed("wizard", base.missing ? base : null)) return no();
      if (!(here() && ngf.wizardLive.taken(state, base))) begin(base);
      return no();
    },
    offered(answer) {
      if (!answer || !here() || answer.cluster !== state.cluster) return no();
      state.offers = { ...answer, clusters: state.base.clusters };
      draw();
      return no();
    },
    answered(answer) {
      if (!answer || !here()) return no();
      ngf.wizardAsking.answered(state, answer);
      const leaving = state.leaving && answer.turn === state.turn;
      if (leaving) state.leaving = false;
      if (leaving && !answer.conflict) ngf.handOver(state); else draw();
      return no();
    },
    applied(answer) {
      if (!answer || !here()) return no();
      if (!answer.name) ngf.wizardAsking.refused(state, answer.refused);
      applying(false);
      if (!answer.name) return no();
      state.applied = answer;
      draft().forget(state);
      draft().applied(state, answer.at);
      ngf.unsaved(0, null);
      state.step = last();
      const place = state.ref.create ? { cluster: [answer.cluster], namespace: answer.namespace, name: answer.name } : {};
      ngf.view.set({ ...place, step: "progress" }, { replace: true });
      draw();
      upward();
      byId("progress-room").focus({ preventScroll: true }); // the button that had it has gone
      watch();
      return no();
    },
    progressed(answer) {
      if (!answer || !here() || !state.applied) return no();
      state.progress = answer;
      draw();
      return no();
    },
    removed(answer) {
      if (answer && answer.href && here()) ngf.go(answer.href);
      return no();
    },
  };

  function moved(cluster) {
    [state.cluster, state.answer, state.sent] = [cluster, null, 0];
    state.offers = { clusters: state.base.clusters, abilities: {} };
    edited("");
  }

  function heard(node) {
    const path = node.dataset.path;
    const kind = ngf.controls[node.dataset.control];
    const typed = node.type === "checkbox" ? node.checked : node.value;
    state.typed[path] = typed;
    if (path === "cluster") { moved(typed); ngf.view.set({ cluster: [typed] }, { replace: true }); return; }
    put(state.object, path, kind.write(typed, get(state.object, path), node));
    edited(path);
  }

  document.addEventListener("input", function (event) {
    if (here() && event.target === byId("reason")) ngf.wizardFrame.foot(state, changed());
    if (!here() || !event.target.dataset || !event.target.dataset.path || !page().contains(event.target)) return;
    heard(event.target);
  });
  document.addEventListener("focusout", function (event) {
    if (here() && event.target.dataset && event.target.dataset.path && event.target.value) { state.touched.add(event.target.dataset.path); }
  });

  document.addEventListener("click", function (event) {
    if (!here() || !event.target.closest) return;
    const found = (selector) => event.target.closest(selector);
    const step = found("[data-wizard-step]");
    if (step && !step.disabled) go(Number(step.dataset.wizardStep));
    const fault = found("[data-wizard-fault]");
    if (fault) { go(Number(fault.dataset.wizardFault)); blamed(); }
    if (found("#wizard-next")) next();
    if (found("#wizard-back")) go(state.step - 1);
    if (found("#wizard-apply") && !byId("apply").disabled) {
      applying(true);
      tell("go", { cluster: state.cluster, object: state.object, base: state.base.object, reason: byId("reason").value.trim(), at: Date.now() });
    }
    if (found("#wizard-discard")) discard();
    if (found("#wizard-yaml")) leave();
    const side = found("[data-settle]");
    if (side) settle(side.dataset.settle, side.dataset.of);
  });

  window.addEventListener("ngf:view", function ({ detail: view }) {
    if (!here() || view.path !== state.path) return;
    const [cluster] = view.cluster;
    const progress = view.step === "progress" && Boolean(!state.ref.create || view.name);
    if (progress !== Boolean(state.applied)) { anew(view, progress); return; }
    if (state.applied) return;
    if (state.ref.create && cluster && cluster !== state.cluster && state.base.clusters.some((one) => one.value === cluster)) moved(cluster);
    const wanted = Math.max(0, keys().indexOf(view.step));
    if (wanted === state.step || wanted > state.reached) return;
    show(wanted);
  });
  window.addEventListener("ngf:second", () => { if (here() && state.applied) ngf.wizardProgress.tick(state); });

  ngf.wizardState = () => (here() ? state : null);
  ngf.wizardEdited = (path, value) => { if (here()) { put(state.object, path, value); edited(path); } };
})(window.ngf = window.ngf || {});
