// The view state lives in the address: what is filtered, sorted, opened and selected is a link.
//
// ngf.view.get()                what the address says now
// ngf.view.set({key: value})    change it: null, "" or [] removes a key; a new history entry unless
//                               {replace: true}, with {state} where Back is to know more. Tells the
//                               Store "view" and the event "ngf:view".
// ngf.view.open("?q=edge")      the same for a whole query
// ngf.go(href)                  go to another page without loading the document again
// Event "ngf:built": the page that now stands there is a new one, with nothing that was in the last.
//
// Dash's own Location is told about pages only, never about a changed query: it would build the
// page anew and throw away what is typed, scrolled and focused. Every entry of the history says by
// which building of a page it was made, so that Back knows whether the page that stands there can
// show it.
(function (ngf) {
  let built = null; // when the page that stands there was built; null while another one comes
  const LISTS = ["cluster", "status", "class", "gateway", "controller", "reason", "environment", "region", "columns", "kind", "target", "outcome", "label", "ngf", "method", "host", "route", "upstream", "upstream_addr", "client", "engine", "model"];
  const PAGES = { gateway: "gateways", gatewaybundle: "gatewaybundles", gatewayclass: "gatewayclasses", httproute: "routes", grpcroute: "routes", tlsroute: "routes", tcproute: "routes", udproute: "routes", listenerset: "routes", stack: "stacks", certificate: "certificates", authority: "certificates", "managed-certificate": "certificates" };
  const POLICIES = /policies$|filters$|^payloadprocessors$|^externalloadbalancers$/; // kinds in the list of policies
  const LISTED = /^(http|grpc|tls|tcp|udp)routes$|^listenersets$/; // kinds that one list has together
  const NATIVE = /^\/(api|signin|signout|assets|static|metrics|healthz|readyz|_dash|oidc)/;

  function parse() {
    const view = { path: location.pathname };
    for (const [key, value] of new URLSearchParams(location.search)) {
      view[key] = LISTS.includes(key) ? value.split(",").filter(Boolean) : value;
    }
    for (const key of ["cluster", "status"]) view[key] = view[key] || [];
    return view;
  }

  function query(view) {
    const pairs = [];
    for (const [key, value] of Object.entries(view)) {
      if (key === "path" || value === null || value === undefined || value === "") continue;
      if (Array.isArray(value) && !value.length) continue;
      const text = Array.isArray(value) ? value.join(",") : String(value);
      pairs.push(`${encodeURIComponent(key)}=${encodeURIComponent(text).replace(/%2C/g, ",").replace(/%2F/g, "/").replace(/%3A/g, ":")}`);
    }
    return pairs.length ? "?" + pairs.join("&") : "";
  }

  function tell() {
    const view = parse();
    if (window.dash_clientside && dash_clientside.set_props) dash_clientside.set_props("view", { data: view });
    window.dispatchEvent(new CustomEvent("ngf:view", { detail: view }));
  }

  // The object whose page this is, by its address; null on a page of many.
  function object() {
    const [first, ...rest] = location.pathname.split("/").slice(1);
    if (first === "clusters") return rest.length && rest[0] !== "register" ? { list: first, cluster: decodeURIComponent(rest[0]), namespace: "" } : null;
    const [list, cluster, ...path] = first === "edit" || first === "policy" ? rest : (first === "certificates" && rest[0] === "renew") || rest[0] === "edit" ? [first, ...rest.slice(1)] : [PAGES[first], ...rest];
    return list && cluster ? { list: LISTED.test(list) ? "routes" : POLICIES.test(list) ? "policies" : list, cluster, namespace: path.length > 1 && path[0] !== "-" ? path[0] : "" } : null;
  }

  ngf.view = {
    get: parse,
    object,
    // The clusters and the namespace one is in: the object's own, else those of the address.
    place() {
      const one = object();
      if (one) return { cluster: [one.cluster], namespace: one.namespace };
      const { cluster, namespace } = parse();
      return { cluster, namespace: namespace || "" };
    },
    // Choose another place. An object has only its own, so from its page its list opens; from that of
    // a cluster the page of the other one.
    choose(patch) {
      const one = object();
      if (one && one.list === "clusters" && patch.cluster && patch.cluster.length === 1) ngf.go(`/clusters/${encodeURIComponent(patch.cluster[0])}`);
      else if (one) ngf.go("/" + one.list + query(Object.assign("cluster" in patch ? {} : { cluster: [one.cluster] }, patch)));
      else ngf.view.set(patch);
    },
    set(patch, options) { ngf.view.open(query(Object.assign(parse(), patch)), options); },
    open(search, options) {
      if (search === location.search) return;
      const url = location.pathname + search + location.hash;
      if (options && options.replace) history.replaceState(history.state, "", url);
      else history.pushState(Object.assign({ built }, options && options.state), "", url);
      tell();
    },
  };

  // A link that keeps the chosen clusters and namespace.
  ngf.keep = function (href) {
    const url = new URL(href, location.origin);
    const view = parse();
    if (view.cluster.length && !url.searchParams.has("cluster")) url.searchParams.set("cluster", view.cluster.join(","));
    if (view.namespace && !url.searchParams.has("namespace")) url.searchParams.set("namespace", view.namespace);
    return url.pathname + url.search.replace(/%2C/g, ",") + url.hash;
  };

  ngf.go = function (href) {
    const url = new URL(href, location.origin);
    if (url.pathname === location.pathname && url.search === location.search) return;
    if (!ngf.mayLeave(() => ngf.go(href))) return;
    const samePage = url.pathname === location.pathname;
    built = null;
    history.pushState({}, "", url.pathname + url.search + url.hash);
    // Within a page the Location may still hold, from when it built it, just the query that is wanted.
    if (samePage) dash_clientside.set_props("_pages_location", { search: url.search, href: url.href });
    else window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
    ngf.arriving = true;
  };

  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || NATIVE.test(url.pathname)) return;
    if (url.hash && url.pathname === location.pathname && url.search === location.search) return;
    event.preventDefault();
    const href = url.pathname + url.search + url.hash;
    ngf.go(link.classList.contains("n-keep") ? ngf.keep(href) : href);
  });

  // Registered before Dash's own listener, which would build the page anew.
  window.addEventListener("popstate", function (event) {
    if (built && event.state && event.state.built === built) event.stopImmediatePropagation();
    else built = null;
    setTimeout(tell, 0);
  });

  // Runs after the page's content has changed, hence before the new page's own callbacks and never
  // for those of the page just left.
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfView = {
    arrived() {
      const view = parse();
      built = Date.now();
      history.replaceState(Object.assign({}, history.state, { built }), "");
      window.dispatchEvent(new CustomEvent("ngf:built"));
      setTimeout(function () {
        window.dispatchEvent(new CustomEvent("ngf:view", { detail: view }));
        if (!ngf.arriving) return;
        ngf.arriving = false;
        const main = document.getElementById("main");
        if (main) main.focus({ preventScroll: true });
      }, 0);
      return view;
    },
  };
})(window.ngf = window.ngf || {});
