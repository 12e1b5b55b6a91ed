// The settings page: tabs by address, facts, data sources, tokens, theme.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/settings";
  function put(id, ...nodes) {
    const room = document.getElementById(id);
    if (!room) return;
    room.replaceChildren(...nodes.filter(Boolean));
    ngf.refreshTimes(room);
  }

  const list = (pairs) => el("dl", { class: "kv" }, pairs.map(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]));
  const time = (iso, none) => (iso ? el("time", { class: "n-age", datetime: iso }) : el("span", { class: "t3" }, none));

  function marks() {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      const on = ngfTheme.get() === button.dataset.themeChoice;
      button.setAttribute("aria-pressed", String(on));
      button.classList.toggle("on", on);
    }
  }

  function source(item) {
    return el("div", { class: `cond ${ngf.tone(item.status)}` }, ngf.statusIcon(item.status),
      el("div", { class: "ell" }, el("span", { class: item.slot ? `cl c${item.slot} b5` : "b5" }, item.name), "  ", el("span", { class: "r" }, item.word)),
      el("span", { class: "w" }, item.since ? time(item.since) : ""),
      el("div", { class: "m" }, item.text, item.status === "err" ? el("button", { type: "button", class: "btn btn-link btn-sm", "data-retry": item.cluster }, "Retry now") : null));
  }

  function ask(token) {
    const dialog = el("div", { class: "n-ask" }, el("h2", {}, `Revoke token ${token.name}?`),
      el("p", { class: "t2" }, token.used ? "Whatever uses it is refused from then on. It cannot be undone." : "It has never been used. It cannot be undone."),
      el("div", { class: "row-f end" }, el("button", { type: "button", class: "btn btn-secondary", autofocus: true, onclick: () => ngf.closeFloat() }, "Cancel"),
        el("button", { type: "button", class: "btn btn-danger", onclick() { ngf.closeFloat(); dash_clientside.set_props("settings-revoke", { data: { id: token.id, name: token.name, at: Date.now() } }); } }, "Revoke token")));
    ngf.dialog(dialog, { label: `Revoke token ${token.name}` });
  }

  function state(token) {
    if (token.expires && Date.parse(token.expires) < ngf.now()) return ["unk", "clock-history", "Expired"];
    return ["ok", "check-circle-fill", "Valid"];
  }

  const ending = (iso) => (iso ? el("span", { title: ngf.absolute(iso) }, Date.parse(iso) > ngf.now() ? "in " + ngf.left((Date.parse(iso) - ngf.now()) / 1000) : iso.slice(0, 10)) : el("span", { class: "t3" }, "never"));

  function table(items) {
    const head = ["State", "Name", "Role", "Limits", "Created", "Ends", "Last used", ""];
    const narrow = ["", "", "hm", "hm", "hm", "hm", "hm", ""];
    return el("table", { class: "grid tight" }, el("colgroup", {}, [10, 16, 10, 12, 20, 9, 10, 13].map((width, index) => el("col", { class: narrow[index], style: `width:${width}%` }))),
      el("thead", {}, el("tr", {}, head.map((label, index) => el("th", { scope: "col", class: narrow[index] }, label || el("span", { class: "visually-hidden" }, "Action"))))),
      el("tbody", {}, items.map(function (token) {
        const [kind, icon, word] = state(token);
        const limits = [...token.clusters, ...token.namespaces.map((name) => `ns ${name}`)].join(", ");
        return el("tr", { class: kind === "ok" ? "" : "dim" },
          el("td", {}, el("span", { class: `st ${kind}` }, ngf.icon(icon), word)), el("td", { class: "nm" }, el("b", {}, token.name), el("span", { class: "sub" }, token.role)),
          el("td", { class: "hm" }, token.role), el("td", { class: "hm", title: limits }, limits || el("span", { class: "t3" }, "none")),
          el("td", { class: "hm t2" }, time(token.created, "unknown"), token.created_by ? ` by ${token.created_by}` : ""), el("td", { class: "hm" }, ending(token.expires)),
          el("td", { class: "hm t2" }, time(token.used, "never")),
          el("td", { class: "num" }, kind === "ok" ? el("button", { type: "button", class: "btn btn-link btn-sm", "aria-label": `Revoke ${token.name}`, onclick: () => ask(token) }, "Revoke") : null));
      })));
  }

  const empty = (icon, title, text) => el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon(icon)), el("div", { class: "b6" }, title), el("div", { class: "state-t" }, text));

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfSettings = {
    tab(view) {
      if (!view || view.path !== HERE) return;
      ngf.tabs("settings-tabs", view.tab);
      marks();
    },
    about(data) {
      if (!data) return;
      put("settings-about-body", list(data.console));
      put("settings-about-you", list(data.you), el("p", { class: "t2 s12 above" }, data.can));
      put("settings-about-sources", el("div", { class: "conds" }, data.sources.map(source)));
    },
    tokens(data) {
      if (!data) return;
      const room = document.getElementById("settings-tokens-create");
      if (room) room.hidden = !data.permitted;
      if (!data.permitted) put("settings-tokens-body", empty("lock", "API tokens are not visible to you", `Your role is ${data.role}. An admin can see, create and revoke tokens.`));
      else if (!data.items.length) put("settings-tokens-body", empty("key", "No API token yet", "A token lets a program use the REST API as a viewer, operator or admin. Create the first one here, or with ./run token create."));
      else put("settings-tokens-body", table(data.items));
    },
    secret(made) {
      if (!made) return;
      put("token-shown", ngf.shownOnce(`Token ${made.name}`, made.secret));
    },
  };

  document.addEventListener("click", function (event) {
    const target = event.target.closest ? event.target : null;
    const choice = target && target.closest("[data-theme-choice]");
    if (choice) { ngfTheme.set(choice.dataset.themeChoice); ngf.showTheme(); marks(); }
  }, true);
})(window.ngf = window.ngf || {});
