"""One visit to each page, from which several promises are judged: loading is what a visit costs.

The page is opened wide, listened to, looked at by axe in both themes, and then made narrower step
by step down to a phone's width, with a look at every step.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser.tab import Tab

PAGES = {
    "/": "#overview-clusters tbody tr",
    "/clusters": "#fleet-cards .cc",
    "/clusters?view=table": "#fleet-grid .ag-row",
    "/clusters/web-fra": "#cluster-counts tr",
    "/clusters/web-fra?tab=agent": "#cluster-install pre",
    "/clusters/web-fra?tab=settings": "#cluster-form:not([disabled])",
    "/clusters/none": ".missing-state .b6",
    "/clusters/register": "#register-steps [aria-current]",
    "/gpus": "#gpus-grid .ag-row",
    "/pools": "#pools-rows tr[data-key]",
    "/pool?cluster=gpu-iad&namespace=llm&pool=llama3-70b": "#pool-gpus :is(tr[data-key], .quiet)",
    "/pool?cluster=gpu-iad&namespace=llm&pool=llama3-70b&tab=pods": "#pool-pods :is(tr, .quiet)",
    "/pool?cluster=gpu-iad&namespace=llm&pool=llama3-70b&tab=cost": "#pool-bill dd",
    "/pool?cluster=gpu-iad&namespace=llm&pool=gone": ".missing-state .b6",
    "/stacks": "#stacks-grid .ag-row",
    "/stack/gpu-iad/llm/granite-8b": "#detail-asked-for dt",
    "/stacks/edit/gpu-iad/llm/granite-8b?step=picker": ".wz-scorers dd",
    "/stacks/create?cluster=gpu-iad&namespace=llm": "#wizard-model-0 input",
    "/stacks/edit/gpu-iad/llm/gone": ".missing-state .b6",
    "/decisions": "#decisions-foot",
    "/diagnostics": "#benchmark-runs .quiet, #benchmark-runs tr",
    "/dashboard": "#dashboard-by button",
    "/logs": "#logs-foot span",
    "/autoscaling": "#scaling-pools tr[data-key]",
    "/gateways": "#gateways-grid .ag-row",
    "/gateways/create?cluster=web-fra": ".wz-card",
    "/gatewaybundles": "#gatewaybundles-grid .ag-row, #gatewaybundles-instead:not(.d-none)",
    "/gatewaybundle/web-fra/shop/gone": ".missing-state .b6",
    "/routes": "#routes-grid .ag-row",
    "/gatewayclasses": "#gatewayclasses-grid .ag-row",
    "/policies": "#policies-grid .ag-row",
    "/policies/conflicts": "#policy-conflicts-rows tr[data-key]",
    "/policies/effective?cluster=web-fra&of=HTTPRoute&object=shop/cart": "#effect-rows td",
    "/policies/create": ".policy-card",
    "/policy/clientsettingspolicies/web-fra/shop/upload-size": "#detail-settings .ag-row",
    "/create/wafpolicies?cluster=web-fra": "#edit-schema-form details",
    "/gateway/web-fra/shop/edge-public": "#_pages_content h1",
    "/gateway/web-fra/shop/gone": ".missing-state .b6",
    "/httproute/web-fra/shop/legacy": "#_pages_content h1",
    "/certificates": "#certificates-grid .ag-row",
    "/certificate/web-fra/shop/shop-wildcard": "#detail-chain .ag-row",
    "/authority/web-fra/payments/ledger-ca": "#detail-chain .ag-row",
    "/managed-certificate/web-fra/sandbox/preview": "#detail-conditions .cond",
    "/certificates/upload": "#cert-upload-inputs:not([disabled])",
    "/certificates/request": "#cert-request-inputs:not([disabled])",
    "/certificates/renew/web-fra/shop/shop-wildcard": "#cert-renew-inputs:not([disabled])",
    "/edit/gateways/web-fra/shop/edge-public": "#_pages_content label.lab",
    "/edit/httproutes/web-fra/payments/checkout": "#_pages_content .says.ok",
    "/create/httproutes": "#_pages_content label.lab",
    "/topology?cluster=web-fra&as=table": "#topology-grid .ag-row",
    "/topology?cluster=web-fra&sel=httproute/payments/checkout": "#topology-drawer h2",
    "/simulator?cluster=web-fra&url=https://www.shop.example.com/cart": "#simulator-lost tbody tr",
    "/trace?cluster=web-fra&url=https://www.shop.example.com/none": "#trace-path .hop",
    "/route-check?cluster=web-fra&ns=shop&name=wrong-port": "#route-check-checks .hop",
    "/audit": "#audit-grid .ag-row",
    "/settings": "#settings-about-body dl",
    "/settings?tab=sources": "#settings-about-sources .cond",
    "/settings?tab=tokens": "#token-create",
    "/settings?tab=theme": "[data-theme-choice]",
    "/no/such/page": "#main .state",
}
"""Every page and what is there once it has its content."""

WIDTHS = (1440, 1280, 1024, 800, 390)
HEIGHTS = {390: 844}
THEMES = ("light", "dark")

OUTSIDE = """
const right = (node) => node.getBoundingClientRect().right;
return {
  page: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) > innerWidth,
  down: document.documentElement.scrollHeight > innerHeight,
  content: document.querySelector('#_pages_content > div').scrollWidth > innerWidth,
  account: right(document.querySelector('#n-user')) > innerWidth,
};
"""

SMALL = """
const small = [];
for (const node of document.querySelectorAll('button, nav a, input, select, textarea, summary')) {
  const target = node.matches('input') && node.closest('label, .fld') || node;
  const box = target.getBoundingClientRect();
  const seen = node.checkVisibility({ visibilityProperty: true }) && box.width && box.height;
  if (seen && (box.width < 36 || box.height < 36))
    small.push(`${node.tagName} ${node.id || node.className}: ${box.width} x ${box.height}`);
}
return small;
"""

CUT = """
const cut = [];
for (const cell of document.querySelectorAll('.ag-cell'))
  for (const node of [cell, ...cell.querySelectorAll('*')]) {
    const style = getComputedStyle(node);
    const ends = style.textOverflow === 'ellipsis' && style.display.endsWith('block');
    const heard = node.matches('.visually-hidden');
    if (!heard && node.clientWidth && node.scrollWidth > node.clientWidth + 1 && !ends)
      cut.push(`${cell.getAttribute('col-id')}: ${cell.textContent}`);
  }
