"""Promise: of manifests alone the status is computed that a conformant controller would write, with
types, statuses and reasons as the specification and its conformance expectations have them."""

import textwrap
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.gatewayapi import manifests
from services.gatewayapi.issues import issues
from services.gatewayapi.matching.request import parse
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.statuses import statuses

BACKEND = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: infra}
spec: {ports: [{port: 80}]}
"""


@cache
def certificate() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def secret(name: str, namespace: str = "infra", text: str | None = None) -> str:
    body = b64encode((certificate() if text is None else text).encode()).decode()
    return f"""
apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: {namespace}}}
type: kubernetes.io/tls
data: {{tls.crt: {body}, tls.key: {body}}}
"""


def gateway(listeners: str, name: str = "edge", class_name: str = "acme", more: str = "") -> str:
    return (
        f"""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: infra}}
spec:
  gatewayClassName: {class_name}
{textwrap.indent(textwrap.dedent(more).strip(), "  ")}
  listeners:
"""
        + textwrap.indent(textwrap.dedent(listeners).strip(), "  ")
        + "\n"
    )


def route(
    name: str, parent: str, more: str = "", namespace: str = "infra", kind: str = "HTTPRoute"
) -> str:
    rules = more or "rules: [{backendRefs: [{name: web, namespace: infra, port: 80}]}]"
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  parentRefs: [{parent}]
{textwrap.indent(textwrap.dedent(rules).strip(), "  ")}
"""


class Said:
    """The statuses of some manifests."""

    def __init__(self, folder: Path, *documents: str) -> None:
        path = folder / "all.yaml"
        path.write_text("\n---\n".join(documents))
        read = manifests.read([str(path)])
        self.model = Model.build(read.world)
        self.all = statuses(self.model)

    def of(self, kind: str, name: str, namespace: str = "infra") -> dict[str, Any]:
        return self.all[Ref(kind, namespace, name)]

    def gateway(self, name: str = "edge") -> dict[str, str]:
        return words(self.of("Gateway", name)["conditions"])

    def listener(self, name: str, kind: str = "Gateway", owner: str = "edge") -> dict[str, str]:
        return words(self.entry(name, kind, owner)["conditions"])

    def entry(self, name: str, kind: str = "Gateway", owner: str = "edge") -> dict[str, Any]:
        return next(one for one in self.of(kind, owner)["listeners"] if one["name"] == name)

    def parent(
        self, name: str, kind: str = "HTTPRoute", namespace: str = "infra"
    ) -> dict[str, str]:
        return words(self.of(kind, name, namespace)["parents"][0]["conditions"])


def words(conditions: list[dict[str, Any]]) -> dict[str, str]:
    return {one["type"]: f"{one['status']} {one['reason']}" for one in conditions}


HTTP = "- {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}"


def test_a_sound_gateway_and_route(tmp_path: Path) -> None:
    said = Said(tmp_path, gateway(HTTP), route("web", "{name: edge}"), BACKEND)
    assert said.gateway() == {"Accepted": "True Accepted", "Programmed": "True Programmed"}
    entry = said.entry("http")
    assert entry["attachedRoutes"] == 1
    assert [one["kind"] for one in entry["supportedKinds"]] == ["HTTPRoute", "GRPCRoute"]
    assert words(entry["conditions"]) == {
        "Accepted": "True Accepted",
        "Programmed": "True Programmed",
        "ResolvedRefs": "True ResolvedRefs",
        "Conflicted": "False NoConflicts",
    }
    assert said.parent("web") == {"Accepted": "True Accepted", "ResolvedRefs": "True ResolvedRefs"}
    written = said.of("HTTPRoute", "web")["parents"][0]
    assert written["parentRef"]["name"] == "edge"
    assert written["controllerName"]


def test_a_kind_that_no_protocol_carries(tmp_path: Path) -> None:
    """Gateway.spec.listeners.allowedRoutes.kinds: unsupported kinds are not in supportedKinds."""
    listeners = """
    - {name: none, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: InvalidRoute}]}}
    - name: some
      port: 81
      protocol: HTTP
      allowedRoutes: {kinds: [{kind: InvalidRoute}, {kind: HTTPRoute}]}
    """
    said = Said(tmp_path, gateway(listeners))
    for name, kinds in (("none", []), ("some", ["HTTPRoute"])):
        entry = said.entry(name)
        assert [one["kind"] for one in entry["supportedKinds"]] == kinds
        assert words(entry["conditions"])["ResolvedRefs"] == "False InvalidRouteKinds"


