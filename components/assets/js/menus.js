// The menus of the top bar: clusters, namespace, theme, account. Drawn from the shell's facts.
(function (ngf) {
  const el = ngf.element;
  const THEMES = [["light", "Light", "sun"], ["dark", "Dark", "moon"], ["system", "As the system", "circle-half"]];

  function byId(id, action) {
    document.addEventListener("click", function (event) {
      const button = event.target.closest && event.target.closest("#" + id);
      if (button) action(button);
    });
  }

  // A list to choose from, with a filter above it when it is long. A row with `of` is the heading of
  // those rows and goes with the last of them.
  ngf.chooser = function (node, rows, noun) {
    const list = el("div", { class: "n-list" }, rows.map((row) => row.node));
    if (rows.length > 8) {
      const none = el("div", { class: "n-none", hidden: true }, `No ${noun} matches`);
      node.append(el("input", {
        class: "form-control", type: "search", placeholder: `Filter ${noun}s`, "aria-label": `Filter ${noun}s`, autofocus: true,
        oninput(event) {
          const text = event.target.value.trim().toLowerCase();
          let shown = 0;
          for (const row of rows.filter((one) => !one.of)) { row.node.hidden = !row.text.toLowerCase().includes(text); shown += !row.node.hidden; }
          for (const row of rows.filter((one) => one.of)) row.node.hidden = row.of.every((one) => one.node.hidden);
          none.hidden = shown > 0;
        },
      }));
      list.append(none);
    }
    node.append(list);
  };

  // The menu stays open for further clusters, unless the choice leads to another page.
  function choose(place) {
    if (ngf.view.object()) ngf.closeFloat(true);
    ngf.view.choose(place);
  }

  // Clusters under the region they are in, or under their environment where none has a region.
  function grouped(rows, only) {
    const key = rows.some(({ cluster }) => cluster.region) ? "region" : "environment";
    const by = new Map();
    for (const row of rows) by.set(row.cluster[key], [...(by.get(row.cluster[key]) || []), row]);
    if (by.size === 1) return rows;
    return [...by.keys()].sort().flatMap(function (name) {
      const of = by.get(name);
      const label = name || `No ${key}`;
      return [{ of, node: el("div", { class: "n-menu-t" }, el("span", { class: "grow ell" }, label), el("span", { class: "t3" }, of.length),
        el("button", { type: "button", class: "n-only", "aria-label": `Only ${label}`, onclick: () => only(of.map((row) => row.cluster.name)) }, "only")) }, ...of];
    });
  }

  function clusters(button) {
    const facts = ngf.facts;
    const { cluster, namespace } = ngf.view.place();
    const chosen = new Set(cluster);
    const apply = () => choose({ cluster: chosen.size === facts.clusters.length ? [] : [...chosen] });
    const node = el("div", { class: "n-wide" });
    const only = (names) => { chosen.clear(); names.forEach((name) => chosen.add(name)); apply(); ngf.closeFloat(); };
    const all = el("button", { type: "button", class: "n-item", onclick() { chosen.clear(); apply(); ngf.closeFloat(); } },
      ngf.icon("layers"), el("span", { class: "grow" }, "All clusters"), chosen.size ? null : ngf.icon("check-lg"));
    node.append(all);
    const rows = facts.clusters.map(function (cluster) {
      const box = el("input", {
        type: "checkbox", class: "form-check-input", checked: chosen.has(cluster.name),
        onchange() {
          if (box.checked) chosen.add(cluster.name); else chosen.delete(cluster.name);
          apply();
        },
      });
      const state = cluster.connected ? cluster.region : cluster.reason;
      return {
        cluster,
        text: `${cluster.name} ${cluster.label} ${cluster.region} ${cluster.environment}`,
        node: el("label", { class: "n-item", title: cluster.connected ? "" : cluster.reason }, box,
          el("span", { class: `cl c${cluster.slot}` }, cluster.label),
          el("span", { class: "grow t3 s12 ell end" }, state || ""),
          cluster.connected ? null : ngf.icon("x-octagon-fill"),
          el("button", {
            type: "button", class: "n-only", "aria-label": `Only ${cluster.label}`,
            onclick(event) { event.preventDefault(); only([cluster.name]); },
          }, "only")),
      };
    });
    ngf.chooser(node, rows.length > 8 ? grouped(rows, only) : rows, "cluster");
    node.append(el("button", { type: "button", class: "n-item only-m-f", onclick() { ngf.closeFloat(true); namespaces(button); } },
      ngf.icon("folder2"), el("span", { class: "grow ell" }, namespace ? `Namespace ${namespace}` : "All namespaces"), ngf.icon("chevron-right")));
    ngf.float(button, node, { label: "Clusters" });
  }

  function namespaces(button) {
    const now = ngf.view.place().namespace;
    const node = el("div", { "data-arrows": "1" });
    const row = (value, label) => ({
      text: label,
      node: el("button", { type: "button", class: "n-item", "aria-pressed": String(value === now), onclick() { choose({ namespace: value }); ngf.closeFloat(); } },
        el("span", { class: "grow ell" }, label), value === now ? ngf.icon("check-lg") : null),
    });
    ngf.chooser(node, [row("", "All namespaces"), ...ngf.facts.namespaces.map((name) => row(name, name))], "namespace");
    ngf.float(button, node, { label: "Namespace" });
  }

  function themes(button) {
    const node = el("div", { "data-arrows": "1" }, THEMES.map(([value, label, icon]) =>
      el("button", {
        type: "button", class: "n-item", role: "menuitemradio", "aria-checked": String(ngfTheme.get() === value),
        onclick() { ngfTheme.set(value); ngf.showTheme(); ngf.closeFloat(); },
      }, ngf.icon(icon), el("span", { class: "grow" }, label), ngfTheme.get() === value ? ngf.icon("check-lg") : null)));
    ngf.float(button, node, { label: "Theme", role: "menu", right: true });
  }

  function account(button) {
    const user = ngf.facts.user;
    const limits = [user.clusters && `clusters ${user.clusters.join(", ")}`, user.namespaces && `namespaces ${user.namespaces.join(", ")}`].filter(Boolean);
    const node = el("div", {},
      el("div", { class: "n-who" }, el("div", { class: "b6" }, user.name), el("div", { class: "t2 s12" }, `Role ${user.role}`),
        limits.length ? el("div", { class: "t3 s12" }, `Limited to ${limits.join(" and ")}`) : null),
      el("div", { class: "only-m-b" }, THEMES.map(([value, label, icon]) =>
        el("button", { type: "button", class: "n-item only-m-f", onclick() { ngfTheme.set(value); ngf.showTheme(); ngf.closeFloat(); } }, ngf.icon(icon), label))),
      el("a", { class: "n-item", href: "/settings", onclick: () => ngf.closeFloat(true) }, ngf.icon("gear"), "Settings"),
      el("button", { type: "button", class: "n-item", onclick: () => { ngf.closeFloat(true); ngf.help(); } }, ngf.icon("keyboard"), "Keyboard help"),
      el("button", { type: "button", class: "n-item", onclick: signOut }, ngf.icon("box-arrow-right"), "Sign out"));
    ngf.float(button, node, { label: "Account", right: true });
  }

  async function signOut() {
    try {
      await fetch("/signout", { method: "POST", redirect: "manual" });
      ngf.wizardDraft.clear();
      location.assign("/signin");
    } catch (error) {
      ngf.toast({ status: "err", title: "Not signed out", text: "The console does not answer. Close the browser to end the session." });
    }
  }

  ngf.showTheme = function () {
    const button = document.getElementById("n-theme");
    const chosen = THEMES.find(([value]) => value === ngfTheme.get()) || THEMES[2];
    if (!button) return;
    button.setAttribute("aria-label", `Theme: ${chosen[1].toLowerCase()}`);
    button.title = `Theme: ${chosen[1].toLowerCase()}`;
  };

  byId("n-cluster", clusters);
  byId("n-namespace", namespaces);
  byId("n-theme", themes);
  byId("n-user", account);
})(window.ngf = window.ngf || {});
