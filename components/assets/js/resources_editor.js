/* What the editor and the detail pages do without asking the server. */
(function () {
  "use strict";
  const SHOWN = ["both", "form", "yaml"];
  const OPERATED = ["gatewaybundles", "inferencestacks"];
  const no = () => window.dash_clientside.no_update;
  window.dash_clientside = window.dash_clientside || {};

  window.dash_clientside.ngfEditor = {
    /* What stands in place of the page while its object is away. */
    away: function (away) {
      if (document.getElementById("edit-page")) window.ngf.missed("edit", away);
      return no();
    },

    /* An edit in the form brings the first changed line of the YAML into view. */
    follow: function (style) {
      const mark = / 0 (\d+)px/.exec((style && style.background) || "");
      const area = document.getElementById("edit-yaml");
      if (!mark || !area || document.activeElement === area) return no();
      const room = area.closest(".editor");
      const top = Number(mark[1]);
      if (top < room.scrollTop || top > room.scrollTop + room.clientHeight - 40) room.scrollTop = Math.max(0, top - 120);
      return no();
    },

    /* Form and YAML, form alone, YAML alone, as the address says: one class on the page, three buttons. */
    show: function (view) {
      const chosen = SHOWN.includes(view && view.show) ? view.show : "both";
      const page = document.getElementById("edit-page");
      for (const one of SHOWN) page.classList.toggle(one, one === chosen);
      return SHOWN.map((one) => (one === chosen ? "on" : ""));
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-show]");
    if (button) window.ngf.view.set({ show: button.dataset.show === "both" ? "" : button.dataset.show });
  });

  const copied = (what, text) => navigator.clipboard.writeText(text).then(
    () => window.ngf.toast({ status: "ok", title: what + " copied", text: text.split("\n").find((line) => !line.startsWith("#")) }),
    () => window.ngf.toast({ status: "warn", title: what + " not copied", text: "The browser did not allow it." }));

  window.dash_clientside.ngfDetail = {
    /* Tabs are links to the same page with another tab in the address; all panels stay mounted. */
    tabs: function (view, names) {
      const keys = names.map((id) => id.name);
      const wanted = (view && view.tab) || keys[0];
      const shown = keys.includes(wanted) ? wanted : keys[0];
      return [keys.map((key) => (key === shown ? "on" : "")), keys.map((key) => (key === shown ? "tab-body" : "tab-body d-none"))];
    },
    copy: function (kubectl, link, ref) {
      const trigger = (window.dash_clientside.callback_context.triggered[0] || {}).prop_id || "";
      if (!kubectl && !link) return no();
      const place = ref.namespace ? " -n " + ref.namespace : "";
      const told = trigger.startsWith("detail-link") ? ["Link", window.location.href]
        : ["Command", `# cluster ${ref.cluster}\nkubectl get ${ref.kind}.${OPERATED.includes(ref.kind) ? "ngf-console.f5.com" : "gateway.networking.k8s.io"} ${ref.name}${place} -o yaml`];
      copied(...told);
      return no();
    },
    manifest: function (clicks, text, draft) {
      if (clicks) copied("Command", `# cluster ${draft.cluster}\nkubectl apply -f - <<'EOF'\n${text.trimEnd()}\nEOF`);
      return no();
    },
    /* The button of a dialog that destroys is live once the name is typed and a reason given. */
    confirmed: function (typed, reason, ref) {
      return (typed || "") !== ref.name || !(reason || "").trim();
    },
    /* A dialog that destroys opens with the focus on the way out. */
    asked: function (open) {
      if (open) setTimeout(() => document.getElementById("detail-delete-cancel")?.focus(), 50);
      return no();
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
