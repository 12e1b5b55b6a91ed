// Writes the shell's facts into the frame, marks the page one is on, collapses the sidebar, retries
// clusters, and asks for fresh facts when something changed.
(function (ngf) {
  const ASK_MS = 3000;
  const narrow = window.matchMedia("(max-width: 767.98px)");
  let waiting = null;
  let tick = 0;
  let answering = null;

  const set = (id, text) => {
    const node = document.getElementById(id);
    if (node && node.textContent !== text) node.textContent = text;
    return node;
  };

  // Which clusters and namespace one is in. A narrow window has one button for both.
  function selectors() {
    const button = document.getElementById("n-cluster");
    if (!ngf.facts || !button) return;
    const { clusters } = ngf.facts;
    const { cluster: names, namespace } = ngf.view.place();
    const chosen = clusters.filter((cluster) => names.includes(cluster.name));
    const shown = chosen.length ? chosen : clusters;
    const up = shown.filter((cluster) => cluster.connected).length;
    const one = shown.length === 1 ? shown[0] : null;
    const label = one ? one.label : chosen.length ? `${chosen.length} clusters` : "All clusters";
    const short = [one || chosen.length ? label : "All", namespace].filter(Boolean).join(" / ");
    set("n-cluster-text", narrow.matches ? short : label).className = one ? `cl c${one.slot}` : "";
    set("n-cluster-tag", one && up ? "" : clusters.length ? `${up} of ${shown.length}` : "none").className = "tag" + (up < shown.length || !clusters.length ? " warn" : "");
    const place = narrow.matches ? `, namespace ${namespace || "All"}` : "";
    button.setAttribute("aria-label", `Cluster ${label}${place}, ${up} of ${shown.length} answer`);
    set("n-namespace-text", namespace || "All");
  }

  function counts(counted) {
    for (const link of document.querySelectorAll("#n-side [data-count]")) {
      const count = counted[link.dataset.count];
      const node = link.querySelector(".n") || link.appendChild(ngf.element("span", {}));
      node.className = "n " + (count ? count.status : "");
      node.textContent = count && count.n ? count.n : "";
      node.title = count && count.n ? count.words : "";
    }
  }

  const LOOKS = { gatewaybundles: "gateways" }; // lists that are another look at one in the sidebar

  function current() {
    const object = ngf.view.object();
    const [first, second] = location.pathname.split("/").slice(1);
    const kind = object ? object.list : first === "create" ? second : first;
    const page = LOOKS[kind] || kind;
    for (const link of document.querySelectorAll("#n-side a[data-label]")) {
      const on = link.getAttribute("href") === "/" + page;
      link.classList.toggle("on", on);
      if (on) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
      link.title = ngfSide.get() === "min" ? link.dataset.label : "";
    }
  }

  function labelCollapse() {
    const button = document.getElementById("n-collapse");
    if (!button) return;
    const words = ngfSide.get() === "min" ? "Expand sidebar" : "Collapse sidebar";
    button.setAttribute("aria-label", words);
    button.title = words;
  }

  function drawer(open) {
    const side = document.getElementById("n-side");
    if (!side) return;
    side.classList.toggle("open", open);
    document.body.classList.toggle("n-drawer", open);
    if (open) side.querySelector("a").focus();
  }

  function ask() {
    if (waiting) return;
    waiting = setTimeout(function () {
      waiting = null;
      if (document.hidden) return;
      tick += 1;
      dash_clientside.set_props("shell-tick", { data: tick });
    }, ASK_MS);
  }

  document.addEventListener("click", function (event) {
    const target = event.target.closest ? event.target : null;
    if (!target) return;
    if (target.closest("#n-collapse")) ngfSide.set(ngfSide.get() === "min" ? "full" : "min");
    if (target.closest("#n-menu")) drawer(true);
    else if (document.body.classList.contains("n-drawer") && (!target.closest("#n-side") || target.closest("#n-side a"))) drawer(false);
    if (target.closest("#skip")) { event.preventDefault(); document.getElementById("main").focus(); }
    const retry = target.closest("[data-retry]");
    if (retry) dash_clientside.set_props("shell-retry", { data: { clusters: retry.dataset.retry.split(","), at: Date.now() } });
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && document.body.classList.contains("n-drawer")) drawer(false); });

  narrow.addEventListener("change", selectors);
  window.addEventListener("ngf:side", () => { labelCollapse(); current(); });
  window.addEventListener("ngf:view", () => { selectors(); current(); });
  window.addEventListener("ngf:changes", ask);
  window.addEventListener("ngf:tick", function (event) {
    if (answering !== null && answering !== event.detail.answering) ask();
    answering = event.detail.answering;
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfShell = {
    facts(facts) {
      const first = !ngf.facts;
      ngf.facts = facts;
      ngf.live.seed(facts.as_of);
      counts(facts.counts);
      selectors();
      if (first) {
        labelCollapse();
        ngf.showTheme();
        current();
        window.dispatchEvent(new CustomEvent("ngf:ready"));
      }
    },
  };
})(window.ngf = window.ngf || {});