def test_a_protocol_that_is_not_supported(tmp_path: Path) -> None:
    """ListenerReasonUnsupportedProtocol; a Gateway needs one listener that is accepted."""
    invalid = "- {name: invalid, port: 90, protocol: example.com/unknown}"
    said = Said(tmp_path, gateway(invalid))
    assert said.gateway()["Accepted"] == "False ListenersNotValid"
    assert said.gateway()["Programmed"] == "False Invalid"
    assert said.listener("invalid")["Accepted"] == "False UnsupportedProtocol"
    assert said.entry("invalid")["supportedKinds"] == []
    said = Said(tmp_path, gateway(f"{HTTP}\n{invalid}"))
    assert said.gateway()["Accepted"] == "True ListenersNotValid"
    assert said.gateway()["Programmed"] == "True Programmed"
    assert said.listener("http")["Accepted"] == "True Accepted"


@pytest.mark.parametrize(
    ("ref", "secrets", "reason"),
    [
        ("{name: absent}", [secret("there")], "InvalidCertificateRef"),
        ("{group: wrong, kind: Secret, name: there}", [secret("there")], "InvalidCertificateRef"),
        ("{kind: Wrong, name: there}", [secret("there")], "InvalidCertificateRef"),
        ("{name: broken}", [secret("broken", text="Hello world")], "InvalidCertificateRef"),
        ("{name: far, namespace: vault}", [secret("far", "vault")], "RefNotPermitted"),
    ],
)
def test_a_certificate_that_cannot_be_used(
    tmp_path: Path, ref: str, secrets: list[str], reason: str
) -> None:
    """ListenerReasonInvalidCertificateRef and ListenerReasonRefNotPermitted."""
    listeners = f"- {{name: https, port: 443, protocol: HTTPS, tls: {{certificateRefs: [{ref}]}}}}"
    for class_name in ("acme", "nginx"):
        said = Said(tmp_path, gateway(listeners, class_name=class_name), *secrets)
        found = said.listener("https")
        assert found["ResolvedRefs"] == f"False {reason}"
        assert found["Programmed"] == "False Invalid"
        assert said.entry("https")["attachedRoutes"] == 0


def test_a_certificate_of_another_namespace_with_a_grant(tmp_path: Path) -> None:
    """ReferenceGrant.spec: for all Secrets of a namespace, or for one by its name."""
    tls = "{certificateRefs: [{name: far, namespace: vault}]}"
    listeners = f"- {{name: https, port: 443, protocol: HTTPS, tls: {tls}}}"
    for to in ("{group: '', kind: Secret}", "{group: '', kind: Secret, name: far}"):
        grant = f"""
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {{name: allow, namespace: vault}}
spec:
  from: [{{group: gateway.networking.k8s.io, kind: Gateway, namespace: infra}}]
  to: [{to}]
"""
        said = Said(tmp_path, gateway(listeners), secret("far", "vault"), grant)
        assert said.listener("https")["ResolvedRefs"] == "True ResolvedRefs"


CONFLICTS = {
    "HostnameConflict": """
    - {name: one, port: 80, protocol: HTTP, hostname: a.example.com}
    - {name: two, port: 80, protocol: HTTP, hostname: a.example.com}
    """,
    "ProtocolConflict": """
    - {name: one, port: 80, protocol: HTTP}
    - {name: two, port: 80, protocol: TCP}
    """,
}