return cut;
"""

THIN = """
const thin = [];
for (const cell of document.querySelectorAll('td')) {
  const text = cell.textContent.trim();
  if (cell.checkVisibility() && text.length > 3 && cell.clientWidth < 40) thin.push(text);
}
return thin;
"""

SHORTENED = """
return [...document.querySelectorAll('.ag-cell *:not(.visually-hidden)')].some((node) =>
  node.clientWidth && node.scrollWidth > node.clientWidth + 1);
"""


@dataclass
class Visit:
    """What one page did and looked like; ``serious`` by theme, the rest by width."""

    errors: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    serious: dict[str, list[str]] = field(default_factory=dict)
    outside: dict[int, list[str]] = field(default_factory=dict)
    cut: dict[int, list[str]] = field(default_factory=dict)
    shortened: bool = False
    small: list[str] = field(default_factory=list)
    thin: list[str] = field(default_factory=list)


def visit(tab: Tab, path: str) -> Visit:
    """Open the page once and look at it from everywhere."""
    seen = Visit()
    tab.size(WIDTHS[0])
    tab.console_errors()
    tab.requests()
    tab.open(path, PAGES[path])
    tab.has("#n-live", "Live,")
    seen.errors = tab.console_errors()
    asked = [urlsplit(url) for url in tab.requests()]
    seen.asked = {url.netloc for url in asked if url.scheme in ("http", "https", "ws", "wss")}
    for theme in THEMES:
        tab.theme(theme)
        seen.serious[theme] = serious(tab)
    tab.theme("light")
    for width in WIDTHS:
        tab.size(width, HEIGHTS.get(width, 900))
        seen.outside[width] = _settled(
            lambda: [name for name, is_so in tab.run(OUTSIDE).items() if is_so], tab
        )
        seen.cut[width] = _settled(lambda: tab.run(CUT), tab)
        seen.shortened = seen.shortened or tab.run(SHORTENED)
    seen.small = _settled(lambda: tab.run(SMALL), tab)
    seen.thin = _settled(lambda: tab.run(THIN), tab)
    seen.serious["narrow"] = serious(tab)
    return seen


def serious(tab: Tab) -> list[str]:
    """What axe finds serious or critical on the page as it is."""
    tab.run(_axe())
    tab.driver.set_script_timeout(60)
    found = tab.driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {resultTypes: ['violations']}).then((r) => done(r.violations));"
    )
    return [
        f"{one['impact']} {one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"][:5]
        if one["impact"] in ("serious", "critical")
    ]


def _axe() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text()


def _settled(faults: Callable[[], list[Any]], tab: Tab) -> list[Any]:
    """The faults that stay once the page has had the time to follow the new size."""
    try:
        tab.until(lambda: not faults(), within_s=15)
    except AssertionError:
        return faults()
    return []
