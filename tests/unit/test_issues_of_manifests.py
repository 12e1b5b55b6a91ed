"""Promise: a check names each kind of fault once, with the field that has it, a reason, the section
that says so, and what to do; a sound set of objects has none."""

import textwrap
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.gatewayapi import manifests
from services.gatewayapi.changing import changed
from services.gatewayapi.checking import check
from services.gatewayapi.difference import difference
from services.gatewayapi.issue import Issue
from services.gatewayapi.issues import issues_of
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref

WEB = Ref("HTTPRoute", "shop", "web")
SOUND = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: nginx
  listeners:
  - {name: http, port: 80, protocol: HTTP}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{port: 80}]}
"""


def route(rules: str, name: str = "web", more: str = "", kind: str = "HTTPRoute") -> str:
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: {name}, namespace: shop}}
spec:
  parentRefs: [{{name: edge}}]
{textwrap.indent(more, "  ")}
  rules:
{textwrap.indent(textwrap.dedent(rules).strip(), "  ")}
"""


PLAIN = "- {matches: [{path: {value: /a}}], backendRefs: [{name: web, port: 80}]}"


BACKEND_TLS = """
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {{name: web, namespace: shop}}
spec:
  targetRefs: [{{group: "", kind: Service, name: {target}}}]
  validation: {{hostname: web.example.com, wellKnownCACertificates: System}}
"""


@cache
def pem(days: int) -> tuple[str, str]:
    """A certificate for www.example.com that ends in so many days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("www.example.com")]), False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), secret.decode()


def secret(days: int) -> str:
    crt, key = (textwrap.indent(part, "    ") for part in pem(days))
    return f"""
apiVersion: v1
kind: Secret
metadata: {{name: cert, namespace: shop}}
type: kubernetes.io/tls
stringData:
  tls.crt: |
{crt}
  tls.key: |
{key}
"""


def tls(host: str) -> str:
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: secure, namespace: shop}}
spec:
  gatewayClassName: nginx
  listeners:
  - name: https
    port: 443
    protocol: HTTPS
    hostname: {host}
    tls: {{certificateRefs: [{{name: cert}}]}}
"""


def found(folder: Path, *documents: str) -> list[Issue]:
    path = folder / "all.yaml"
    path.write_text("\n---\n".join([SOUND, *documents]))
    return [one.issue for one in check(manifests.read([str(path)])).issues]


def test_sound_objects_have_no_issue(tmp_path: Path) -> None:
    assert found(tmp_path, route(PLAIN)) == []