@pytest.mark.parametrize("reason", CONFLICTS)
def test_listeners_that_are_not_distinct(tmp_path: Path, reason: str) -> None:
    """Gateway.spec.listeners: none of them is accepted; the rest of the Gateway may be."""
    said = Said(tmp_path, gateway(CONFLICTS[reason]))
    for name in ("one", "two"):
        found = said.listener(name)
        assert found["Conflicted"] == f"True {reason}"
        assert found["Accepted"] == "False Invalid"
        assert found["Programmed"] == "False Invalid"
    assert said.gateway()["Accepted"] == "False ListenersNotValid"
    more = f"{textwrap.dedent(CONFLICTS[reason]).strip()}\n- {{name: ok, port: 81, protocol: HTTP}}"
    said = Said(tmp_path, gateway(more, class_name="nginx"))
    assert said.gateway()["Accepted"] == "True ListenersNotValid"
    assert said.listener("one")["Accepted"] == f"False {reason}"
    assert said.listener("ok")["Conflicted"] == "False NoConflicts"


def test_tls_settings_that_overlap(tmp_path: Path) -> None:
    """ListenerConditionOverlappingTLSConfig: on all of them, of one port, never False."""
    tls = "tls: {certificateRefs: [{name: cert}]}"
    listeners = f"""
    - {{name: foo, port: 443, protocol: HTTPS, hostname: foo.example.com, {tls}}}
    - {{name: bar, port: 443, protocol: HTTPS, hostname: bar.bar.example.com, {tls}}}
    - {{name: wild, port: 443, protocol: HTTPS, hostname: "*.example.com", {tls}}}
    - {{name: apart, port: 443, protocol: HTTPS, hostname: example.com, {tls}}}
    - {{name: elsewhere, port: 9443, protocol: HTTPS, hostname: foo.example.com, {tls}}}
    """
    said = Said(tmp_path, gateway(listeners), secret("cert"))
    for name in ("foo", "bar", "wild"):
        assert said.listener(name)["OverlappingTLSConfig"] == "True OverlappingHostnames"
        assert said.listener(name)["Accepted"] == "True Accepted"
    for name in ("apart", "elsewhere"):
        assert "OverlappingTLSConfig" not in said.listener(name)


ONE = """
- {name: http, port: 80, protocol: HTTP, hostname: "*.example.com"}
- {name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}
"""


@pytest.mark.parametrize(
    ("parent", "more", "namespace", "reason"),
    [
        ("{name: edge, sectionName: nope}", "", "infra", "NoMatchingParent"),
        ("{name: edge, port: 81}", "", "infra", "NoMatchingParent"),
        ("{name: edge, namespace: infra, sectionName: http}", "", "far", "NotAllowedByListeners"),
        ("{name: edge, sectionName: tls}", "", "infra", "NotAllowedByListeners"),
        ("{name: edge}", "hostnames: [example.org]", "infra", "NoMatchingListenerHostname"),
    ],
)
def test_a_route_that_does_not_attach(
    tmp_path: Path, parent: str, more: str, namespace: str, reason: str
) -> None:
    """HTTPRoute.spec.parentRefs, RouteConditionAccepted."""
    said = Said(tmp_path, gateway(ONE), route("web", parent, more, namespace), BACKEND)
    assert said.parent("web", namespace=namespace)["Accepted"] == f"False {reason}"
    assert [one["attachedRoutes"] for one in said.of("Gateway", "edge")["listeners"]] == [0, 0]


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("{group: example.com, kind: Nope, name: web, port: 80}", "InvalidKind"),
        ("{name: absent, port: 80}", "BackendNotFound"),
        ("{name: web, port: 81}", "BackendNotFound"),
        ("{name: web, namespace: far, port: 80}", "RefNotPermitted"),
    ],
)
def test_a_backend_that_cannot_be_used(tmp_path: Path, ref: str, reason: str) -> None:
    """HTTPRoute.spec.rules.backendRefs, RouteConditionResolvedRefs: the route stays accepted and
    counts as attached."""
    documents = (
        gateway(HTTP),
        route("web", "{name: edge}", f"rules: [{{backendRefs: [{ref}]}}]"),
        BACKEND,
        BACKEND.replace("infra", "far"),
    )
    said = Said(tmp_path, *documents)
    assert said.parent("web") == {"Accepted": "True Accepted", "ResolvedRefs": f"False {reason}"}
    assert said.entry("http")["attachedRoutes"] == 1


