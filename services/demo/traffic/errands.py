"""What clients come for: how often, by which methods and paths, how long it takes, what they get.

Nothing of it is in the cluster's objects; it follows from the names in them, the same for each.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from services.demo.traffic.flows import Backend, Flow
from services.demo.traffic.rhythm import Choice, one_of

POPULAR = {
    "shop/storefront": 9.0,
    "shop/catalog": 6.0,
    "shop/search": 4.0,
    "shop/cart": 3.0,
    "shop/media": 2.5,
    "shop/redirect-https": 1.2,
    "payments/checkout": 3.0,
    "orders/orders": 3.5,
    "accounts/login": 2.0,
    "accounts/profile": 2.0,
    "partner/inventory": 1.5,
    "platform/otlp": 4.0,
    "platform/console": 1.5,
}
"""Routes that are asked for more than others, by namespace/name."""
BROKEN = 0.04
"""How often what cannot work is asked for."""
READ_ONLY = frozenset({"catalog", "search", "media", "storefront", "reviews", "console", "grafana"})
WRITTEN = frozenset({"cart", "checkout", "login", "refunds", "payouts", "otlp", "embeddings"})
TAILS = ("", "/{n}", "/{n}", "/{n}/details", "/latest", "/{n}/history")
PAGES = ("/", "/", "/offers", "/c/{n}", "/p/{n}", "/p/{n}", "/help", "/about")
SPELLED_OUT = {"/img/.*\\.webp": ("/img/banner-{n}.webp", "/img/product-{n}.webp")}
TERMS = ("q=shoes", "q=lamp", "q=coffee+grinder", "page=2", "page=3", "sort=price")


@dataclass(frozen=True, slots=True)
class Errand:
    """A flow with what clients do with it. ``median`` is in seconds, ``size`` in bytes.

    ``program``: the clients are programs that name their requests. ``limited``: there is a limit to
    how often one may ask.
    """

    flow: Flow
    weight: float
    median: float
    sigma: float
    size: float
    tails: tuple[str, ...]
    methods: tuple[str, ...]
    program: bool
    limited: bool
    backends: Choice[Backend]

    def path(self, chance: Random) -> str:
        """A path that the flow's match takes."""
        if not self.tails:
            return self.flow.path
        tail = one_of(chance, self.tails)
        if "{n}" in tail:
            tail = tail.replace("{n}", str(int(chance.paretovariate(0.9)) % 500 + 1))
        return self.flow.path.rstrip("/") + tail or "/"

    def method(self, chance: Random) -> str:
        """The method of the match, or one of those in use."""
        return self.flow.method or one_of(chance, self.methods)

    def query(self, chance: Random) -> str:
        """What follows the path, question mark included."""
        if self.program or chance.random() < 0.7:
            return ""
        return f"?{one_of(chance, TERMS)}"

    def status(self, chance: Random, method: str) -> int:
        """What the backend says when it is well."""
        drawn = chance.random()
        if drawn < 0.0022:
            return 500
        if drawn < 0.003:
            return 503
        if drawn < 0.005 and method != "GET":
            return 409
        if drawn < 0.020 and self.tails and not self.flow.grpc:
            return 404
        if self.flow.grpc or method != "POST":
            return 304 if method == "GET" and drawn > 0.95 and not self.program else 200
        return 201 if drawn > 0.5 else 200


def errands(flows: Iterable[Flow]) -> list[Errand]:
    """One errand for each flow. Who would ask for what a regular expression takes is known of the
    seed's only."""
    known = (one for one in flows if one.kind != "RegularExpression" or one.path in SPELLED_OUT)
    return [_errand(flow) for flow in known]


def _errand(flow: Flow) -> Errand:
    seen = hashlib.sha256(f"{flow.route}/{flow.rule}".encode()).digest()
    unit = seen[0] / 255
    name = flow.route.partition("/")[2]
    app = name.partition("-v")[0]
    weighty = [one for one in flow.backends if one.weight]
    works = not flow.broken and (flow.redirect or any(one.service and one.peers for one in weighty))
    weight = POPULAR.get(flow.route, 0.3 + unit) if works else BROKEN
    if flow.rule and works:
        weight /= 3
    tails: tuple[str, ...] = TAILS
    if flow.grpc:
        tails = () if flow.path.rpartition("/")[2] else ("/Get", "/List", "/Place")
    elif flow.kind == "Exact":
        tails = ()
    elif flow.path == "/":
        tails = PAGES
    if flow.kind == "RegularExpression":
        flow, tails = replace(flow, path="/"), SPELLED_OUT[flow.path]
    methods: tuple[str, ...] = ("GET",) * 7 + ("POST", "POST", "PUT")
    if app in READ_ONLY:
        methods = ("GET",)
    elif app in WRITTEN:
        methods = ("POST", "POST", "GET")
    return Errand(
        flow=flow,
        weight=weight,
        median=0.006 + 0.06 * (seen[1] / 255) ** 2,
        sigma=0.55 + 0.5 * seen[2] / 255,
        size=400 + 6000 * (seen[3] / 255) ** 2,
        tails=tails,
        methods=methods,
        program=flow.gateway.partition("/")[0] in ("partner", "llm", "platform") or flow.grpc,
        limited=flow.gateway == "shop/edge-public",
        backends=Choice(weighty, (one.weight for one in weighty)),
    )
