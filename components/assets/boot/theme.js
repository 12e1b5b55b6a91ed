// Runs before the first paint: the theme and the sidebar's width are known, nothing flashes; and
// what Dash will ask for once its scripts have run is under way while they load.
(function () {
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var tight = window.matchMedia("(max-width: 1199.98px)");
  function stored(key) {
    try { return window.localStorage.getItem(key); } catch (error) { return null; }
  }
  function store(key, choice) {
    try { window.localStorage.setItem(key, choice); } catch (error) { /* private window */ }
  }
  function apply() {
    var choice = stored("ngf-theme") || "system";
    root.dataset.theme = choice;
    root.dataset.bsTheme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
  }
  // The sidebar is as wide as the person chose; where nobody chose, a tight window has the narrow one.
  function fold(choice) {
    if ((choice || (tight.matches ? "min" : "full")) === "min") root.dataset.side = "min"; else delete root.dataset.side;
    window.dispatchEvent(new CustomEvent("ngf:side"));
  }
  function preload(href, as) {
    var link = document.createElement("link");
    link.rel = "preload";
    link.href = href;
    link.as = as;
    if (as === "fetch") link.crossOrigin = "anonymous";
    document.head.appendChild(link);
  }
  // Dash asks for plotly.js under an address that is to be revalidated each time; ours is kept for a year.
  var charts = document.currentScript.src.replace(/[^/]*$/, "plotly.min.js");
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: function () { return charts; }, set: function () {} });
  if (!/^\/sign/.test(location.pathname)) {
    preload("/_dash-layout", "fetch");
    preload("/_dash-dependencies", "fetch");
    if (/^\/(gateway|(http|grpc|tls|tcp|udp)?route|listenerset|audit)/.test(location.pathname)) preload("/_dash-component-suites/dash_ag_grid/async-community.js", "script");
    if (/^\/($|dashboard|logs|inference)/.test(location.pathname)) preload(charts, "script");
  }
  apply();
  fold(stored("ngf-side"));
  dark.addEventListener("change", apply);
  tight.addEventListener("change", function () { fold(stored("ngf-side")); });
  window.addEventListener("storage", apply);
  window.ngfSide = {
    get: function () { return root.dataset.side || "full"; },
    set: function (choice) { store("ngf-side", choice); fold(choice); },
  };
  window.ngfTheme = {
    get: function () { return root.dataset.theme; },
    set: function (choice) {
      store("ngf-theme", choice);
      apply();
      root.dataset.theme = choice;
      if (choice !== "system") root.dataset.bsTheme = choice;
      window.dispatchEvent(new CustomEvent("ngf:theme", { detail: root.dataset.bsTheme }));
    },
  };
})();
