// The inputs of a wizard on its page: panels of a step with their fields, lists and rooms, as
// components/wizard.py declares them.
//
// ngf.wizardInputs.draw(state, hooks)   all panels of `page`, what is known for their inputs, and what
//                                       the inputs show
(function (ngf) {
  const el = ngf.element;
  const { get, meets } = ngf.paths;
  const WIDE = ["block", "lines"];
  const fixed = (state) => Boolean(state.applied) || state.applying || state.denied;
  const spoken = (state, path) => ngf.wizardFaults.spoken(state, path);
  const abilityOf = (state, name) => (name && state.offers.abilities ? state.offers.abilities[name] : undefined);

  function hints(id, { fault, lack }, hint, lacking) {
    return [
      fault ? el("div", { class: "hint err", id: `${id}-error` }, fault) : null,
      lack ? el("div", { class: "hint warn", id: `${id}-lack` }, lack) : null,
      hint ? el("div", { class: lacking ? "hint lack" : "hint", id: `${id}-hint` }, lacking ? ngf.icon("dash-circle") : null, hint) : null,
    ];
  }

  function control(state, field, path, at, off) {
    const kind = ngf.controls[field.control] || ngf.controls.text;
    const ability = abilityOf(state, field.needs);
    const value = get(state.object, path);
    const lacking = ability && !ability.ok && !(kind.flag && value);
    const id = `wizard-field-${path}`;
    const fault = spoken(state, path) ? state.faults[path] : "";
    const lack = fault ? "" : state.lacking[path];
    const odd = kind.fits && !kind.fits(value);
    const hint = lacking ? ability.reason : odd ? "It has values of several lines, which are changed as YAML." : field.hint;
    const differs = !state.ref.create && JSON.stringify(get(state.live, path)) !== JSON.stringify(value);
    const common = {
      id,
      "data-path": path,
      "data-control": field.control,
      disabled: off || lacking || odd || fixed(state) || (!state.ref.create && path.startsWith("metadata.")),
      "aria-invalid": fault ? "true" : null,
      "aria-required": field.required ? "true" : null,
      "aria-describedby": [fault ? `${id}-error` : "", lack ? `${id}-lack` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ") || null,
    };
    const node = kind.draw(field, common, { value, path, offers: state.offers, state, at });
    if (fault) node.classList.add("is-invalid");
    if (differs) node.classList.add("chg");
    const said = hints(id, { fault, lack }, hint, lacking);
    if (kind.flag) {
      const label = el("label", { class: "form-check form-switch" }, node, el("span", { class: "form-check-label" }, field.label));
      return el("div", { class: "wide", "data-key": path }, label, said);
    }
    if (kind.whole) {
      return el("div", { class: "wide", "data-key": path, role: "group", "aria-label": field.label }, el("span", { class: "lab" }, field.label), node, said);
    }
    const wide = field.wide || WIDE.includes(field.control);
    return el("div", { class: wide ? "wide" : null, "data-key": path }, el("label", { class: "lab", for: id }, field.label), node, said);
  }

  function fields(state, declared, prefix, at, off) {
    const seen = declared.filter((field) => meets(field.when, (path) => at(path)));
    return seen.length ? el("div", { class: "fgrid" }, seen.map((field) => control(state, field, prefix + field.path, at, off))) : null;
  }

  const said = (state, path) => (spoken(state, path) ? el("div", { class: "hint err" }, state.faults[path]) : null);

  function item(state, hooks, part, entry, index, off) {
    const path = `${part.path}[${index}]`;
    const { title, tag, note } = (hooks.items && hooks.items(part.path, entry, index, state)) || { title: `${part.noun} ${index + 1}` };
    const drop = { type: "button", class: "n-ico sm bi bi-trash", "data-drop-item": path, disabled: off || fixed(state), "aria-label": `Remove ${title}`, title: "Remove" };
    const legend = el("legend", {}, el("span", { class: "b5 grow" }, title), tag ? el("span", { class: "t3 s12" }, tag) : null, part.fixed ? null : el("button", drop));
    return el("fieldset", { class: "wz-item", "data-key": path },
      legend,
      fields(state, part.fields, `${path}.`, (inner) => get(entry, inner), off),
      note && !part.fixed ? el("div", { class: "hint note" }, ngf.icon("info-circle"), note) : null,
      said(state, path));
  }

  function items(state, hooks, part, off) {
    const list = get(state.object, part.path);
    const open = meets(part.when, (path) => get(state.object, path));
    if (!open && !(Array.isArray(list) && list.length)) return el("div", { class: "hint", "data-key": `items-${part.path}` }, part.idle);
    const entries = (Array.isArray(list) ? list : []).map((entry, index) => [entry, index]).filter(([entry]) => meets(part.only, (path) => get(entry, path)));
    const add = { type: "button", class: "chip add bi bi-plus-lg", "data-add-item": part.path, "data-new": JSON.stringify(part.new || {}), disabled: off || fixed(state) };
    return el("div", { class: "wz-items", "data-key": `items-${part.path}` },
      entries.map(([entry, index]) => item(state, hooks, part, entry, index, off)),
      !entries.length && part.none ? el("div", { class: "hint" }, part.none) : null,
      said(state, part.path),
      part.fixed || !open ? null : el("button", add, part.noun[0].toUpperCase() + part.noun.slice(1)));
  }

  function panel(state, hooks, room, rooms) {
    const ability = abilityOf(state, room.dataset.needs);
    const lacking = ability && !ability.ok;
    const declared = JSON.parse(room.dataset.parts);
    const used = (part) => part.part === "Field" && get(state.object, part.path) !== undefined;
    const off = lacking && !declared.some(used);
    const nodes = [];
    let run = [];
    function flush() {
      if (run.length) nodes.push(fields(state, run, "", (path) => get(state.object, path), off));
      run = [];
    }
    for (const part of declared) {
      if (part.part === "Field") { run.push(part); continue; }
      flush();
      if (part.part === "Items") nodes.push(items(state, hooks, part, off));
      else nodes.push(el("div", { "data-key": `room-${part.name}` }, rooms[part.name] || null));
    }
    flush();
    const why = ability && (lacking ? ability.reason : ability.evidence);
    if (why) nodes.unshift(el("div", { class: `hint ${lacking ? "lack" : ""}`.trim(), "data-key": "ability" }, ngf.icon(lacking ? "dash-circle" : "check-circle"), why));
    room.closest(".panel").classList.toggle("off", Boolean(off));
    ngf.put(room.id, nodes);
  }

  // What is chosen is an attribute of what is drawn, which a browser heeds only until somebody chooses.
  const CHOSEN = "[data-secret], [data-class], input[type=radio][data-path]";

  // An input shows what the object has, except the one that somebody types in, and one in which the
  // same is written otherwise.
  function shown(state) {
    const written = (node, kind) => state.typed[node.dataset.path] === node.value
      && JSON.stringify(kind.write(node.value)) === JSON.stringify(get(state.object, node.dataset.path));
    for (const node of state.page.querySelectorAll(CHOSEN)) node.checked = node.hasAttribute("checked");
    for (const node of state.page.querySelectorAll("[data-path]")) {
      const kind = ngf.controls[node.dataset.control];
      if (!kind || kind.whole || node === document.activeElement) continue;
      const value = kind.read(get(state.object, node.dataset.path));
      if (kind.flag) node.checked = value;
      else if (node.value !== value && !written(node, kind)) node.value = value;
    }
  }

  function known(state) {
    const option = (one) => el("option", { value: typeof one === "string" ? one : one.value }, typeof one === "string" ? null : one.label);
    const lists = Object.entries(state.offers).filter(([, values]) => Array.isArray(values));
    ngf.put("wizard-known", lists.map(([name, values]) => el("datalist", { id: `wizard-known-${name}`, "data-key": name }, values.map(option))));
  }

  function draw(state, hooks) {
    const rooms = (hooks.rooms && hooks.rooms(state)) || {};
    for (const room of state.page.querySelectorAll("[data-parts]")) panel(state, hooks, room, rooms);
    known(state);
    shown(state);
  }

  ngf.wizardInputs = { draw };
})(window.ngf = window.ngf || {});
