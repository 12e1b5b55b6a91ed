"""What the console reads from a cluster: one entry per kind, and what a server makes of it.

A :class:`Kind` is what we ask for, a :class:`Resource` is what one server offers for it. The
catalogue prefers the newest version that is served, so that Gateway API v1 wins over v1beta1 and
``inference.networking.k8s.io`` over the group it grew up in. A kind that a server does not offer
is not an error: its definition is simply not installed there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from services.errors import Invalid

GATEWAY_API = "gateway.networking.k8s.io"
NGF = "gateway.nginx.org"
CONSOLE = "ngf-console.f5.com"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind to watch. ``name`` is the plural and the key used everywhere in the console.

    ``versions`` are in order of preference; ``alternatives`` are further (group, version) pairs
    that hold the same kind under another name of its group. Of ``metadata_only`` kinds
    nothing but certificates comes into this process beside their metadata. ``selector`` and
    ``fields`` limit the watch by labels and fields, for kinds of which only a handful matter, and
    ``namespace`` to one namespace. ``keys`` are the only ones that are kept of a Secret's data.
    """

    name: str
    kind: str
    group: str
    versions: tuple[str, ...]
    namespaced: bool = True
    metadata_only: bool = False
    alternatives: tuple[tuple[str, str], ...] = ()
    selector: str = ""
    fields: str = ""
    namespace: str = ""
    keys: tuple[str, ...] = ()

    @property
    def candidates(self) -> tuple[tuple[str, str], ...]:
        """(group, version) pairs, preferred first."""
        return tuple((self.group, version) for version in self.versions) + self.alternatives


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as one server serves it."""

    kind: Kind
    group: str
    version: str
    plural: str
    namespaced: bool
    verbs: frozenset[str]

    @property
    def api_version(self) -> str:
        """The ``apiVersion`` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(
        self, namespace: str | None = None, name: str | None = None, subresource: str | None = None
    ) -> str:
        """The URL path of the collection, or of one object, or of its subresource.

        Raises Invalid for ``.`` and ``..``, which quoting leaves as they are and which every HTTP
        client on the way would fold into the path of something else.
        """
        for field, given in (("namespace", namespace), ("name", name)):
            if given in (".", ".."):
                rule = {"field": field, "rule": "must not be . or .."}
                raise Invalid(f"The {field} {rule['rule']}.", fields=[rule])
        parts = ["apis", self.group, self.version] if self.group else ["api", self.version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts += [part for part in (self.plural, name, subresource) if part]
        return "/" + "/".join(quote(part, safe="") for part in parts)


def _gateway_api(name: str, kind: str, *versions: str, namespaced: bool = True) -> Kind:
    return Kind(name, kind, GATEWAY_API, versions, namespaced)


def _ngf(name: str, kind: str, *versions: str) -> Kind:
    return Kind(name, kind, NGF, versions)


def _console(name: str, kind: str) -> Kind:
    return Kind(name, kind, CONSOLE, ("v1alpha1",))


def _dra(name: str, kind: str, *, namespaced: bool = True) -> Kind:
    return Kind(name, kind, "resource.k8s.io", ("v1", "v1beta2", "v1beta1"), namespaced)


def _core(name: str, kind: str, *, namespaced: bool = True, metadata_only: bool = False) -> Kind:
    return Kind(name, kind, "", ("v1",), namespaced, metadata_only)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _gateway_api("gatewayclasses", "GatewayClass", "v1", "v1beta1", namespaced=False),
        _gateway_api("gateways", "Gateway", "v1", "v1beta1"),
        _gateway_api("listenersets", "ListenerSet", "v1"),
        _gateway_api("httproutes", "HTTPRoute", "v1", "v1beta1"),
        _gateway_api("grpcroutes", "GRPCRoute", "v1", "v1alpha2"),
        _gateway_api("tlsroutes", "TLSRoute", "v1", "v1alpha3", "v1alpha2"),
        _gateway_api("tcproutes", "TCPRoute", "v1", "v1alpha2"),
        _gateway_api("udproutes", "UDPRoute", "v1", "v1alpha2"),
        _gateway_api("referencegrants", "ReferenceGrant", "v1", "v1beta1"),
        _gateway_api("backendtlspolicies", "BackendTLSPolicy", "v1", "v1alpha3"),
        _ngf("nginxgateways", "NginxGateway", "v1alpha1"),
        _ngf("nginxproxies", "NginxProxy", "v1alpha2", "v1alpha1"),
        _ngf("clientsettingspolicies", "ClientSettingsPolicy", "v1alpha1"),
        _ngf("observabilitypolicies", "ObservabilityPolicy", "v1alpha2", "v1alpha1"),
        _ngf("proxysettingspolicies", "ProxySettingsPolicy", "v1alpha1"),
        _ngf("upstreamsettingspolicies", "UpstreamSettingsPolicy", "v1alpha1"),
        _ngf("ratelimitpolicies", "RateLimitPolicy", "v1alpha1"),
        _ngf("snippetsfilters", "SnippetsFilter", "v1alpha1"),
        _ngf("snippetspolicies", "SnippetsPolicy", "v1alpha1"),
        _ngf("authenticationfilters", "AuthenticationFilter", "v1alpha1"),
        _ngf("wafpolicies", "WAFPolicy", "v1alpha1"),
        _ngf("externalloadbalancers", "ExternalLoadBalancer", "v1alpha1"),
        _ngf("payloadprocessors", "PayloadProcessor", "v1alpha1"),
        Kind(
            "inferencepools",
            "InferencePool",
            "inference.networking.k8s.io",
            ("v1",),
            alternatives=(("inference.networking.x-k8s.io", "v1alpha2"),),
        ),
        _console("inferencestacks", "InferenceStack"),
        _console("gatewaybundles", "GatewayBundle"),
        _console("distributedcloudpublishes", "DistributedCloudPublish"),
        _core("services", "Service"),
        _core("namespaces", "Namespace", namespaced=False),
        _core("secrets", "Secret", metadata_only=True),
        Kind(
            "configmaps",
            "ConfigMap",
            "",
            ("v1",),
            metadata_only=True,
            fields="metadata.name!=kube-root-ca.crt,metadata.name!=openshift-service-ca.crt",
        ),
        Kind("certificates", "Certificate", "cert-manager.io", ("v1",)),
        Kind("issuers", "Issuer", "cert-manager.io", ("v1",)),
        Kind("clusterissuers", "ClusterIssuer", "cert-manager.io", ("v1",), namespaced=False),
        _core("nodes", "Node", namespaced=False),
        _core("pods", "Pod"),
        _core("events", "Event"),
        _dra("resourceslices", "ResourceSlice", namespaced=False),
        _dra("resourceclaims", "ResourceClaim"),
        Kind("endpointslices", "EndpointSlice", "discovery.k8s.io", ("v1",)),
        Kind("deployments", "Deployment", "apps", ("v1",)),
        Kind("daemonsets", "DaemonSet", "apps", ("v1",)),
        Kind("horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling", ("v2",)),
        Kind("scaledobjects", "ScaledObject", "keda.sh", ("v1alpha1",)),
        Kind(
            "apiservices",
            "APIService",
            "apiregistration.k8s.io",
            ("v1",),
            namespaced=False,
            fields="metadata.name=v1beta1.external.metrics.k8s.io",
        ),
    )
}
"""Every kind that is watched."""

GROUPS = frozenset(group for kind in KINDS.values() for group, _ in kind.candidates)
"""API groups that a server is asked about."""

Served = Mapping[tuple[str, str, str], tuple[bool, frozenset[str]]]
"""What a server offers: (group, version, plural) to (namespaced, verbs)."""


def resolve(kinds: Iterable[Kind], served: Served) -> dict[str, Resource]:
    """The best served version of each kind; a kind that is not served is left out."""
    found: dict[str, Resource] = {}
    for kind in kinds:
        for group, version in kind.candidates:
            offer = served.get((group, version, kind.name))
            if offer and {"list", "watch"} <= offer[1]:
                found[kind.name] = Resource(kind, group, version, kind.name, *offer)
                break
    return found