def test_a_rule_that_cannot_be_configured(tmp_path: Path) -> None:
    """RouteConditionPartiallyInvalid: only while the route is accepted, and only when True."""
    good = "{backendRefs: [{name: web, port: 80}]}"
    pattern = "{path: {type: RegularExpression, value: '/a('}}"
    bad = f"{{matches: [{pattern}], backendRefs: [{{name: web, port: 80}}]}}"
    said = Said(
        tmp_path,
        gateway(HTTP),
        route("part", "{name: edge}", f"rules: [{good}, {bad}]"),
        route("whole", "{name: edge}", f"rules: [{bad}]"),
        BACKEND,
    )
    assert said.parent("part")["Accepted"] == "True Accepted"
    assert said.parent("part")["PartiallyInvalid"] == "True UnsupportedValue"
    assert said.parent("whole")["Accepted"] == "False UnsupportedValue"
    assert "PartiallyInvalid" not in said.parent("whole")
    assert said.entry("http")["attachedRoutes"] == 1


def test_what_nobody_takes_care_of_has_no_entry(tmp_path: Path) -> None:
    """RouteStatus.parents: a parent that does not exist has no controller that could speak."""
    kind = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: elsewhere}
spec: {controllerName: example.com/other}
"""
    said = Said(tmp_path, gateway(HTTP), route("lost", "{name: nowhere}"), BACKEND, kind)
    assert said.of("HTTPRoute", "lost") == {"parents": []}
    found = words(said.of("GatewayClass", "elsewhere", "")["conditions"])
    assert found["Accepted"] == "True Accepted"


def listener_set(name: str, created: str, listeners: str, namespace: str = "infra") -> str:
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {{name: {name}, namespace: {namespace}, creationTimestamp: "{created}"}}
spec:
  parentRef: {{name: edge, namespace: infra}}
  listeners:
{textwrap.indent(textwrap.dedent(listeners).strip(), "  ")}
"""


def test_listener_sets_in_order_of_precedence(tmp_path: Path) -> None:
    """ListenerSet.spec.listeners: the Gateway first, then older sets; what is left without a valid
    listener is not accepted."""
    allowed = "allowedListeners: {namespaces: {from: Same}}"
    sets = (
        listener_set(
            "first",
            "2024-01-01T00:00:00Z",
            """
            - {name: own, port: 80, protocol: HTTP, hostname: own.example.com}
            - {name: taken, port: 80, protocol: HTTP, hostname: gateway.example.com}
            - {name: shared, port: 80, protocol: HTTP, hostname: shared.example.com}
            """,
        ),
        listener_set(
            "second",
            "2024-01-02T00:00:00Z",
            "- {name: shared, port: 80, protocol: HTTP, hostname: shared.example.com}",
        ),
        listener_set(
            "far",
            "2024-01-01T00:00:00Z",
            "- {name: any, port: 80, protocol: HTTP, hostname: far.example.com}",
            "elsewhere",
        ),
    )
    own = "- {name: http, port: 80, protocol: HTTP, hostname: gateway.example.com}"
    said = Said(
        tmp_path,
        gateway(own, more=allowed),
        *sets,
        route("web", "{kind: ListenerSet, name: first, sectionName: own}"),
        BACKEND,
    )
    assert said.gateway()["Accepted"] == "True Accepted"
    assert said.of("Gateway", "edge")["attachedListenerSets"] == 1
    assert said.listener("http")["Conflicted"] == "False NoConflicts"
    first = words(said.of("ListenerSet", "first")["conditions"])
    assert first["Accepted"].startswith("True")
    assert first["Programmed"] == "True Programmed"
    taken = said.listener("taken", "ListenerSet", "first")
    assert taken["Accepted"] == "False HostnameConflict"
    assert taken["Programmed"] == "False HostnameConflict"
    assert taken["Conflicted"] == "True HostnameConflict"
    assert said.listener("shared", "ListenerSet", "first")["Accepted"] == "True Accepted"
    assert said.entry("own", "ListenerSet", "first")["attachedRoutes"] == 1
    assert words(said.of("ListenerSet", "second")["conditions"]) == {
        "Accepted": "False ListenersNotValid",
        "Programmed": "False ListenersNotValid",
    }
    shared = said.listener("shared", "ListenerSet", "second")
    assert shared["Conflicted"] == "True HostnameConflict"
    far = words(said.of("ListenerSet", "far", "elsewhere")["conditions"])
    assert far["Accepted"] == "False NotAllowed"
    assert said.parent("web")["Accepted"] == "True Accepted"


