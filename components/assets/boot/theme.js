// Runs before the first paint: the theme and the sidebar's width are known, nothing flashes; and
// what Dash will ask for once its scripts have run is under way while they load.
(function () {
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function stored(key) {
    try { return window.localStorage.getItem(key); } catch (error) { return null; }
  }
  function apply() {
    var choice = stored("ngf-theme") || "system";
    root.dataset.theme = choice;
    root.dataset.bsTheme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
  }
  function preload(href, as) {
    var link = document.createElement("link");
    link.rel = "preload";
    link.href = href;
    link.as = as;
    if (as === "fetch") link.crossOrigin = "anonymous";
    document.head.appendChild(link);
  }
  if (!/^\/sign/.test(location.pathname)) {
    preload("/_dash-layout", "fetch");
    preload("/_dash-dependencies", "fetch");
    if (!/^\/(settings)?$/.test(location.pathname)) preload("/_dash-component-suites/dash_ag_grid/async-community.js", "script");
  }
  apply();
  if (stored("ngf-side") === "min") root.dataset.side = "min";
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  window.ngfTheme = {
    get: function () { return root.dataset.theme; },
    set: function (choice) {
      try { window.localStorage.setItem("ngf-theme", choice); } catch (error) { /* private window */ }
      apply();
      root.dataset.theme = choice;
      if (choice !== "system") root.dataset.bsTheme = choice;
      window.dispatchEvent(new CustomEvent("ngf:theme", { detail: root.dataset.bsTheme }));
    },
  };
})();