CASES = {
    "a listener that is not there": (
        [route(PLAIN).replace("{name: edge}", "{name: edge, sectionName: nope}")],
        ("error", "spec.parentRefs[0].sectionName", "NoMatchingParent"),
    ),
    "a hostname that no listener serves": (
        [
            SOUND.partition("---")[0]
            .replace("name: edge", "name: other")
            .replace("protocol: HTTP}", "protocol: HTTP, hostname: a.example.com}"),
            route(PLAIN, more="hostnames: [b.example.com]").replace("name: edge", "name: other"),
        ],
        ("error", "spec.parentRefs[0]", "NoMatchingListenerHostname"),
    ),
    "no parent": (
        [route(PLAIN).replace("parentRefs: [{name: edge}]", "hostnames: [a.example.com]")],
        ("warning", "spec.parentRefs", ""),
    ),
    "a backend that is not there": (
        [route("- backendRefs: [{name: nope, port: 80}]")],
        ("error", "spec.rules[0].backendRefs[0].name", "BackendNotFound"),
    ),
    "a mirror to nowhere": (
        [
            route(
                """
                - filters:
                  - {type: RequestMirror, requestMirror: {backendRef: {name: nope, port: 80}}}
                  backendRefs: [{name: web, port: 80}]
                """
            )
        ],
        (
            "error",
            "spec.rules[0].filters[0].requestMirror.backendRef.name",
            "BackendNotFound",
        ),
    ),
    "a filter that is not there": (
        [
            route(
                """
                - filters:
                  - type: ExtensionRef
                    extensionRef: {group: gateway.nginx.org, kind: SnippetsFilter, name: nope}
                  backendRefs: [{name: web, port: 80}]
                """
            )
        ],
        ("error", "spec.rules[0].filters[0].extensionRef", "InvalidFilter"),
    ),
    "an expression that is none": (
        [
            route(
                """
                - matches: [{path: {type: RegularExpression, value: "/a("}}]
                  backendRefs: [{name: web, port: 80}]
                - backendRefs: [{name: web, port: 80}]
                """
            )
        ],
        ("error", "spec.rules[0].matches[0].path.value", "UnsupportedValue"),
    ),
    "a rule without backends": (
        [route("- matches: [{path: {value: /a}}]")],
        ("warning", "spec.rules[0].backendRefs", "NoBackends"),
    ),
    "a field that NGF leaves aside": (
        [route("- {timeouts: {request: 1s}, backendRefs: [{name: web, port: 80}]}")],
        ("warning", "spec.rules[0].timeouts", "UnsupportedField"),
    ),
    "header changes on a redirect": (
        [
            route(
                """
                - filters:
                  - {type: RequestRedirect, requestRedirect: {scheme: https}}
                  - type: ResponseHeaderModifier
                    responseHeaderModifier: {set: [{name: a, value: b}]}
                """
            )
        ],
        ("warning", "spec.rules[0].filters[1]", "redirect-drops-header-changes"),
    ),
    "an expression that is open at its end": (
        [
            route(
                """
                - matches: [{path: {type: RegularExpression, value: "/a[0-9]+"}}]
                  backendRefs: [{name: web, port: 80}]
                """
            )
        ],
        ("note", "spec.rules[0].matches[0].path.value", "regex-path-open-at-the-end"),
    ),
    "a match that an earlier rule has": (
        [route(f"{PLAIN}\n{PLAIN}")],
        ("warning", "spec.rules[1].matches[0]", "Shadowed"),
    ),
    "a match that another route has": (
        [route(PLAIN, "first"), route(PLAIN)],
        ("warning", "spec.rules[0].matches[0]", "Shadowed"),
    ),
    "listeners that conflict": (
        [
            SOUND.partition("---")[0]
            .replace("name: edge", "name: other")
            .replace("protocol: HTTP}", "protocol: HTTP}\n  - {name: b, port: 80, protocol: TCP}")
        ],
        ("error", "spec.listeners[0]", "ProtocolConflict"),
    ),
    "an address of another type": (
        [
            SOUND.partition("---")[0]
            .replace("name: edge", "name: other")
            .replace(
                "listeners:", "addresses: [{type: Hostname, value: a.example.com}]\n  listeners:"
            )
        ],
        ("error", "spec.addresses[0].type", "UnsupportedAddress"),
    ),
    "a parent of a mesh": (
        [
            route(PLAIN).replace(
                "{name: edge}", "{name: edge}, {group: '', kind: Service, name: web}"
            )
        ],
        ("note", "spec.parentRefs[1].kind", "NoMatchingParent"),
    ),
    "a parent of another group": (
        [
            route(PLAIN).replace(
                "{name: edge}", "{name: edge}, {group: example.com, kind: Gateway, name: web}"
            )
        ],
        ("note", "spec.parentRefs[1].kind", "NoMatchingParent"),
    ),
    "a parent of a kind that takes no routes": (
        [route(PLAIN).replace("{name: edge}", "{name: edge}, {kind: Service, name: web}")],
        ("error", "spec.parentRefs[1].kind", "NoMatchingParent"),
    ),
    "a filter of a kind that is not known, elsewhere than on NGF": (
        [
            SOUND.partition("---")[0].replace("edge", "other").replace("nginx", "acme"),
            route(
                """
                - filters:
                  - type: ExtensionRef
                    extensionRef: {group: example.com, kind: Filter, name: nope}
                  backendRefs: [{name: web, port: 80}]
                """
            ).replace("{name: edge}", "{name: other}"),
        ],
        ("error", "spec.rules[0].filters[0].extensionRef", "InvalidKind"),
    ),
    "TLS to a port that the Service does not have": (
        [route(PLAIN), BACKEND_TLS.format(target="web, sectionName: nope")],
        ("error", "spec.targetRefs[0].sectionName", "TargetNotFound"),
    ),
    "TLS to a Service that is not there": (
        [BACKEND_TLS.format(target="nope")],
        ("error", "spec.targetRefs[0].name", "TargetNotFound"),
    ),
    "TLS to a Service that nobody sends requests to": (
        [BACKEND_TLS.format(target="web")],
        ("warning", "", "NoEffect"),
    ),
    "a policy that targets nothing": (
        [
            """
apiVersion: gateway.nginx.org/v1alpha1
kind: ClientSettingsPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: nope}
  body: {maxSize: 1m}
"""
        ],
        ("error", "spec.targetRef.name", "TargetNotFound"),
    ),
    "CA certificates that no gateway knows by that name": (
        [
            """
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRefs: [{group: "", kind: Service, name: web}]
  validation: {hostname: www.example.com, wellKnownCACertificates: example.com/Own}
""",
            route(PLAIN),
        ],
        ("error", "spec.validation.wellKnownCACertificates", "Invalid"),
    ),
    "a version that no server serves": (
        [route(PLAIN).replace("k8s.io/v1", "k8s.io/v9")],
        ("error", "apiVersion", ""),
    ),
    "a certificate that has ended": (
        [tls("www.example.com"), secret(-3)],
        ("error", 'data["tls.crt"]', "Expired"),
    ),
    "a certificate for another host": (
        [tls("other.example.com"), secret(300)],
        ("error", "spec.listeners[0].tls.certificateRefs[0]", "HostnameMismatch"),
    ),
    "a status that is older than its object": (
        [
            route(PLAIN).replace("namespace: shop}", "namespace: shop, generation: 4}")
            + """
status:
  parents:
  - parentRef: {name: edge}
    controllerName: gateway.nginx.org/nginx-gateway-controller
    conditions: [{type: Accepted, status: "True", reason: Accepted, observedGeneration: 3}]
"""
        ],
        ("warning", "status", "Stale"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_named_where_it_is(tmp_path: Path, case: str) -> None:
    documents, wanted = CASES[case]
    told = found(tmp_path, *documents)
    matching = [one for one in told if (one.severity, one.field, one.reason) == wanted]
    assert len(matching) == 1, [(one.severity, one.field, one.reason) for one in told]
    assert matching[0].message
    assert matching[0].remedy or matching[0].message.startswith("NGF: ")
    assert not [one for one in told if one.severity == "error"] or wanted[0] == "error"


@pytest.mark.parametrize(
    ("kind", "versions"),
    [
        ("Gateway", ("v1", "v1beta1")),
        ("ListenerSet", ("v1",)),
        ("HTTPRoute", ("v1", "v1beta1")),
        ("GRPCRoute", ("v1", "v1alpha2")),
        ("TLSRoute", ("v1", "v1alpha3", "v1alpha2")),
        ("TCPRoute", ("v1", "v1alpha2")),
        ("UDPRoute", ("v1", "v1alpha2")),
        ("ReferenceGrant", ("v1", "v1beta1")),
        ("BackendTLSPolicy", ("v1", "v1alpha3")),
    ],
)
def test_a_version_that_is_not_served_is_named_with_those_that_are(
    kind: str, versions: tuple[str, ...]
) -> None:
    for version in ("v1", "v1beta1", "v1alpha3", "v1alpha2", "v1alpha1", "v9"):
        given = f"gateway.networking.k8s.io/{version}"
        one = {"apiVersion": given, "kind": kind, "metadata": {"name": "a"}, "spec": {}}
        read = manifests.of_objects([one])
        told = [placed.issue for placed in read.issues if placed.issue.field == "apiVersion"]
        if version in versions:
            assert told == []
            continue
        known = " or ".join(f"gateway.networking.k8s.io/{each}" for each in versions)
        assert [(issue.severity, issue.message) for issue in told] == [
            (
                "error",
                f"apiVersion must be {known} (it is {given}); an API server refuses it",
            )
        ]
        assert not read.objects
        assert not read.unknown


def test_tls_to_backends_of_any_controller_has_an_effect(tmp_path: Path) -> None:
    """BackendTLSPolicy.spec.targetRefs: not only NGF reads it."""
    other = SOUND.partition("---")[0].replace("edge", "other").replace("nginx", "acme")
    web = route(PLAIN).replace("{name: edge}", "{name: other}")
    assert found(tmp_path, other, web, BACKEND_TLS.format(target="web")) == []


def test_what_shadows_a_match_is_its_counterpart(tmp_path: Path) -> None:
    """HTTPRouteRule.matches: by name, where neither is older; the sentence does not tell whose."""
    told = found(tmp_path, route(PLAIN, "first"), route(PLAIN))
    shadowed = next(one for one in told if one.reason == "Shadowed")
    assert (shadowed.ref, shadowed.counterpart) == (WEB, Ref("HTTPRoute", "shop", "first"))
    assert "first" not in shadowed.message


def test_a_service_behind_http_and_tcp_is_an_error_on_ngf(tmp_path: Path) -> None:
    both = (
        SOUND.partition("---")[0]
        .replace("name: edge", "name: both")
        .replace("protocol: HTTP}", "protocol: HTTP}\n  - {name: raw, port: 90, protocol: TCP}")
    )
    told = found(
        tmp_path,
        both,
        route(PLAIN).replace("{name: edge}", "{name: both}"),
        route("- backendRefs: [{name: web, port: 80}]", "raw", kind="TCPRoute").replace(
            "{name: edge}", "{name: both}"
        ),
    )
    shared = {one.ref.kind for one in told if one.reason == "service-in-http-and-tcp"}
    assert shared == {"HTTPRoute", "TCPRoute"}


def test_a_change_is_told_as_what_it_introduces_fixes_and_moves(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    other = SOUND.partition("---")[2].replace("name: web", "name: other")
    path.write_text("\n---\n".join([SOUND, other, route(PLAIN), route("- {}", "idle")]))
    before = Model.build(manifests.read([str(path)]).world)
    path.write_text(route(PLAIN.replace("name: web", "name: nope")))
    broken = manifests.read([str(path)]).objects["httproutes", WEB.key].obj
    after = changed(before, [broken])
    told = difference(before, after, [WEB])
    assert [one.reason for one in told.introduced] == ["BackendNotFound"]
    assert told.fixed == ()
    assert [
        (one.before and one.before.status, one.after and one.after.status)
        for one in told.movement.moved
    ] == [(None, 500)]
    back = difference(after, before)
    assert [one.reason for one in back.fixed] == ["BackendNotFound"]
    whole = difference(before, after, [WEB], whole=True)
    assert [one.reason for one in whole.unchanged] == ["NoBackends"]
    assert [one.reason for one in issues_of(after, WEB)] == ["BackendNotFound"]


def test_a_change_tells_whom_it_shadows(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text("\n---\n".join([SOUND, route(PLAIN)]))
    before = Model.build(manifests.read([str(path)]).world)
    path.write_text(route(PLAIN, "first"))
    ref = Ref("HTTPRoute", "shop", "first")
    after = changed(before, [manifests.read([str(path)]).objects["httproutes", ref.key].obj])
    told = difference(before, after, [ref])
    assert [(one.ref, one.reason) for one in told.introduced] == [(WEB, "Shadowed")]
