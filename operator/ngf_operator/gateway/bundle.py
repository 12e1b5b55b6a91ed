"""A GatewayBundle and all that it wants, in the order in which it is to be applied."""

from collections.abc import Iterator

from ngf_operator.gateway import (
    gateway,
    grants,
    nginx_proxy,
    route_marker,
    routes,
    snippets,
    tls,
    waf,
)
from ngf_operator.gateway.abilities import CONTROL_PLANES
from ngf_operator.gateway.parent import CERT_MANAGER, GATEWAY_API, NGF, Bundle
from ngf_operator.names import BUNDLE, GROUP, VERSION
from ngf_operator.wanting import CHILDREN, Child, Lack, Obj, Reads, Recipe, Wanted, World


def wanted(parent: Obj, world: World) -> Wanted:
    """The children of a bundle, and what it cannot have here.

    Of a bundle that ends only what is left to take back at other people's routes.
    """
    bundle = Bundle(parent, world)
    found = list(route_marker.wanted(bundle) if bundle.ends else _all(bundle))
    children = tuple(one for one in found if isinstance(one, Child))
    return Wanted(children, tuple(one for one in found if isinstance(one, Lack)))


def status(parent: Obj, world: World) -> Obj:
    """The first address of the Gateway, once it has one; not that of somebody else's Gateway."""
    bundle = Bundle(parent, world)
    live = world.get(GATEWAY_API, "Gateway", bundle.namespace, bundle.name)
    if live is None or not bundle.owns(live):
        return {}
    addresses = (live.get("status") or {}).get("addresses") or ()
    return {"gatewayAddress": str(addresses[0]["value"])} if addresses else {}


def _all(bundle: Bundle) -> Iterator[Child | Lack]:
    """What is referred to comes before what refers to it."""
    refused = waf.refused(bundle)
    able = refused is None or waf.stays_on(bundle, refused)
    firewall = able and waf.asked(bundle) is not None
    proxy = list(nginx_proxy.wanted(bundle, firewall))
    yield from proxy
    yield from tls.wanted(bundle)
    yield from grants.wanted(bundle)
    made = any(isinstance(one, Child) for one in proxy)
    stuck = not made and nginx_proxy.in_use(bundle)
    yield gateway.wanted(bundle, made or stuck)
    policy = refused or waf.wanted(bundle)
    if policy is not None:
        yield policy
    yield from snippets.wanted(bundle, stuck)
    yield from route_marker.wanted(bundle)


def _arguments(deployment: Obj) -> Obj:
    """A Deployment with no more than names, images and arguments of its containers."""
    pod = (((deployment.get("spec") or {}).get("template") or {}).get("spec")) or {}
    kept = [
        {key: one[key] for key in ("name", "image", "command", "args") if key in one}
        for one in pod.get("containers") or ()
    ]
    spec = {"template": {"spec": {"containers": kept}}}
    return {**deployment, "spec": spec, "status": {}}


def _consent(namespace: Obj) -> Obj:
    """A Namespace with no more than its metadata."""
    return {**namespace, "spec": {}, "status": {}}


_V1 = ("v1",)
_GRANTS = ("v1", "v1beta1")
_ALPHA = ("v1alpha1",)
READS = (
    Reads(GROUP, BUNDLE, (VERSION,), ""),
    Reads(GATEWAY_API, "Gateway", _V1, CHILDREN),
    Reads(GATEWAY_API, "GatewayClass", _V1, ""),
    Reads(GATEWAY_API, "HTTPRoute", _V1, "", routes.of_interest),
    Reads(GATEWAY_API, "GRPCRoute", _V1, "", routes.of_interest),
    Reads(GATEWAY_API, "ReferenceGrant", _GRANTS, ""),
    Reads(NGF, "NginxProxy", ("v1alpha2",), ""),
    Reads(NGF, "WAFPolicy", _ALPHA, ""),
    Reads(NGF, "SnippetsFilter", _ALPHA, ""),
    Reads(NGF, "SnippetsPolicy", _ALPHA, ""),
    Reads("", "Namespace", _V1, "", _consent),
    Reads(CERT_MANAGER, "Certificate", _V1, CHILDREN),
    Reads("apps", "Deployment", _V1, CONTROL_PLANES, _arguments),
)
"""What is made and looked at."""
RECIPE = Recipe(BUNDLE, wanted, READS, status)
