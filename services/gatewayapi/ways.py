"""NGINX Gateway Fabric's own ways: where it does something else than the specification says, or
something that the specification leaves open.

One table. The model follows it for gateways of NGF's classes and the specification for all others.
"""

from dataclasses import dataclass
from typing import Any

_VERSION = "2.6.7"
_NGF = "nginx/nginx-gateway-fabric: internal/controller/"
_SEEN = "recorded from a data plane that NGF configured"


@dataclass(frozen=True, slots=True)
class Way:
    """One way. ``what`` is a sentence, ``version`` the oldest release of NGF for which it is known,
    ``source`` where it is seen, ``section`` the part of the specification that it is about."""

    id: str
    what: str
    version: str
    source: str
    section: str

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "id": self.id,
            "what": self.what,
            "version": self.version,
            "source": self.source,
            "section": self.section,
        }


OPEN_REGEX = Way(
    "regex-path-open-at-the-end",
    "A path's regular expression must match the beginning of the path, not all of it.",
    _VERSION,
    _SEEN,
    "HTTPRouteMatch.path",
)
REGEX_FIRST = Way(
    "regex-path-before-prefix",
    "A regular expression of a path goes before every PathPrefix, and the longer one first.",
    _VERSION,
    _NGF + "nginx/config/servers.go",
    "HTTPRouteRule.matches",
)
PATH_DECIDES = Way(
    "path-decides-alone",
    "The path is chosen before methods, headers and query parameters: where none of them fits, "
    "the answer is 404 though a shorter path would fit.",
    _VERSION,
    _NGF + "nginx/modules/njs/src/httpmatches.js",
    "HTTPRouteRule.matches",
)
OPEN_VALUES = Way(
    "regex-value-anywhere",
    "Regular expressions of headers and query parameters match any part of the value.",
    _VERSION,
    _NGF + "nginx/modules/njs/src/httpmatches.js",
    "HTTPHeaderMatch.type",
)
LISTED_VALUES = Way(
    "header-any-of-list",
    "A header with several values, separated by commas, fits when one of them does; spaces beside "
    "a comma belong to the value.",
    _VERSION,
    _NGF + "nginx/modules/njs/src/httpmatches.js",
    "HTTPHeaderMatch.name",
)
DECODED_PATH = Way(
    "path-decoded",
    "Paths are compared decoded, encoded slashes too, with several slashes in a row as one.",
    _VERSION,
    _SEEN,
    "HTTPRouteMatch.path",
)
PREFIX_SLASH = Way(
    "prefix-with-slash",
    "A PathPrefix that ends in a slash takes what is below it, before the same one without. The "
    "path without the slash is redirected to the one with it (301) where its rule sends requests "
    "to a Service whatever their method, headers and query; else a shorter path has it.",
    _VERSION,
    _NGF + "nginx/config/servers.go",
    "HTTPPathMatch.type",
)
REDIRECT_HEADERS = Way(
    "redirect-drops-header-changes",
    "Header changes of a rule that redirects are dropped.",
    _VERSION,
    _SEEN,
    "HTTPRouteFilter.responseHeaderModifier",
)
REDIRECT_PORT = Way(
    "redirect-names-port",
    "A redirect without a scheme names the listener's port, also where it is the scheme's own.",
    _VERSION,
    _SEEN,
    "HTTPRequestRedirectFilter.port",
)
GRPC_PARTIAL = Way(
    "grpc-match-needs-service-and-method",
    "A GRPCRoute rule with a match that lacks the service or the method, or has a regular "
    "expression, is dropped (PartiallyInvalid).",
    _VERSION,
    _SEEN,
    "GRPCRouteMatch.method",
)
SHARED_SERVICE = Way(
    "service-in-http-and-tcp",
    "One port of a Service used by an HTTPRoute or GRPCRoute and by a TLSRoute, TCPRoute or "
    "UDPRoute makes nginx refuse the whole configuration: routes stay Accepted, the old "
    "configuration serves on, and a new pod serves nothing.",
    _VERSION,
    _SEEN,
    "TCPRouteRule.backendRefs",
)
NO_BACKENDS = Way(
    "no-backend-refs",
    "A rule without backendRefs answers 500 while all conditions of the route are True.",
    _VERSION,
    _SEEN,
    "HTTPRouteRule.backendRefs",
)
NO_SESSIONS = Way(
    "session-persistence-ignored",
    "sessionPersistence does nothing without NGINX Plus: requests go to any endpoint.",
    _VERSION,
    _SEEN,
    "HTTPRouteRule.sessionPersistence",
)
REFUSED = Way(
    "refused-configuration",
    "A configuration that nginx refuses shows on the Gateway alone (Programmed=False/Invalid): "
    "routes stay Accepted=True and the old configuration serves on.",
    _VERSION,
    _SEEN,
    "Gateway.status.conditions",
)
NO_BACKEND_FILTERS = Way(
    "backend-filters-refused",
    "A backendRef that has filters is refused (ResolvedRefs False, UnsupportedValue): its share of "
    "the requests gets 500.",
    _VERSION,
    _NGF + "state/graph/backend_refs.go, validateRouteBackendRef",
    "HTTPBackendRef.filters",
)
NO_TIMEOUTS = Way(
    "timeouts-and-retry-ignored",
    "timeouts and retry of a rule do nothing.",
    _VERSION,
    _NGF + "state/graph/httproute.go",
    "HTTPRouteRule.timeouts",
)
SHARED_HOST = Way(
    "host-as-served",
    "Of routes that serve the same host, the path decides, not how exactly each route names the "
    "host.",
    _VERSION,
    _NGF + "state/dataplane/configuration.go",
    "HTTPRouteSpec.hostnames",
)
SHARED_KINDS = Way(
    "http-and-grpc-share-a-host",
    "An HTTPRoute and a GRPCRoute may serve one host; the specification accepts the older alone.",
    _VERSION,
    _NGF + "state/dataplane/configuration.go",
    "GRPCRoute.spec.hostnames",
)
PLAIN_ON_TLS = Way(
    "plain-request-to-tls-port",
    "A request without TLS to a port with TLS is answered with 400.",
    _VERSION,
    _SEEN,
    "Gateway.spec.listeners.protocol",
)
ALL_OPTIONS = Way(
    "options-answered-with-cors",
    "A rule with a CORS filter answers every OPTIONS request with 200, preflight or not.",
    _VERSION,
    _NGF + "nginx/config/servers_template.go",
    "HTTPRouteFilter.cors",
)

CORS_ALWAYS = Way(
    "cors-headers-on-every-answer",
    "Every answer of a rule with a CORS filter has all headers of the filter; only those of the "
    "origin and of credentials need an origin that is allowed, compared as it is written. Methods "
    "and headers that are * answer what the request asks for.",
    _VERSION,
    _NGF + "nginx/config/servers_template.go",
    "HTTPRouteFilter.cors",
)

WAYS: tuple[Way, ...] = (
    OPEN_REGEX,
    REGEX_FIRST,
    PATH_DECIDES,
    OPEN_VALUES,
    LISTED_VALUES,
    DECODED_PATH,
    PREFIX_SLASH,
    REDIRECT_HEADERS,
    REDIRECT_PORT,
    GRPC_PARTIAL,
    SHARED_SERVICE,
    NO_BACKENDS,
    NO_SESSIONS,
    REFUSED,
    NO_BACKEND_FILTERS,
    NO_TIMEOUTS,
    SHARED_HOST,
    SHARED_KINDS,
    PLAIN_ON_TLS,
    ALL_OPTIONS,
    CORS_ALWAYS,
)
"""All of them."""
