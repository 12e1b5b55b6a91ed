// Asks the server about the draft of a wizard: one question at a time, after a pause in the typing,
// and only of what stands on the page now.
//
// ngf.wizardAsking.ask(state)               what it says to the draft
// ngf.wizardAsking.answered(state, answer)  takes an answer, and asks again where more was typed since
// ngf.wizardAsking.refused(state, why)      what was passed is refused after all: it is asked for anew
// ngf.wizardAsking.offers(state, more)      what the cluster offers, where that is not known yet
(function (ngf) {
  const PAUSE_MS = 350;
  const UNANSWERED_MS = 10000; // then an answer is lost, and asked for once more
  const tell = (id, data) => dash_clientside.set_props(`wizard-${id}`, { data });

  const waiting = (state) => state.sent > (state.answer ? state.answer.turn : 0) && Date.now() - state.sentAt < UNANSWERED_MS;

  function later(state, milliseconds, what) {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => { if (ngf.wizardState() === state && !state.applied) what(state); }, milliseconds);
  }

  const ask = (state) => later(state, PAUSE_MS, send);

  function send(state) {
    if (waiting(state)) {
      state.again = true;
      later(state, state.sentAt + UNANSWERED_MS - Date.now(), send);
      return;
    }
    state.again = false;
    [state.sent, state.sentAt] = [state.turn, Date.now()];
    tell("asked", { turn: state.turn, cluster: state.cluster, object: state.object, base: state.base.object, at: state.sentAt });
    later(state, UNANSWERED_MS, send);
  }

  function answered(state, answer) {
    state.answer = answer;
    if (answer.turn === state.sent) clearTimeout(state.timer);
    if (state.again || answer.turn !== state.turn) ask(state);
  }

  function refused(state, why) {
    state.answer = { ...state.answer, refused: why, ok: false };
    ask(state);
  }

  function offers(state, more) {
    const wanted = { cluster: state.cluster, ...more, kind: state.told.kind };
    const text = JSON.stringify(wanted);
    if (text === state.offered || !state.cluster) return;
    state.offered = text;
    tell("offers-asked", wanted);
  }

  ngf.wizardAsking = { ask, answered, refused, offers };
})(window.ngf = window.ngf || {});
