// What is said above the steps of a wizard: what is wrong in the open one and has no input, that
// somebody else changed the same, that a tool owns the object, that a draft is an earlier one.
//
// ngf.wizardStrips.draw(state)
(function (ngf) {
  const el = ngf.element;

  function strip(tone, icon, lead, text, ...buttons) {
    return el("div", { class: `strip ${tone}`, "data-key": lead }, ngf.icon(icon), el("div", {}, el("b", { class: "b6" }, lead), " ", text),
      buttons.length ? el("div", { class: "act" }, buttons) : null);
  }

  const wrong = (state, path) => el("div", { class: "strip err", tabindex: "-1", "data-astray": path, "data-key": path }, ngf.icon("x-octagon-fill"), el("div", {}, el("b", { class: "b6 mono" }, path), " ", state.faults[path]));

  // A field that both changed, with what each made of it, and whose change counts.
  function disputed(state, one) {
    const chosen = (state.settled || {})[one.path];
    const settle = (side, label) => el("button", { type: "button", class: "btn btn-link btn-sm", "data-settle": side, "data-of": one.path, "aria-pressed": String(chosen === side) },
      chosen === side ? ngf.icon("check-lg") : null, label);
    return el("li", { "data-key": one.path }, el("div", {}, el("span", { class: "mono" }, one.path), ": theirs ", el("b", { class: "mono" }, one.theirs), ", yours ", el("b", { class: "mono" }, one.mine), ", before ", el("span", { class: "mono" }, one.base)),
      el("div", { class: "act" }, settle("theirs", "Take theirs"), settle("mine", "Keep mine")));
  }
  const disputes = (state, { sides }) => el("div", { class: "strip warn tall wz-disputes", "data-key": "conflict" }, ngf.icon("exclamation-triangle-fill"),
    el("div", {}, el("b", { class: "b6" }, "Somebody else changed the same meanwhile."), " Your other changes stay.", el("ul", {}, sides.map((one) => disputed(state, one)))));

  function draw(state) {
    const { answer, base, restored } = state;
    const open = !state.applied && !state.denied;
    const conflict = open && answer && answer.turn === state.turn ? answer.conflict : null;
    ngf.put("wizard-strips",
      open ? ngf.wizardFaults.astray(state, state.step).map((path) => wrong(state, path)) : null,
      conflict ? disputes(state, conflict) : null,
      open && base.owned ? strip("info", "git", `${base.owned.tool} owns this object`, `(${base.owned.application}). It will undo the change at its next sync unless its source says the same. Applying asks for a reason.`) : null,
      open && restored ? strip("info", "clock-history", "Your draft is back,", ["as you left it ", ngf.since(restored, { style: "age" }), " ago. Discard drops it."]) : null);
  }

  ngf.wizardStrips = { draw };
})(window.ngf = window.ngf || {});
