// What stands around the steps of a wizard: the rail that leads through them, and the foot with its
// verdict and buttons.
//
// ngf.wizardFrame.rail(state, hooks)    the steps, each with what is chosen or wrong in it
// ngf.wizardFrame.foot(state, changed)
(function (ngf) {
  const el = ngf.element;
  const byId = (id) => document.getElementById(`wizard-${id}`);
  const last = (state) => state.told.steps.length - 1;

  function shape(state, key, at, count, tone) {
    if (count) return ["err", "x-octagon-fill"];
    if (key === "review") return ngf.wizardReview.shape(state);
    if (at > state.reached) return ["", "circle"];
    if (at === state.reached && state.ref.create) return ["", "circle-half"];
    return tone === "warn" ? ["warn", "exclamation-triangle-fill"] : ["ok", "check-circle-fill"];
  }

  function step(state, hooks, { key, title }, at) {
    const count = state.counts[at];
    const said = key === "review" ? ngf.wizardReview.step(state) : (hooks.step && hooks.step(key, state)) || "";
    const [words, tone] = Array.isArray(said) ? said : [said, ""];
    const [status, icon] = shape(state, key, at, count, tone);
    const more = {
      type: "button",
      class: [status, at === state.step ? "on" : ""].join(" ").trim(),
      "data-wizard-step": at,
      "data-key": key,
      disabled: at > state.reached || Boolean(state.applied),
      "aria-current": at === state.step ? "step" : null,
    };
    const small = count ? `${count} ${count === 1 ? "fault" : "faults"}` : words;
    return el("button", more, ngf.icon(icon), el("span", {}, el("b", {}, title), el("small", {}, small)));
  }

  function rail(state, hooks) {
    const { steps } = state.told;
    const number = state.step + 1;
    ngf.put("wizard-steps", steps.map((one, at) => step(state, hooks, one, at)));
    ngf.put("wizard-hsteps",
      el("div", { class: "row-f s12 t2" }, el("b", { class: "b5" }, steps[state.step].title), el("span", { class: "grow" }), `step ${number} of ${steps.length}`),
      el("div", { class: "meter" }, el("b", { style: `width:${Math.round((100 * number) / steps.length)}%` })));
  }

  function foot(state, changed) {
    const review = state.step === last(state);
    const done = Boolean(state.applied);
    byId("back").hidden = state.step === 0 || done;
    byId("next").hidden = review;
    byId("apply").hidden = !review || done;
    byId("apply").disabled = !ngf.wizardVerdict.ready(state) || state.applying;
    byId("reason").classList.toggle("d-none", !review || done);
    byId("discard").hidden = done || (!state.ref.create && !changed);
    byId("yaml").hidden = done;
    byId("apply").textContent = state.ref.create ? `Create ${state.told.noun}` : "Apply";
    const [tone, word, note] = ngf.wizardVerdict.of(state);
    byId("verdict").className = `st ${tone}`;
    ngf.put("wizard-verdict", word ? [ngf.statusIcon(tone === "unk" ? "unknown" : tone), word] : null);
    ngf.put("wizard-note", note);
  }

  ngf.wizardFrame = { rail, foot };
})(window.ngf = window.ngf || {});