def backend_tls(name: str, created: str, refs: str, section: str = "") -> str:
    named = f", sectionName: {section}" if section else ""
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {{name: {name}, namespace: infra, creationTimestamp: "{created}"}}
spec:
  targetRefs: [{{group: "", kind: Service, name: web{named}}}]
  validation:
    hostname: web.example.com
    caCertificateRefs: {refs}
"""


def ca(name: str, text: str) -> str:
    body = textwrap.indent(text, "    ")
    return f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: infra}}
data:
  ca.crt: |
{body}
"""


def test_tls_to_backends(tmp_path: Path) -> None:
    """BackendTLSPolicy.spec.targetRefs (the older one wins) and .validation.caCertificateRefs; the
    ancestors are the Gateways whose routes lead to the Service."""
    good, port = "[{group: '', kind: ConfigMap, name: ca}]", "http"
    said = Said(
        tmp_path,
        gateway(HTTP),
        route("web", "{name: edge}"),
        BACKEND.replace("{port: 80}", "{name: http, port: 80}"),
        ca("ca", certificate()),
        ca("broken", "Hello world"),
        backend_tls("older", "2024-01-01T00:00:00Z", good),
        backend_tls("younger", "2024-01-02T00:00:00Z", good),
        backend_tls("port", "2024-01-03T00:00:00Z", good, port),
    )

    def ancestor(name: str) -> dict[str, str]:
        entry = said.of("BackendTLSPolicy", name)["ancestors"][0]
        assert entry["ancestorRef"] == {
            "group": "gateway.networking.k8s.io",
            "kind": "Gateway",
            "namespace": "infra",
            "name": "edge",
        }
        return words(entry["conditions"])

    sound = {"Accepted": "True Accepted", "ResolvedRefs": "True ResolvedRefs"}
    assert ancestor("older") == sound
    assert ancestor("port") == sound
    assert ancestor("younger")["Accepted"] == "False Conflicted"


@pytest.mark.parametrize("class_name", ["acme", "nginx"])
def test_tls_to_a_port_that_is_not_there(tmp_path: Path, class_name: str) -> None:
    """LocalPolicyTargetReferenceWithSectionName.sectionName: the policy fails to attach, and says
    so under ResolvedRefs."""
    said = Said(
        tmp_path,
        gateway(HTTP, class_name=class_name),
        route("web", "{name: edge}"),
        BACKEND,
        ca("ca", certificate()),
        backend_tls(
            "policy", "2024-01-01T00:00:00Z", "[{group: '', kind: ConfigMap, name: ca}]", "nope"
        ),
    )
    [entry] = said.of("BackendTLSPolicy", "policy")["ancestors"]
    assert entry["ancestorRef"]["kind"] == "Gateway"
    assert words(entry["conditions"]) == {
        "Accepted": "False TargetNotFound",
        "ResolvedRefs": "False TargetNotFound",
    }


def test_ngf_takes_one_authority_of_a_backend(tmp_path: Path) -> None:
    """NGF, validateBackendTLSCACertRef: with several, policy and backend are invalid; the
    specification takes what can be used of them."""
    several = "[{group: '', kind: ConfigMap, name: ca}, {group: '', kind: ConfigMap, name: gone}]"
    for class_name, accepted, refs in (
        ("acme", "True Accepted", "True ResolvedRefs"),
        ("nginx", "False Invalid", "False UnsupportedValue"),
    ):
        said = Said(
            tmp_path,
            gateway(HTTP, class_name=class_name),
            route("web", "{name: edge}"),
            BACKEND,
            ca("ca", certificate()),
            backend_tls("several", "2024-01-01T00:00:00Z", several),
        )
        found = said.of("BackendTLSPolicy", "several")["ancestors"][0]["conditions"]
        assert words(found)["Accepted"] == accepted
        assert said.parent("web")["ResolvedRefs"] == refs
        asked = parse({"host": "a.example.com"})
        answer = simulate(said.model, ("infra", "edge"), asked).document()
        assert answer["status"] == (500 if class_name == "nginx" else None)


