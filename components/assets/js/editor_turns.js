/* What a person does in the editor goes to the server one turn at a time: a pause in the typing, or
   a button, ends a turn; while the answer to one is under way the next one waits, so that none is
   begun on what the other is about to change. What is typed stands in its input meanwhile.

   Apply is on only when the dry run was of everything that stands on the page. */
(function (ngf) {
  "use strict";
  const PAUSE_MS = { range: 150, "select-one": 0 };
  const USUAL_PAUSE_MS = 400;
  const UNANSWERED_MS = 10000; // an answer that failed does not come; then the next turn does not wait
  const no = () => window.dash_clientside.no_update;
  const tell = (id, props) => window.dash_clientside.set_props(id, props);
  let number, answered, sent, sentAt, touched, presses, reset, changes, timer, held;
  let opened = null; // the page that these are of

  const page = () => document.getElementById("edit-page");
  const pressed = (id) => (id.type === "edit-head" ? { open: id.index } : { act: id.name });
  const waiting = () => answered < number && Date.now() - sentAt < UNANSWERED_MS;
  const pending = () => touched !== null || presses.length > 0 || reset;

  /* Once a page, whoever comes first: on a busy machine somebody types before all is dressed. */
  function begin() {
    if (opened && opened === page()) return;
    opened = page();
    clearTimeout(timer);
    [number, answered, sent, sentAt] = [0, 0, null, 0];
    [touched, presses, reset, changes, timer, held] = [null, [], false, 0, null, false];
  }

  function after(milliseconds) {
    clearTimeout(timer);
    held = false;
    timer = setTimeout(send, milliseconds);
  }

  function send() {
    timer = null;
    if (!page() || !ngf.live.connected() || !pending()) return;
    if (waiting()) { after(sentAt + UNANSWERED_MS - Date.now()); held = true; return; }
    number += 1;
    sentAt = Date.now();
    sent = { number, touched: touched || "", presses, reset };
    tell("edit-turn", { data: sent });
    [touched, presses, reset] = [null, [], false];
  }

  /* From the first key on, not from the answer on. */
  function begun() {
    tell("edit-apply", { disabled: true });
    ngf.unsaved(Math.max(1, changes), page());
  }

  function away() {
    tell("edit-result", { children: "Not sent" });
    tell("edit-result-st", { className: "st warn" });
    tell("edit-result-icon", { className: "bi bi-exclamation-triangle-fill" });
    tell("edit-based", { children: "The console does not answer. What you type is kept here and sent when it does." });
  }

  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.closest("#edit-page .edit-cols") || !input.id) return;
    begin();
    const edits = ngf.schema.edits(input) || [];
    presses = [...presses.filter((one) => !edits.some((edit) => ngf.schema.same(one, edit))), ...edits];
    touched = edits.length ? "" : /"type":"edit-field"/.test(input.id) ? JSON.parse(input.id).name : "";
    begun();
    if (!ngf.live.connected()) away();
    after(PAUSE_MS[input.type] ?? USUAL_PAUSE_MS);
  });

  /* A button that is pressed while nobody answers does nothing, and says so: what it does is only
     to be seen in the answer. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#edit-reset, .edit-form button[id*=edit-act], .edit-form button[data-do], .edit-form .rule-h");
    if (!button) return;
    if (!ngf.live.connected()) {
      event.stopImmediatePropagation();
      ngf.toast({ status: "warn", title: "Not done", text: "The console does not answer. Press it again when it does." });
      return;
    }
    begin();
    if (button.id === "edit-reset") [touched, presses, reset] = [null, [], true];
    else presses.push(button.dataset.do ? ngf.schema.press(button) : pressed(JSON.parse(button.id)));
    begun();
    after(0);
  }, true);

  /* What was sent and never answered has changed nothing, and is sent once more. */
  for (const back of ["ngf:live", "online"]) window.addEventListener(back, () => {
    if (!page()) return;
    if (answered < number) {
      [touched, presses, reset] = [touched || sent.touched, [...sent.presses, ...presses], reset || sent.reset];
      answered = number;
    }
    if (pending()) after(0);
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfTurns = {
    /* So much would be lost on leaving; what was done meanwhile goes out now. */
    answered: function (draft, count) {
      if (!draft) return no();
      begin();
      answered = draft.turn;
      if (sent && answered === sent.number) presses = presses.filter((one) => !sent.presses.includes(one));
      changes = count || 0;
      if (held) after(0);
      ngf.takeOver();
      if (!pending()) ngf.unsaved(changes, page());
      return no();
    },
    /* Whether Apply is off. */
    gate: function (turn, applying) {
      return Boolean(applying) || turn !== number || pending();
    },
  };
  begin();
  ngf.turns = { begin, unanswered: () => [...(sent && answered < number ? sent.presses : []), ...presses] };
})(window.ngf = window.ngf || {});
