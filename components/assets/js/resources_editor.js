/* What the editor and the detail pages do without asking the server. */
(function () {
  "use strict";
  const no = () => window.dash_clientside.no_update;
  window.dash_clientside = window.dash_clientside || {};

  window.dash_clientside.ngfEditor = {
    /* Form and YAML, form alone, YAML alone: one class on the page, three buttons. */
    show: function (...args) {
      const trigger = (window.dash_clientside.callback_context.triggered[0] || {}).prop_id || "";
      const chosen = trigger.split(".")[0].replace("edit-view-", "");
      const own = args[args.length - 1].replace("edit-view-", "");
      if (!["both", "form", "yaml"].includes(chosen)) return no();
      const page = document.getElementById("edit-page");
      for (const view of ["both", "form", "yaml"]) page.classList.toggle(view, view === chosen);
      return own === chosen ? "on" : "";
    },
  };

  window.dash_clientside.ngfDetail = {
    /* Tabs are links to the same page with another tab in the address; all panels stay mounted. */
    tabs: function (view, names) {
      const wanted = (view && view.tab) || names[0];
      const shown = names.includes(wanted) ? wanted : names[0];
      return [...names.map((name) => (name === shown ? "on" : "")), ...names.map((name) => (name === shown ? "tab" : "tab d-none")), shown];
    },
    /* The button of a dialog that destroys is live once the name is typed. */
    confirmed: function (typed, name) {
      return (typed || "") !== name;
    },
  };

  /* A tab link changes the view, never the page. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-tab]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.ngf.view.set({ tab: link.dataset.tab === "overview" ? "" : link.dataset.tab });
  }, true);

  window.ngf.keys.add("e", "Edit", () => {
    const link = document.getElementById("detail-edit");
    if (!link) return false;
    link.click();
    return true;
  });
})();