@pytest.mark.parametrize("class_name", ["acme", "nginx"])
def test_well_known_certificates_that_nobody_knows(tmp_path: Path, class_name: str) -> None:
    """BackendTLSPolicy.spec.validation.wellKnownCACertificates: with another set than System the
    policy is invalid, so that clients get an error."""
    policy = backend_tls("odd", "2024-01-01T00:00:00Z", "[]").replace(
        "caCertificateRefs: []", "wellKnownCACertificates: example.com/Ours"
    )
    said = Said(
        tmp_path,
        gateway(HTTP, class_name=class_name),
        route("web", "{name: edge}"),
        BACKEND,
        policy,
    )
    found = said.of("BackendTLSPolicy", "odd")["ancestors"][0]["conditions"]
    assert words(found)["Accepted"] == "False Invalid"
    asked = parse({"host": "a.example.com"})
    answer = simulate(said.model, ("infra", "edge"), asked).document()
    assert (answer["outcome"], answer["status"]) == ("response", 500)


def test_for_ngf_the_oldest_policy_of_a_port_counts(tmp_path: Path) -> None:
    """NGF, findBackendTLSPolicyForService: one for the whole Service that is older goes before one
    for the port."""
    good = "[{group: '', kind: ConfigMap, name: ca}]"
    for class_name, wanted in (("acme", "True Accepted"), ("nginx", "False Conflicted")):
        said = Said(
            tmp_path,
            gateway(HTTP, class_name=class_name),
            route("web", "{name: edge}"),
            BACKEND.replace("{port: 80}", "{name: http, port: 80}"),
            ca("ca", certificate()),
            backend_tls("whole", "2024-01-01T00:00:00Z", good),
            backend_tls("port", "2024-01-02T00:00:00Z", good, "http"),
            backend_tls("nowhere", "2024-01-03T00:00:00Z", good, "gone"),
        )
        found = said.of("BackendTLSPolicy", "port")["ancestors"][0]["conditions"]
        assert words(found)["Accepted"] == wanted
        found = said.of("BackendTLSPolicy", "nowhere")["ancestors"][0]["conditions"]
        assert words(found)["Accepted"] == "False TargetNotFound"


def test_tls_to_what_is_no_service(tmp_path: Path) -> None:
    """BackendTLSPolicy.spec.targetRefs: of another kind no controller is known to speak."""
    policy = backend_tls("odd", "2024-01-01T00:00:00Z", "[{group: '', kind: ConfigMap, name: ca}]")
    odd = policy.replace(
        'group: "", kind: Service, name: web',
        "group: gateway.networking.k8s.io, kind: Gateway, name: edge",
    )
    said = Said(tmp_path, gateway(HTTP), odd)
    assert said.of("BackendTLSPolicy", "odd") == {"ancestors": []}


def test_tls_to_a_service_that_is_not_there(tmp_path: Path) -> None:
    """PolicyAncestorStatus: ancestors are Gateways, and none leads to it."""
    policy = backend_tls(
        "policy", "2024-01-01T00:00:00Z", "[{group: '', kind: ConfigMap, name: ca}]"
    )
    said = Said(tmp_path, gateway(HTTP), policy)
    assert said.of("BackendTLSPolicy", "policy") == {"ancestors": []}


def test_a_filter_of_an_unknown_kind(tmp_path: Path) -> None:
    """HTTPRouteFilter.extensionRef, RouteReasonInvalidKind: it must not be skipped, as the
    simulator says with 500."""
    ref = "{group: example.com, kind: Filter, name: some}"
    filters = f"[{{type: ExtensionRef, extensionRef: {ref}}}]"
    rules = f"rules: [{{filters: {filters}, backendRefs: [{{name: web, port: 80}}]}}]"
    said = Said(tmp_path, gateway(HTTP), route("web", "{name: edge}", rules), BACKEND)
    assert said.parent("web") == {
        "Accepted": "True Accepted",
        "ResolvedRefs": "False InvalidKind",
    }
    answer = simulate(said.model, ("infra", "edge"), parse({"host": "a.example.com"})).document()
    assert (answer["outcome"], answer["status"]) == ("response", 500)


