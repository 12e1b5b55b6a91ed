"""Promise: certificates are told, stored, renewed, requested and deleted by REST; what is wrong is
refused naming field and rule; and a private key that comes in is in nothing that comes out."""

import base64
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.auth.identity import CONSOLE, Role
from tests.api.conftest import Console
from tests.real.kube_api import wait_until

PATH = "/api/v1/clusters/web-fra/certificates"
PEM = serialization.Encoding.PEM


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def issued(public: Any, *hosts: str, days: int = 90) -> str:
    signer = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Elsewhere")]))
        .public_key(public)
        .serial_number(1)
        .not_valid_before(now - timedelta(days=200))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in hosts]), False)
    )
    return made.sign(signer, hashes.SHA256()).public_bytes(PEM).decode()


def pair(*hosts: str, days: int = 90) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    return {"certificate": issued(key.public_key(), *hosts, days=days), "key": pem(key)}


def fields(answer: requests.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {one["field"] for one in answer.json()["error"]["details"]["fields"]}


@pytest.fixture
def stored(console: Console) -> Iterator[dict[str, Any]]:
    sent = {"name": "rest-tls", "namespace": "labs", **pair("rest.example.com")}
    answer = console.ask("POST", PATH, json=sent)
    assert answer.status_code == 201, answer.text
    yield {**sent, "answer": answer.json(), "text": answer.text}
    console.ask("DELETE", f"{PATH}/rest-tls?namespace=labs&confirmUsed=true")


def test_the_list_says_what_is_wrong_and_who_uses_it(console: Console) -> None:
    body = console.ask("GET", f"{PATH}?pageSize=100").json()
    found = {f"{one['namespace']}/{one['name']}": one for one in body["items"]}
    assert body["total"] == len(body["items"])
    expired = found["shop/shop-expired"]
    assert (expired["status"], expired["daysLeft"], expired["reason"]) == ("err", -3, "Expired")
    assert expired["users"] == ["shop/edge-public/https-old"]
    assert (found["payments/pay-tls"]["status"], found["payments/pay-tls"]["daysLeft"]) == (
        "warn",
        8,
    )
    assert found["partner/b2b-tls"]["reason"] == "HostnameMismatch"
    assert found["platform-certs/winter-campaign"]["users"] == []
    assert found["payments/ledger-ca"]["holder"] == "ConfigMap"
    assert found["labs/upstream-bundle"]["holder"] == "Secret"
    waiting = found["sandbox/preview"]
    assert (waiting["kind"], waiting["daysLeft"]) == ("certificates", None)
    assert "Secret preview-tls" in waiting["daysLeftReason"]


def test_the_list_is_filtered_sorted_and_paged(console: Console) -> None:
    def names(query: str) -> list[str]:
        answer = console.ask("GET", f"{PATH}?{query}")
        assert answer.status_code == 200, answer.text
        return [one["name"] for one in answer.json()["items"]]

    assert names("namespace=payments&sort=metadata.name") == ["ledger-ca", "pay-tls"]
    assert names("search=legacy-nothing") == []
    assert names("holder=ConfigMap") == ["ledger-ca"]
    by_days = names("sort=days&holder=TLS Secret&pageSize=2")
    assert by_days == ["shop-expired", "pay-tls"]
    assert names("sort=days&holder=TLS Secret&pageSize=1&page=2") == ["pay-tls"]
    assert fields(console.ask("GET", f"{PATH}?sort=colour")) == {"sort"}
    ending = console.ask("GET", f"{PATH}/expiring").json()
    assert [one["name"] for one in ending["items"]] == ["shop-expired", "pay-tls"]
    assert ending["total"] == 2
    fleet = console.ask("GET", "/api/v1/global/certificates?search=llm-tls").json()
    assert [one["clusterName"] for one in fleet["items"]] == ["gpu-iad"]


def test_one_is_told_in_full(console: Console) -> None:
    body = console.ask("GET", f"{PATH}/shop-wildcard?namespace=shop").json()
    assert [one["commonName"] for one in body["chain"]] == ["*.shop.example.com", "Demo Issuing CA"]
    assert (body["chainState"], body["keyType"]) == ("root", "ECDSA P-256")
    assert "never reads the private key" in body["keyMatch"]
    (use,) = body["usedBy"]
    assert (use["kind"], use["name"], use["listener"]) == ("Gateway", "edge-public", "https")
    covered = {host["name"]: host["coveredBy"] for host in use["hosts"]}
    assert covered["*.shop.example.com"] == "*.shop.example.com"
    assert any(host["routes"] for host in use["hosts"])
    broken = console.ask("GET", f"{PATH}/b2b-tls?namespace=partner").json()
    reasons = {(one["kind"], one["reason"]) for one in broken["findings"]}
    assert ("Gateway", "HostnameMismatch") in reasons
    managed = console.ask("GET", f"{PATH}/orders-tls?namespace=orders").json()
    assert managed["renewal"]["ready"] is True
    assert console.ask("GET", f"{PATH}/edge-proxy?namespace=shop").status_code == 404
    assert console.ask("GET", f"{PATH}/shop-wildcard").status_code == 404, "another namespace"


def test_who_is_limited_hears_of_no_other_namespace(console: Console) -> None:
    limited = console.token(Role.VIEWER, ("web-fra",), ("platform-certs",))
    listed = console.ask("GET", PATH, limited).json()
    assert {one["namespace"] for one in listed["items"]} == {"platform-certs"}
    shared = next(one for one in listed["items"] if one["name"] == "shared-tls")
    assert (shared["users"], shared["usersHidden"]) == ([], 1)
    text = console.ask("GET", f"{PATH}/shared-tls?namespace=platform-certs", limited).text
    assert "pay-edge" not in text
    assert console.ask("GET", f"{PATH}?search=pay-edge", limited).json()["total"] == 0
    assert console.ask("GET", f"{PATH}/pay-tls?namespace=payments", limited).status_code == 404


def test_an_upload_is_stored_and_its_key_is_nowhere(
    console: Console, stored: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert stored["answer"]["daysLeft"] == 89
    secret = "".join(stored["key"].splitlines()[1:-1])
    halves = {secret[:40], base64.b64encode(stored["key"].encode()).decode()[60:120]}
    sent = {"certificate": stored["certificate"], "key": stored["key"]}
    texts = [
        stored["text"],
        console.ask("GET", f"{PATH}/rest-tls?namespace=labs").text,
        console.ask("PUT", f"{PATH}/rest-tls?namespace=labs&dryRun=true", json=sent).text,
        console.ask("PUT", f"{PATH}/rest-tls?namespace=labs", json=sent).text,
        console.ask("DELETE", f"{PATH}/rest-tls?namespace=labs&dryRun=true").text,
        console.ask("GET", f"{PATH}?search=rest-tls").text,
        repr(console.container.audit.list(CONSOLE, name="rest-tls", page_size=50)),
        repr(
            console.container.fleet.get("web-fra").snapshot("secrets").objects["labs", "rest-tls"]
        ),
        caplog.text,
    ]
    for half in halves:
        assert len(half) >= 40
        for number, text in enumerate(texts):
            assert half not in text, number
    plan = console.ask(
        "PUT", f"{PATH}/rest-tls?namespace=labs&dryRun=true", json=pair("rest.example.com")
    ).json()
    changed = {one["path"]: one["new"] for one in plan["changes"]}
    assert changed['data["tls.key"]'] == "(new private key, not shown)"
    entries = console.container.audit.list(CONSOLE, name="rest-tls", page_size=50).items
    assert {one.verb for one in entries} >= {"create", "update"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": pem(ec.generate_private_key(ec.SECP256R1()))}, "key"),
        ({"key": "no key"}, "key"),
        ({"certificate": "no certificate"}, "certificate"),
        (pair("old.example.com", days=-1), "certificate"),
        ({"name": "Not A Name"}, "name"),
        ({"ca": "nothing"}, "ca"),
    ],
)
def test_what_is_wrong_is_refused(console: Console, change: dict[str, str], field: str) -> None:
    sent = {"name": "rest-bad", "namespace": "labs", **pair("bad.example.com"), **change}
    answer = console.ask("POST", PATH, json=sent)
    assert fields(answer) == {field}
    assert sent["key"] not in answer.text
    assert console.ask("GET", f"{PATH}/rest-bad?namespace=labs").status_code == 404


def test_a_dry_run_says_what_a_certificate_does_to_traffic(console: Console) -> None:
    """One that listeners use: a renewed one breaks nothing, and without it they serve nothing."""
    used = f"{PATH}/shop-wildcard?namespace=shop&dryRun=true"
    renewed = console.ask("PUT", used, json=pair("*.shop.example.com"))
    assert renewed.status_code == 200, renewed.text
    impact = renewed.json()["impact"]
    assert impact["moved"] == []
    assert not [one for one in impact["introduced"] if one["severity"] == "error"]
    gone = console.ask("DELETE", used).json()["impact"]
    assert {one["reason"] for one in gone["introduced"]} >= {"InvalidCertificateRef"}
    assert gone["moved"]


def test_an_expired_one_and_one_out_of_order_can_be_meant(console: Console) -> None:
    old = {"name": "rest-old", "namespace": "labs", **pair("old.example.com", days=-1)}
    query = f"{PATH}?dryRun=true"
    assert console.ask("POST", query, json={**old, "confirmExpired": True}).status_code == 200
    inside = {**old, **pair("a.example.com")}
    inside["certificate"] += inside["key"]
    assert fields(console.ask("POST", query, json=inside)) == {"certificate"}


def test_a_request_waits_for_its_certificate(console: Console) -> None:
    body = {"name": "rest-csr", "namespace": "labs", "hosts": ["csr.example.com", "10.1.2.3"]}
    answer = console.ask("POST", f"{PATH}/csr", json=body)
    assert answer.status_code == 201, answer.text
    asked = x509.load_pem_x509_csr(answer.json()["csr"].encode())
    names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["csr.example.com"]
    assert "PRIVATE KEY" not in answer.text
    where = f"{PATH}/rest-csr?namespace=labs"
    waiting = console.ask("GET", where).json()
    assert (waiting["pending"], waiting["daysLeft"], waiting["statusText"]) == (
        True,
        None,
        "Pending",
    )
    assert waiting["csr"] == answer.json()["csr"]
    other = {"certificate": pair("csr.example.com")["certificate"]}
    assert fields(console.ask("PUT", where, json=other)) == {"certificate"}
    signed = {"certificate": issued(asked.public_key(), "csr.example.com")}
    complete = console.ask("PUT", where, json=signed)
    assert complete.status_code == 200, complete.text
    assert (complete.json()["pending"], complete.json()["csr"]) == (False, "")
    again = {"certificate": issued(asked.public_key(), "csr.example.com", days=300)}
    wait_until(
        "the certificate is watched",
        lambda: console.ask("GET", where).json()["daysLeft"] == 89,
    )
    assert console.ask("PUT", where, json=again).status_code == 200
    assert console.ask("DELETE", where).status_code == 200
    assert fields(console.ask("POST", f"{PATH}/csr", json={**body, "hosts": ["no host"]})) == {
        "hosts"
    }


def test_a_deletion_names_users_and_refuses_other_secrets(console: Console) -> None:
    answer = console.ask("DELETE", f"{PATH}/pay-tls?namespace=payments")
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "in_use"
    assert [one["name"] for one in error["details"]["users"]] == ["pay-edge"]
    other = console.ask("DELETE", f"{PATH}/upstream-bundle?namespace=labs")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "not_tls")
    assert console.ask("DELETE", f"{PATH}/nothing?namespace=labs").status_code == 404
    viewer = console.token(Role.VIEWER)
    assert console.ask("DELETE", f"{PATH}/pay-tls?namespace=payments", viewer).status_code == 403
    assert console.ask("GET", f"{PATH}/pay-tls?namespace=payments").status_code == 200


def test_a_change_meanwhile_is_a_conflict_without_keys(
    console: Console, stored: dict[str, Any]
) -> None:
    sent = {**pair("rest.example.com"), "resourceVersion": "1"}
    answer = console.ask("PUT", f"{PATH}/rest-tls?namespace=labs", json=sent)
    assert answer.status_code == 409
    details = answer.json()["error"]["details"]
    assert details["mine"]["data"]["tls.key"] == "(new private key, not shown)"
    assert "PRIVATE KEY" not in answer.text
    assert base64.b64encode(sent["key"].encode()).decode()[60:120] not in answer.text
