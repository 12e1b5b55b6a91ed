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
//   placed({field, rule}, object)   the path at which a fault of the server is said, where not its own
//   offers(object)          what the offers depend on beside the cluster
// }
// state: {object, live, base, cluster, offers, answer, step, reached, faults, applied, progress, told}
(function (ngf) {
  const el = ngf.element;
  const PAUSE_MS = 350;
  const UNANSWERED_MS = 10000;
  const { get, put, meets } = ngf.paths;
  const byId = (id) => document.getElementById(`wizard-${id}`);
  const page = () => document.getElementById("wizard-page");
  const tell = (id, data) => dash_clientside.set_props(`wizard-${id}`, { data });
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const no = () => dash_clientside.no_update;
  let state = null;

  const here = () => state !== null && state.page === page();
  const hooks = () => (ngf.wizards || {})[state.told.kind] || {};
  const say = (name, ...more) => (hooks()[name] ? hooks()[name](...more) : undefined);

  /* The session: one draft for what is created, one for each object that is edited. */
  const slot = (ref) => `ngf-wizard ${ref.kind} ${ref.create ? "new" : [ref.cluster, ref.namespace, ref.name].join("/")}`;
  const moment = (place) => `ngf-applied ${state.told.kind} ${[place.cluster, place.namespace, place.name].join("/")}`;
  const saved = (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } };
  function keep() {
    const { object, live, cluster, reached, touched } = state;
    sessionStorage.setItem(slot(state.ref), JSON.stringify({ object, live, base: state.base.object, cluster, reached, touched: [...touched] }));
  }

  const keys = () => state.told.steps.map((step) => step.key);
  const last = () => state.told.steps.length - 1;
  const changed = () => JSON.stringify(state.object) !== JSON.stringify(state.live);

  /* Faults: the server's own and what the browser can tell, by the path that they are about. */
  function stepOf(path) {
    const plain = path.replace(/\[\d+\]/g, "[]");
    const length = (step) => Math.max(0, ...step.paths.filter((one) => plain === one || plain.startsWith(`${one}.`) || plain.startsWith(`${one}[`) || one.startsWith(`${plain}.`)).map((one) => (one.startsWith(`${plain}.`) ? 1 : one.length)));
    const lengths = state.told.steps.map(length);
    const most = Math.max(...lengths);
    return most ? lengths.indexOf(most) : last();
  }

  // The input that a fault is said at: its own, or that of what holds its field.
  function inputOf(path) {
    const declared = state.told.steps.flatMap((step) => step.paths);
    for (let at = path; at; at = at.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, "")) if (declared.includes(at.replace(/\[\d+\]/g, "[]"))) return at;
    return path;
  }

  function judge() {
    const found = { ...say("faults", state.object, state) };
    const answer = state.answer;
    for (const one of (answer && answer.turn === state.turn && answer.faults) || []) {
      const path = say("placed", one, state.object) || inputOf(one.field || "metadata.name");
      if (!found[path]) found[path] = one.rule;
    }
    state.faults = found;
    state.counts = keys().map(() => 0);
    for (const path of Object.keys(found)) state.counts[stepOf(path)] += 1;
  }

  // What is wrong is not said of a field that nobody has come to yet.
  const spoken = (path) => state.faults[path] && (state.touched.has(path) || stepOf(path) < state.reached || state.pressed.has(stepOf(path)));

  /* Drawing. */
  const fixed = () => Boolean(state.applied) || state.denied;

  function control(field, path, at, off) {
    const kind = ngf.controls[field.control] || ngf.controls.text;
    const ability = field.needs && state.offers.abilities && state.offers.abilities[field.needs];
    const value = get(state.object, path);
    const lacking = ability && !ability.ok && !(kind.flag && value);
    const id = `wizard-field-${path}`;
    const fault = spoken(path);
    const hint = lacking ? ability.reason : field.hint;
    const differs = state.ref.create ? false : JSON.stringify(get(state.live, path)) !== JSON.stringify(value);
    const common = { id, "data-path": path, "data-control": field.control, disabled: off || lacking || fixed(), "aria-invalid": fault ? "true" : null, "aria-required": field.required ? "true" : null,
      "aria-describedby": [fault ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ") || null };
    const node = kind.draw(field, common, { value, path, offers: state.offers, state, at });
    if (fault) node.classList.add("is-invalid");
    if (differs) node.classList.add("chg");
    const said = [fault ? el("div", { class: "hint err", id: `${id}-error` }, state.faults[path]) : null, hint ? el("div", { class: lacking ? "hint lack" : "hint", id: `${id}-hint` }, lacking ? ngf.icon("dash-circle") : null, hint) : null];
    if (kind.flag) return el("div", { class: "wide", "data-key": path }, el("label", { class: "form-check form-switch" }, node, el("span", { class: "form-check-label" }, field.label)), said);
    const label = el("label", { class: "lab", for: id }, field.label);
    if (kind.whole) return el("div", { class: "wide", "data-key": path, role: "group", "aria-label": field.label }, el("span", { class: "lab" }, field.label), node, said);
    return el("div", { class: field.wide || field.control === "block" || field.control === "lines" ? "wide" : null, "data-key": path }, label, node, said);
  }

  function fields(declared, prefix, at, off) {
    const seen = declared.filter((field) => meets(field.when, (path) => at(path)));
    return seen.length ? el("div", { class: "fgrid" }, seen.map((field) => control(field, prefix + field.path, at, off))) : null;
  }

  function items(part, off) {
    const list = get(state.object, part.path);
    const entries = (Array.isArray(list) ? list : []).map((entry, index) => [entry, index]).filter(([entry]) => meets(part.only, (path) => get(entry, path)));
    const drawn = entries.map(function ([entry, index]) {
      const path = `${part.path}[${index}]`;
      const { title, tag, note } = say("items", part.path, entry, index, state) || { title: `${part.noun} ${index + 1}` };
      return el("fieldset", { class: "wz-item", "data-key": path }, el("legend", {}, el("span", { class: "b5 grow" }, title), tag ? el("span", { class: "t3 s12" }, tag) : null,
        part.fixed ? null : el("button", { type: "button", class: "n-ico sm bi bi-trash", "data-drop-item": path, disabled: off || fixed(), "aria-label": `Remove ${title}`, title: "Remove" })),
      fields(part.fields, `${path}.`, (inner) => get(entry, inner), off), note && !part.fixed ? el("div", { class: "hint note" }, ngf.icon("info-circle"), note) : null, spoken(path) ? el("div", { class: "hint err" }, state.faults[path]) : null);
    });
    return el("div", { class: "wz-items", "data-key": `items-${part.path}` }, drawn, !entries.length && part.none ? el("div", { class: "hint" }, part.none) : null, spoken(part.path) ? el("div", { class: "hint err" }, state.faults[part.path]) : null,
      part.fixed ? null : el("button", { type: "button", class: "chip add bi bi-plus-lg", "data-add-item": part.path, "data-new": JSON.stringify(part.new || {}), disabled: off || fixed() }, part.noun[0].toUpperCase() + part.noun.slice(1)));
  }

  function parts(room, drawnRooms) {
    const ability = room.dataset.needs && state.offers.abilities && state.offers.abilities[room.dataset.needs];
    const lacking = ability && !ability.ok;
    const declared = JSON.parse(room.dataset.parts);
    const nodes = [];
    let run = [];
    const used = (part) => part.part === "Field" && get(state.object, part.path) !== undefined;
    const off = lacking && !declared.some(used);
    const flush = () => { if (run.length) nodes.push(fields(run, "", (path) => get(state.object, path), off)); run = []; };
    for (const part of declared) {
      if (part.part === "Field") { run.push(part); continue; }
      flush();
      if (part.part === "Items") nodes.push(items(part, off));
      else nodes.push(el("div", { "data-key": `room-${part.name}` }, drawnRooms[part.name] || null));
    }
    flush();
    const why = ability && (lacking ? ability.reason : ability.evidence);
    if (why) nodes.unshift(el("div", { class: `hint ${lacking ? "lack" : ""}`.trim(), "data-key": "ability" }, ngf.icon(lacking ? "dash-circle" : "check-circle"), why));
    room.closest(".panel").classList.toggle("off", Boolean(off));
    ngf.put(room.id, nodes);
  }

  // An input shows what the object has, except the one that somebody types in.
  function shown() {
    for (const node of page().querySelectorAll("[data-path]")) {
      const kind = ngf.controls[node.dataset.control];
      if (!kind || kind.whole || node === document.activeElement) continue;
      const value = kind.read(get(state.object, node.dataset.path));
      if (kind.flag) node.checked = value;
      else if (node.value !== value && !(state.typed[node.dataset.path] === node.value && JSON.stringify(kind.write(node.value)) === JSON.stringify(get(state.object, node.dataset.path)))) node.value = value;
    }
  }

  function known() {
    const lists = Object.entries(state.offers).filter(([, values]) => Array.isArray(values));
    ngf.put("wizard-known", lists.map(([name, values]) => el("datalist", { id: `wizard-known-${name}`, "data-key": name }, values.map((one) => el("option", { value: typeof one === "string" ? one : one.value }, typeof one === "string" ? null : one.label)))));
  }

  function rail() {
    const current = state.step;
    ngf.put("wizard-steps", state.told.steps.map(function ({ key, title }, at) {
      const count = at < state.reached || state.pressed.has(at) || !state.ref.create ? state.counts[at] : 0;
      const said = key === "review" ? ngf.wizardReview.step(state) : say("step", key, state) || "";
      const [words, tone] = Array.isArray(said) ? said : [said, ""];
      const shape = count ? ["err", "x-octagon-fill"] : key === "review" ? ngf.wizardReview.shape(state) : at > state.reached ? ["", "circle"] : at === state.reached && state.ref.create ? ["", "circle-half"] : tone === "warn" ? ["warn", "exclamation-triangle-fill"] : ["ok", "check-circle-fill"];
      return el("button", { type: "button", class: [shape[0], at === current ? "on" : ""].join(" ").trim(), "data-wizard-step": at, "data-key": key, disabled: at > state.reached || Boolean(state.applied), "aria-current": at === current ? "step" : null },
        ngf.icon(shape[1]), el("span", {}, el("b", {}, title), el("small", {}, count ? `${count} ${count === 1 ? "fault" : "faults"}` : words)));
    }));
    ngf.put("wizard-hsteps", el("div", { class: "row-f s12 t2" }, el("b", { class: "b5" }, state.told.steps[current].title), el("span", { class: "grow" }), `step ${current + 1} of ${last() + 1}`), el("div", { class: "meter" }, el("b", { style: `width:${Math.round((100 * (current + 1)) / (last() + 1))}%` })));
  }

  function foot() {
    const review = state.step === last();
    const ready = ngf.wizardReview.ready(state);
    byId("back").hidden = state.step === 0 || Boolean(state.applied);
    byId("next").hidden = review;
    byId("apply").hidden = !review || Boolean(state.applied);
    byId("apply").disabled = !ready || state.applying;
    byId("reason").classList.toggle("d-none", !review || Boolean(state.applied));
    byId("discard").hidden = Boolean(state.applied) || (!state.ref.create && !changed());
    byId("yaml").hidden = Boolean(state.applied);
    byId("apply").textContent = state.ref.create ? `Create ${state.told.noun}` : "Apply";
    const [tone, word, note] = ngf.wizardReview.verdict(state);
    byId("verdict").className = `st ${tone}`;
    ngf.put("wizard-verdict", word ? [ngf.statusIcon(tone === "unk" ? "unknown" : tone), word] : null);
    ngf.put("wizard-note", note);
    ngf.wizardReview.foot(state);
  }

  function draw() {
    if (!here()) return;
    judge();
    const rooms = say("rooms", state) || {};
    for (const room of page().querySelectorAll("[data-parts]")) parts(room, rooms);
    known();
    shown();
    rail();
    for (const node of page().querySelectorAll("[data-step]")) node.hidden = node.dataset.step !== state.told.steps[state.step].key;
    page().classList.toggle("applied", Boolean(state.applied));
    page().classList.toggle("at-review", state.step === last());
    ngf.wizardReview.draw(state, say("summary", state) || []);
    foot();
    if (!state.applied) ngf.unsaved(changed() && !state.ref.create ? 1 : 0, page());
  }

  /* Asking: one question at a time, and only of what stands on the page now. */
  function ask() {
    clearTimeout(state.timer);
    state.timer = setTimeout(function () {
      if (!here() || state.applied) return;
      if (state.sent > (state.answer ? state.answer.turn : 0) && Date.now() - state.sentAt < UNANSWERED_MS) { state.again = true; return; }
      state.again = false;
      [state.sent, state.sentAt] = [state.turn, Date.now()];
      tell("asked", { turn: state.turn, cluster: state.cluster, object: state.object, base: state.base.object });
    }, PAUSE_MS);
  }

  function offers() {
    const wanted = { cluster: state.cluster, ...(say("offers", state.object) || {}), kind: state.told.kind };
    const text = JSON.stringify(wanted);
    if (text === state.offered || !state.cluster) return;
    state.offered = text;
    tell("offers-asked", wanted);
  }

  function edited(path) {
    if (path) { state.touched.add(path); say("changed", path, state.object, state); }
    state.turn += 1;
    keep();
    offers();
    draw();
    ask();
  }

  function go(step, replace) {
    state.step = Math.max(0, Math.min(step, state.reached));
    keep();
    ngf.view.set({ step: keys()[state.step] }, { replace });
    draw();
    const main = document.querySelector("#_pages_content > div");
    if (main) main.scrollTop = 0;
  }

  function next() {
    state.pressed.add(state.step);
    draw();
    const wrong = page().querySelector(`[data-step="${keys()[state.step]}"] [aria-invalid="true"]`);
    if (wrong) { wrong.focus(); return; }
    state.reached = Math.max(state.reached, state.step + 1);
    go(state.step + 1);
  }

  function begin(base) {
    const ref = base.ref;
    const view = ngf.view.get();
    const told = JSON.parse(page().dataset.wizard);
    const draft = saved(slot(ref));
    state = { page: page(), told, ref, base, cluster: base.cluster, object: copy(base.editable), live: copy(base.editable), step: 0, reached: ref.create ? 0 : told.steps.length - 1, touched: new Set(), pressed: new Set(), typed: {}, faults: {}, counts: [], offers: {}, answer: null, turn: 1, sent: 0, sentAt: 0, applied: null, applying: false, progress: null, denied: base.denied };
    if (ref.create) { state.object = say("begin", state.object, view) || state.object; state.live = copy(state.object); }
    if (base.applied) {
      state.applied = { cluster: base.cluster, namespace: ref.namespace, name: ref.name };
      state.applied.at = sessionStorage.getItem(moment(state.applied)) || base.since;
      state.reached = last();
      state.step = last();
    } else if (draft) {
      Object.assign(state, { object: draft.object, live: draft.live, cluster: draft.cluster || state.cluster, reached: Math.max(state.reached, draft.reached), touched: new Set(draft.touched) });
      if (!ref.create) state.base = { ...base, object: draft.base };
      if (ref.create && view.cluster.length === 1 && view.cluster[0] !== state.cluster && base.clusters.some((one) => one.value === view.cluster[0])) state.cluster = view.cluster[0];
    }
    const wanted = keys().indexOf(view.step);
    if (!state.applied) state.step = wanted < 0 ? 0 : Math.min(wanted, state.reached);
    state.offers = { clusters: base.clusters, namespaces: [], abilities: {} };
    draw();
    offers();
    if (state.applied) watch(); else ask();
  }

  function watch() {
    tell("watch", { kind: state.told.kind, cluster: state.applied.cluster, namespace: state.applied.namespace, name: state.applied.name, at: Date.now() });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfWizard = {
    begin(base) {
      if (base && page()) begin(base);
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
      state.answer = answer;
      if (state.leaving && answer.turn === state.turn) { ngf.handOver(state); return no(); }
      draw();
      if (state.again || answer.turn !== state.turn) ask();
      return no();
    },
    applied(answer) {
      if (!answer || !here()) return no();
      state.applying = false;
      if (!answer.name) { draw(); return no(); }
      state.applied = answer;
      sessionStorage.removeItem(slot(state.ref));
      sessionStorage.setItem(moment(answer), answer.at);
      ngf.unsaved(0, null);
      state.step = last();
      const place = state.ref.create ? { cluster: [answer.cluster], namespace: answer.namespace, name: answer.name } : {};
      ngf.view.set({ ...place, step: "progress" }, { replace: true });
      draw();
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
    [state.cluster, state.answer, state.offers] = [cluster, null, { clusters: state.base.clusters, abilities: {} }];
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
    if (found("#wizard-next")) next();
    if (found("#wizard-back")) go(state.step - 1);
    const add = found("[data-add-item]");
    if (add && !add.disabled) {
      const list = get(state.object, add.dataset.addItem);
      put(state.object, add.dataset.addItem, [...(Array.isArray(list) ? list : []), say("added", add.dataset.addItem, state.object) || JSON.parse(add.dataset.new)]);
      edited(add.dataset.addItem);
      const rows = add.closest(".wz-items").querySelectorAll(".wz-item");
      const first = rows.length && rows[rows.length - 1].querySelector("input, select");
      if (first) first.focus();
    }
    const drop = found("[data-drop-item]");
    if (drop && !drop.disabled) {
      const path = drop.dataset.dropItem;
      put(state.object, path, undefined);
      if (document.activeElement) document.activeElement.blur();
      edited(path.replace(/\[\d+\]$/, ""));
    }
    if (found("#wizard-apply") && !byId("apply").disabled) {
      state.applying = true;
      tell("go", { cluster: state.cluster, object: state.object, base: state.base.object, reason: byId("reason").value.trim(), at: Date.now() });
      draw();
    }
    if (found("#wizard-discard")) {
      sessionStorage.removeItem(slot(state.ref));
      const { base } = state;
      ngf.unsaved(0, null);
      begin(base);
      go(0, true);
    }
    if (found("#wizard-yaml")) {
      state.leaving = true;
      if (state.answer && state.answer.turn === state.turn) ngf.handOver(state); else ask();
    }
  });

  window.addEventListener("ngf:view", function ({ detail: view }) {
    if (!here() || state.applied) return;
    const [cluster] = view.cluster;
    if (state.ref.create && cluster && cluster !== state.cluster && state.base.clusters.some((one) => one.value === cluster)) moved(cluster);
    const wanted = Math.max(0, keys().indexOf(view.step));
    if (wanted === state.step || wanted > state.reached) return;
    state.step = wanted;
    draw();
  });
  window.addEventListener("ngf:second", () => { if (here() && state.applied) ngf.wizardReview.tick(state); });

  ngf.wizardState = () => (here() ? state : null);
  ngf.wizardEdited = (path, value) => { if (here()) { put(state.object, path, value); edited(path); } };
})(window.ngf = window.ngf || {});
