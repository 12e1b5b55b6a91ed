// The keys of a grid that has all its rows: j and k walk them, Enter opens the one in focus.
//
// ngf.gridKeys(id, {here, open(row)})
(function (ngf) {
  ngf.gridKeys = function (id, { here, open }) {
    function grid() {
      const room = here() && document.getElementById(id);
      if (!room || !room.checkVisibility()) return null;
      try { return window.dash_ag_grid.getApi(id); } catch (error) { return null; }
    }
    const step = (by) => function () {
      const api = grid();
      const cell = api && api.getFocusedCell();
      const at = cell ? cell.rowIndex + by : 0;
      if (!api || at < 0 || at >= api.getDisplayedRowCount()) return false;
      api.ensureIndexVisible(at);
      api.setFocusedCell(at, "name");
      return true;
    };
    ngf.keys.add("j", "Next row", step(1));
    ngf.keys.add("k", "Previous row", step(-1));
    ngf.keys.add("Enter", "Open row", function () {
      const api = grid();
      const cell = api && document.activeElement.closest(".ag-root") && api.getFocusedCell();
      const row = cell && api.getDisplayedRowAtIndex(cell.rowIndex);
      if (!row || !row.data) return false;
      open(row.data);
      return true;
    });
  };
})(window.ngf = window.ngf || {});
