// Writes the shell's facts into the frame, marks the page one is on, collapses the sidebar, retries
// clusters, and asks for fresh facts when something changed.
(function (ngf) {
  const ASK_MS = 3000;
  const root = document.documentElement;
  const narrow = window.matchMedia("(max-width: 767.98px)");
  let waiting = null;
  let tick = 0;
  let answering = null;

  const set = (id, text) => {
    const node = document.getElementById(id);
    if (node && node.textContent !== text) node.textContent = text;
    return node;
  };

  function selectors(view) {
    if (!ngf.facts) return;
    const { clusters } = ngf.facts;
    const chosen = clusters.filter((cluster) => view.cluster.includes(cluster.name));
    const shown = chosen.length ? chosen : clusters;
    const up = shown.filter((cluster) => cluster.connected).length;
    const label = !chosen.length ? (clusters.length === 1 ? clusters[0].label : "All clusters") : chosen.length === 1 ? chosen[0].label : `${chosen.length} clusters`;
    set("n-cluster-text", narrow.matches && label === "All clusters" ? "All" : label);
    const tag = set("n-cluster-tag", clusters.length ? `${up} of ${shown.length}` : "none");
    if (tag) tag.className = "tag" + (up < shown.length || !clusters.length ? " warn" : "");
    const button = document.getElementById("n-cluster");
    if (button) button.setAttribute("aria-label", `Cluster ${label}, ${up} of ${shown.length} answer`);
    set("n-namespace-text", view.namespace || "All");
  }

  function counts(counted) {
    for (const node of document.querySelectorAll("#n-side [data-count]")) {
      const count = counted[node.dataset.count];
      node.className = "n " + (count ? count.status : "");
      node.textContent = count && count.n ? count.n : "";
      node.title = count && count.n ? count.words : "";
    }
  }

  function current() {
    const path = location.pathname;
    const family = { gateway: "gateways", httproute: "httproutes", gatewayclass: "gatewayclasses", edit: null, create: null };
    let [first, second] = path.split("/").slice(1);
    if (first in family) first = family[first] || second;
    for (const link of document.querySelectorAll("#n-side a[data-label]")) {
      const on = link.getAttribute("href") === "/" + first;
      link.classList.toggle("on", on);
      if (on) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
      link.title = root.dataset.side === "min" ? link.dataset.label : "";
    }
  }

  function collapse() {
    const min = root.dataset.side !== "min";
    if (min) root.dataset.side = "min"; else delete root.dataset.side;
    try { localStorage.setItem("ngf-side", min ? "min" : "full"); } catch (error) { /* private window */ }
    labelCollapse();
    current();
  }

  function labelCollapse() {
    const button = document.getElementById("n-collapse");
    if (!button) return;
    const words = root.dataset.side === "min" ? "Expand sidebar" : "Collapse sidebar";
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
    if (target.closest("#n-collapse")) collapse();
    if (target.closest("#n-menu")) drawer(true);
    else if (document.body.classList.contains("n-drawer") && (!target.closest("#n-side") || target.closest("#n-side a"))) drawer(false);
    if (target.closest("#skip")) { event.preventDefault(); document.getElementById("main").focus(); }
    const retry = target.closest("[data-retry]");
    if (retry) dash_clientside.set_props("shell-retry", { data: { clusters: retry.dataset.retry.split(","), at: Date.now() } });
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && document.body.classList.contains("n-drawer")) drawer(false); });

  narrow.addEventListener("change", () => selectors(ngf.view.get()));
  window.addEventListener("ngf:view", (event) => { selectors(event.detail); current(); });
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
      selectors(ngf.view.get());
      if (first) {
        labelCollapse();
        ngf.showTheme();
        current();
        window.dispatchEvent(new CustomEvent("ngf:ready"));
      }
    },
  };
})(window.ngf = window.ngf || {});
