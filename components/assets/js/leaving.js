// Work that is not applied is not lost without a word: a page that has some sets
// ngf.unsaved(number of changes), and every way out asks: links and keys (ngf.go asks mayLeave
// first), Back, and the browser's own ways. The page's element says how long the number counts;
// `drop` is called when somebody leaves all the same, for what the page keeps elsewhere.
(function (ngf) {
  const el = ngf.element;
  let changes = 0;
  let page = null;
  let dropped = null;
  let here = location.href;

  const unsaved = () => (page && page.isConnected ? changes : 0);

  ngf.unsaved = function (count, element, drop) {
    changes = count;
    page = element;
    dropped = drop || null;
  };

  // True where nothing would be lost; else asks, and calls leave once that is what the person wants.
  ngf.mayLeave = function (leave) {
    const count = unsaved();
    if (!count) return true;
    const out = () => {
      changes = 0;
      if (dropped) dropped();
      ngf.closeFloat(true);
      leave();
    };
    ngf.dialog(el("div", { class: "n-leave" },
      el("h2", {}, "Leave without applying?"),
      el("p", { class: "t2" }, count === 1 ? "1 change is lost." : `${count} changes are lost.`),
      el("div", { class: "row-f" },
        el("button", { type: "button", class: "btn btn-secondary", autofocus: true, onclick: () => ngf.closeFloat() }, "Stay"),
        el("button", { type: "button", class: "btn btn-outline-danger", onclick: out }, "Leave"))), { label: "Leave without applying?" });
    return false;
  };

  // Registered before Dash's own listener, which would build the other page.
  window.addEventListener("popstate", function (event) {
    if (new URL(here).pathname === location.pathname || !unsaved()) return;
    event.stopImmediatePropagation();
    history.pushState({}, "", here);
    ngf.mayLeave(() => history.back());
  });
  window.addEventListener("ngf:view", () => { here = location.href; });

  window.addEventListener("beforeunload", function (event) {
    if (unsaved()) event.preventDefault();
  });
})(window.ngf = window.ngf || {});
