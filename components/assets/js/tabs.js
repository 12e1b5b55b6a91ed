// Tabs whose panels stay mounted: links that change `tab` in the address, panels with data-panel.
//
// ngf.tabs(id, chosen)    show the panel of the tab `chosen`, of the first one where there is none
(function (ngf) {
  ngf.tabs = function (id, chosen) {
    const links = [...document.querySelectorAll(`#${id} a`)];
    if (!links.length) return;
    const shown = links.some((link) => link.dataset.tab === chosen) ? chosen : links[0].dataset.tab;
    for (const link of links) {
      const on = link.dataset.tab === shown;
      link.classList.toggle("on", on);
      if (on) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
    for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== shown;
  };

  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("#settings-tabs a, #cluster-tabs a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    ngf.view.set({ tab: link === link.parentElement.firstElementChild ? "" : link.dataset.tab });
  }, true);
})(window.ngf = window.ngf || {});
