/* The menus of a list: what to filter by, which columns to see, which views are kept.
   Each changes the address and nothing else; the list follows the address. Values and views come
   from the server when a menu opens. */
(function (ngf) {
  "use strict";
  const el = ngf.element;
  const FIRST = ["status", "kind", "class", "gateway", "host", "controller", "reason", "environment", "region"];
  let open = null; // the menu that is being shown: {kind, body, ...}

  const ask = (part, data) => window.dash_clientside.set_props(`${open.kind}-${part}`, { data });
  const item = (onclick, ...children) => el("button", { type: "button", class: "n-item", onclick }, children);
  const title = (...children) => el("div", { class: "n-menu-t" }, children);

  /* Filter: first by what, then by which values. */
  function keys() {
    const { found, list } = open;
    const view = ngf.view.get();
    open.key = null;
    open.body.replaceChildren(title("Filter by"), ...FIRST.filter((key) => found[key]).map(function (key) {
      const chosen = ngf.lists.said(list, key, ngf.lists.listOf(view[key]));
      const known = Object.keys(found[key]).length;
      return item(() => values(key), el("span", { class: "grow" }, key), el("span", { class: "t3 s12 ell" }, chosen || (known ? "" : "none")), ngf.icon("chevron-right"));
    }));
  }

  function values(key, refuse) {
    const { found, list } = open;
    const now = ngf.lists.listOf(ngf.view.get()[key]);
    const not = refuse === undefined ? now.some((value) => value.startsWith("!")) : refuse;
    const chosen = new Set(now.map((value) => value.replace(/^!/, "")));
    const counts = found[key];
    const spelled = (refused) => [...chosen].map((value) => (refused ? "!" : "") + value);
    const mode = (label, other) => el("button", {
      type: "button", class: not === other ? "on" : "", "aria-pressed": String(not === other),
      onclick() { ngf.view.set({ [key]: spelled(other) }); values(key, other); },
    }, label);
    const names = [...new Set([...Object.keys(counts), ...chosen])].sort((a, b) => (counts[b] || 0) - (counts[a] || 0) || a.localeCompare(b));
    const rows = names.map(function (value) {
      const word = ngf.lists.said(list, key, [value]);
      const box = el("input", {
        type: "checkbox", class: "form-check-input", checked: chosen.has(value),
        onchange() { if (box.checked) chosen.add(value); else chosen.delete(value); ngf.view.set({ [key]: spelled(not) }); },
      });
      return { text: word, node: el("label", { class: "n-item" }, box, el("span", { class: "grow ell", title: word }, word), el("span", { class: "t3 num" }, String(counts[value] || 0))) };
    });
    open.key = key;
    open.body.replaceChildren(title(
      el("button", { type: "button", class: "n-ico sm", "aria-label": "Back to filters", onclick: keys }, ngf.icon("chevron-left")),
      el("span", { class: "grow" }, key),
      el("span", { class: "seg sm", role: "group", "aria-label": "Keep or leave out" }, mode("is", false), mode("is not", true))));
    if (rows.length) ngf.chooser(open.body, rows, key);
    else open.body.append(el("div", { class: "n-none" }, `No row has a ${key}.`));
    const first = open.body.querySelector("input");
    if (first) first.focus({ preventScroll: true });
  }

  /* Columns: those beside status and name. */
  function columns() {
    const grid = ngf.lists.gridOf(open.kind);
    const all = grid.getColumns().filter((column) => !ngf.lists.FIXED.includes(column.getColId()));
    const usual = all.filter((column) => column.getColDef().context.shown).map((column) => column.getColId());
    const chosen = ngf.lists.listOf(ngf.view.get().columns);
    const seen = new Set(chosen.length ? chosen : usual);
    const apply = function () {
      const wanted = all.map((column) => column.getColId()).filter((field) => seen.has(field));
      ngf.view.set({ columns: wanted.join() === usual.join() ? "" : wanted.length ? wanted : ngf.lists.FIXED }, { replace: true });
    };
    open.body.replaceChildren(title("Columns"), ...all.map(function (column) {
      const field = column.getColId();
      const box = el("input", {
        type: "checkbox", class: "form-check-input", checked: seen.has(field),
        onchange() { if (box.checked) seen.add(field); else seen.delete(field); apply(); },
      });
      return el("label", { class: "n-item" }, box, column.getColDef().headerName);
    }), item(() => { ngf.view.set({ columns: "" }, { replace: true }); ngf.closeFloat(); }, ngf.icon("arrow-counterclockwise"), "The usual columns"));
  }

  /* Views: the usual questions, those kept by this person, this one. */
  function views(kept) {
    const go = (query) => item(() => { ngf.closeFloat(); ngf.view.open(query ? "?" + query : ""); });
    const line = (name, query, icon) => { const node = go(query); node.append(ngf.icon(icon), el("span", { class: "grow ell" }, name)); return node; };
    const field = el("input", { class: "form-control", maxlength: "80", placeholder: "Name", "aria-label": "Name of this view", autocomplete: "off" });
    const save = function (event) {
      event.preventDefault();
      if (field.value.trim()) ask("views-asked", { do: "save", name: field.value, query: location.search.slice(1), at: Date.now() });
      else field.focus();
    };
    open.body.replaceChildren(
      line(`All ${open.list.many}`, "", "list-ul"),
      line("With problems", "status=err,warn", "exclamation-triangle"),
      line("Last seen only", "status=stale", "clock-history"),
      title("Kept by you"),
      ...(kept === null ? [el("div", { class: "n-none" }, "Loading")] : kept.length ? [] : [el("div", { class: "n-none" }, "None yet. Filter and sort, then save it here.")]),
      ...(kept || []).map((view) => el("div", { class: "row-f" }, line(view.name, view.query, "bookmark"),
        el("button", { type: "button", class: "n-ico sm", "aria-label": `Remove view ${view.name}`, onclick: () => ask("views-asked", { do: "remove", name: view.name, at: Date.now() }) }, ngf.icon("trash")))),
      el("form", { class: "row-f n-save", onsubmit: save }, field, el("button", { type: "submit", class: "btn btn-secondary" }, "Save this view")),
      item(() => { ngf.closeFloat(); ngf.copyLink(); }, ngf.icon("link-45deg"), "Copy link"));
  }

  const MENUS = {
    filter: { label: "Filter", draw() { open.body.append(el("div", { class: "n-none" }, "Loading")); ask("facets-asked", Date.now()); } },
    columns: { label: "Columns", right: true, draw: columns },
    views: { label: "Views", right: true, draw() { views(null); ask("views-asked", { do: "list", at: Date.now() }); } },
  };

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("[data-list-menu]");
    if (!button) return;
    const menu = MENUS[button.dataset.listMenu];
    const kind = location.pathname.slice(1);
    open = { menu, kind, list: ngf.lists.of(kind), body: el("div", { class: "n-wide" }) };
    menu.draw();
    ngf.float(button, open.body, { label: menu.label, right: menu.right });
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfListMenus = {
    facets(found) {
      if (!found || !open || open.menu !== MENUS.filter || !open.body.isConnected) return;
      open.found = found;
      if (open.key) return;
      keys();
      open.body.querySelector("button").focus({ preventScroll: true });
    },
    views(kept) {
      if (kept && open && open.menu === MENUS.views && open.body.isConnected) views(kept);
    },
  };
})(window.ngf = window.ngf || {});
