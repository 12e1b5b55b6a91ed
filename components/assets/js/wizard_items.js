// The buttons that put an entry into a list of a wizard, and take one out. The focus goes to the new
// entry, and back to the button that adds.
(function (ngf) {
  const paths = () => ngf.paths; // wizard_fields.js is there once somebody presses

  function add(button, state) {
    const { addItem: path, new: usual } = button.dataset;
    const list = paths().get(state.object, path);
    const { added } = ngf.wizards[state.told.kind];
    const entry = (added && added(path, state.object)) || JSON.parse(usual);
    ngf.wizardEdited(path, [...(Array.isArray(list) ? list : []), entry]);
    const rows = button.closest(".wz-items").querySelectorAll(".wz-item");
    const first = rows.length && rows[rows.length - 1].querySelector("input, select");
    if (first) first.focus();
  }

  function drop(button, state) {
    const path = button.dataset.dropItem;
    const list = path.replace(/\[\d+\]$/, "");
    paths().put(state.object, path, undefined);
    document.activeElement.blur(); // what was typed there is not shown in the entry that moves up
    ngf.wizardEdited(list, paths().get(state.object, list));
    const more = state.page.querySelector(`[data-add-item="${list}"]`);
    if (more) more.focus();
  }

  document.addEventListener("click", function ({ target }) {
    const state = target.closest && ngf.wizardState && ngf.wizardState();
    if (!state) return;
    const [adds, drops] = [target.closest("[data-add-item]"), target.closest("[data-drop-item]")];
    if (adds && !adds.disabled) add(adds, state);
    if (drops && !drops.disabled) drop(drops, state);
  });
})(window.ngf = window.ngf || {});
