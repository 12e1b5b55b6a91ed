// The keyboard: Ctrl K anywhere; single keys where nothing is being typed. Pages add their own with
// ngf.keys.add(key, words, run): run returns false when it does not apply on the page shown.
(function (ngf) {
  const el = ngf.element;
  const own = [];
  let leader = 0;

  const typing = (node) => node && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

  ngf.keys = { add(key, words, run) { own.push({ key, words, run }); } };

  ngf.copyLink = function () {
    navigator.clipboard.writeText(location.href).then(
      () => ngf.toast({ status: "ok", title: "Link copied", text: "It opens this view with its filters." }),
      () => ngf.toast({ status: "warn", title: "Link not copied", text: "The browser did not allow it. Copy the address from its bar." }));
  };

  function focusFilter() {
    const field = document.querySelector("#main input[data-filter], #main .fld input, #main input[type=search]");
    if (!field) return false;
    field.focus();
    if (field.select) field.select();
    return true;
  }

  ngf.keys.add("/", "Filter this page", focusFilter);
  ngf.keys.add("?", "This help", () => ngf.help());
  ngf.keys.add("c", "Copy link", ngf.copyLink);
  ngf.keys.add("r", "Refresh", () => window.dispatchEvent(new CustomEvent("ngf:changes", { detail: [{ cluster: "*", kind: "*", version: 0 }] })));

  function go(letter) {
    const link = document.querySelector(`#n-side a[data-go="${CSS.escape(letter)}"]`);
    if (link) ngf.go(ngf.keep(link.getAttribute("href")));
    return Boolean(link);
  }

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); ngf.search(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || ngf.floating() || typing(event.target)) return;
    if (leader && Date.now() - leader < 1200) {
      leader = 0;
      if (go(event.key)) event.preventDefault();
      return;
    }
    if (event.key === "g") { leader = Date.now(); return; }
    for (const entry of own) {
      if (entry.key === event.key && entry.run(event) !== false) { event.preventDefault(); return; }
    }
  });

  ngf.help = function () {
    const line = (words, ...keys) => el("div", { class: "row-f" }, el("span", { class: "grow" }, words), keys.map((key) => el("kbd", {}, key)));
    const pages = [...document.querySelectorAll("#n-side a[data-go]")].map((link) => line(`Go to ${link.dataset.label}`, "g", link.dataset.go));
    const seen = new Set();
    const rest = own.filter((entry) => !seen.has(entry.key) && seen.add(entry.key)).map((entry) => line(entry.words, entry.key));
    ngf.dialog(el("div", { class: "n-keys" },
      el("div", { class: "n-dh" }, el("h2", { class: "grow" }, "Keyboard"), el("button", { type: "button", class: "n-ico", "aria-label": "Close", onclick: () => ngf.closeFloat() }, ngf.icon("x-lg"))),
      el("div", { class: "n-keycols" }, line("Search", "Ctrl", "K"), ...pages, ...rest, line("Close menu or drawer", "Esc"))), { label: "Keyboard" });
  };

  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("#n-help")) ngf.help();
  });
})(window.ngf = window.ngf || {});