def test_a_filter_that_only_its_controller_knows(tmp_path: Path) -> None:
    """HTTPRouteFilter.extensionRef: a kind of the controller's own domain is neither called missing
    nor skipped without a word."""
    klass = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: acme}
spec: {controllerName: example.com/controller}
"""
    ref = "{group: filters.example.com, kind: Filter, name: some}"
    filters = f"[{{type: ExtensionRef, extensionRef: {ref}}}]"
    rules = f"rules: [{{filters: {filters}, backendRefs: [{{name: web, port: 80}}]}}]"
    said = Said(tmp_path, klass, gateway(HTTP), route("web", "{name: edge}", rules), BACKEND)
    assert said.parent("web") == {
        "Accepted": "True Accepted",
        "ResolvedRefs": "True ResolvedRefs",
    }
    [told] = issues(said.model)
    assert (told.severity, told.field) == ("note", "spec.rules[0].filters[0].extensionRef")
    answer = simulate(said.model, ("infra", "edge"), parse({"host": "a.example.com"})).document()
    assert answer["outcome"] == "backend"
    assert any("only the gateway's controller knows" in one["text"] for one in answer["because"])


@pytest.mark.parametrize(
    ("refs", "reason"),
    [
        ("[{group: '', kind: ConfigMap, name: absent}]", "InvalidCACertificateRef"),
        ("[{group: '', kind: ConfigMap, name: broken}]", "InvalidCACertificateRef"),
        ("[{group: '', kind: Nope, name: ca}]", "InvalidKind"),
    ],
)
def test_an_authority_that_cannot_be_used(tmp_path: Path, refs: str, reason: str) -> None:
    """BackendTLSPolicy.spec.validation.caCertificateRefs: with none left, it is not accepted."""
    said = Said(
        tmp_path,
        gateway(HTTP),
        route("web", "{name: edge}"),
        BACKEND,
        ca("broken", "Hello world"),
        backend_tls("policy", "2024-01-01T00:00:00Z", refs),
    )
    found = words(said.of("BackendTLSPolicy", "policy")["ancestors"][0]["conditions"])
    assert found == {
        "Accepted": "False NoValidCACertificate",
        "ResolvedRefs": f"False {reason}",
    }


def test_ngf_says_what_it_leaves_aside(tmp_path: Path) -> None:
    """NGF takes names, timeouts and retries of a rule and does nothing with them; it drops rules of
    GRPCRoutes that name no method; a route whose listener is not valid it refuses."""
    tls = "tls: {certificateRefs: [{name: absent}]}"
    listeners = f"{HTTP}\n- {{name: bad, port: 443, protocol: HTTPS, {tls}}}"
    call = "{matches: [{method: {service: a.B}}], backendRefs: [{name: web, port: 80}]}"
    whole = "{matches: [{method: {service: a.B, method: C}}], backendRefs: [{name: web, port: 80}]}"
    said = Said(
        tmp_path,
        gateway(listeners, class_name="nginx"),
        route(
            "named",
            "{name: edge, sectionName: http}",
            "rules: [{name: a, backendRefs: [{name: web, port: 80}]}]",
        ),
        route("secure", "{name: edge, sectionName: bad}"),
        route(
            "calls",
            "{name: edge, sectionName: http}",
            f"rules: [{call}, {whole}]",
            kind="GRPCRoute",
        ),
        BACKEND,
        secret("other"),
    )
    assert said.parent("named")["Accepted"] == "True UnsupportedField"
    assert said.parent("secure")["Accepted"] == "False InvalidListener"
    assert said.entry("bad")["attachedRoutes"] == 0
    assert said.parent("calls", "GRPCRoute")["PartiallyInvalid"] == "True UnsupportedValue"


def test_a_policy_shows_on_what_it_targets(tmp_path: Path) -> None:
    """NGF leaves <Policy>Affected on the object; of a missing target it says so."""
    policy = """
apiVersion: gateway.nginx.org/v1alpha1
kind: ClientSettingsPolicy
metadata: {{name: {name}, namespace: infra}}
spec:
  targetRef: {{group: gateway.networking.k8s.io, kind: Gateway, name: {target}}}
  body: {{maxSize: 1m}}
