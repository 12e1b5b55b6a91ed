// What other people change while an object is edited: the draft is asked about anew, so that it says
// so before somebody applies; an edit in which nothing is changed yet shows what is live now.
//
// ngf.wizardLive.taken(state, base)   whether `base`, read anew, needs no other page than this one
(function (ngf) {
  const page = () => document.getElementById("wizard-page");
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const changed = (state) => !same(state.object, state.live);

  function here() {
    const state = ngf.wizardState && ngf.wizardState();
    return state && !state.ref.create && !state.applied && !state.applying && !page().classList.contains("missing") ? state : null;
  }

  const follow = ngf.follow({
    here: () => Boolean(here()),
    concerns(change) {
      const state = here();
      return Boolean(state) && change.kind === state.ref.kind && (change.cluster === "*" || change.cluster === state.cluster);
    },
    ask() {
      const state = here();
      if (changed(state)) ngf.wizardAsking.ask(state);
      else dash_clientside.set_props("wizard-ref", { data: { ...state.ref, at: Date.now() } });
    },
  });

  function taken(state, base) {
    if (!here()) return Boolean(state.applied || state.applying);
    follow.asked();
    if (changed(state)) { ngf.wizardAsking.ask(state); return true; }
    if (!same(state.live, base.editable) || state.denied !== base.denied) return false;
    state.base = base;
    return true;
  }

  ngf.wizardLive = { taken };
})(window.ngf = window.ngf || {});