"""
    said = Said(
        tmp_path,
        gateway(HTTP, class_name="nginx"),
        policy.format(name="here", target="edge"),
        policy.format(name="lost", target="absent"),
    )
    assert said.gateway()["ClientSettingsPolicyAffected"] == "True PolicyAffected"
    here = said.of("ClientSettingsPolicy", "here")["ancestors"][0]
    assert here["ancestorRef"]["name"] == "edge"
    assert words(here["conditions"]) == {"Accepted": "True Accepted"}
    lost = said.of("ClientSettingsPolicy", "lost")["ancestors"][0]
    assert words(lost["conditions"]) == {"Accepted": "False TargetNotFound"}


@pytest.mark.parametrize("kind", ["GatewayClass", "Gateway"])
@pytest.mark.parametrize(
    ("controller", "accepted", "resolved"),
    [
        ("example.com/acme", "False InvalidParameters", None),
        (
            "gateway.nginx.org/nginx-gateway-controller",
            "True InvalidParameters",
            "False ParametersRefInvalid",
        ),
    ],
)
def test_parameters_of_an_unknown_kind(
    tmp_path: Path, kind: str, controller: str, accepted: str, resolved: str | None
) -> None:
    """GatewayClass.spec.parametersRef, Gateway.spec.infrastructure.parametersRef: what is of an
    unsupported kind is not accepted. NGF accepts and says that it left it aside."""
    ref = "parametersRef: {group: invalid.io, kind: InvalidParameters, name: p, namespace: infra}"
    own = f"infrastructure: {{{ref.replace(', namespace: infra', '')}}}"
    gateway_class = f"""
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {{name: some}}
spec:
  controllerName: {controller}
  {ref if kind == "GatewayClass" else "description: none"}
"""
    more = own if kind == "Gateway" else ""
    said = Said(tmp_path, gateway_class, gateway(HTTP, class_name="some", more=more))
    found = said.gateway()
    if kind == "GatewayClass":
        assert said.gateway()["Accepted"] == "True Accepted"
        found = words(said.of("GatewayClass", "some", "")["conditions"])
    assert found["Accepted"] == accepted
    assert found.get("ResolvedRefs") == resolved


POOL = """
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: pool, namespace: infra}
spec:
  selector: {matchLabels: {app: model}}
  targetPorts: [{number: 8000}]
  endpointPickerRef: {name: PICKER, port: {number: 9002}}
"""


@pytest.mark.parametrize(
    ("picker", "parent", "accepted", "resolved"),
    [
        ("web", "{name: edge}", "True Accepted", "True ResolvedRefs"),
        ("absent", "{name: edge}", "True Accepted", "False InvalidExtensionRef"),
        (
            "web",
            "{name: edge, sectionName: nope}",
            "False HTTPRouteNotAccepted",
            "True ResolvedRefs",
        ),
    ],
)
def test_an_inference_pool_by_the_gateways_that_lead_to_it(
    tmp_path: Path, picker: str, parent: str, accepted: str, resolved: str
) -> None:
    """InferencePool.status.parents: a Gateway for each that a route names, whether it took it."""
    ref = "{group: inference.networking.k8s.io, kind: InferencePool, name: pool}"
    said = Said(
        tmp_path,
        gateway(HTTP, class_name="nginx"),
        route("web", parent, f"rules: [{{backendRefs: [{ref}]}}]"),
        BACKEND,
        POOL.replace("PICKER", picker),
    )
    [entry] = said.of("InferencePool", "pool")["parents"]
    assert entry["parentRef"]["name"] == "edge"
    assert words(entry["conditions"]) == {"Accepted": accepted, "ResolvedRefs": resolved}


def test_a_filter_of_the_experimental_channel_keeps_its_route(tmp_path: Path) -> None:
    """A definition of another channel may know it: it is named, and the rest is judged all the
    same."""
    filters = "[{type: ExternalAuth, externalAuth: {protocol: HTTP}}]"
    rules = f"rules: [{{filters: {filters}, backendRefs: [{{name: web, port: 80}}]}}]"
    said = Said(tmp_path, gateway(HTTP), route("web", "{name: edge}", rules), BACKEND)
    assert said.parent("web")["Accepted"] == "True Accepted"
