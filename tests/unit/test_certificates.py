"""Promise: what a certificate says is told as it is: every block, how far the chain leads, for how
long and for which hosts; and what cannot be known is told as not known."""

import base64
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from services.certificates.chain import chain, ordered
from services.certificates.flaws import flaws
from services.certificates.holding import CSR, holding
from services.certificates.names import covering, covers
from services.certificates.parsing import Parsed, bundle

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Key = CertificateIssuerPrivateKeyTypes


class Authority:
    """Issues certificates for tests; below another authority, or a root."""

    def __init__(self, name: str, above: "Authority | None" = None) -> None:
        self.name, self.key = name, ec.generate_private_key(ec.SECP256R1())
        self.pem = (above or self).issue(name, key=self.key, authority=True)

    def issue(
        self,
        name: str,
        *hosts: str,
        days: float = 90,
        since: float = -10,
        key: Any = None,
        authority: bool = False,
        fetched: bool = False,
        digest: Any = None,
    ) -> str:
        key = key or ec.generate_private_key(ec.SECP256R1())
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(0x0A0B)
            .not_valid_before(NOW + timedelta(days=since))
            .not_valid_after(NOW + timedelta(days=days))
        )
        if hosts:
            names = [
                x509.IPAddress(ip_address(one)) if one[0].isdigit() else x509.DNSName(one)
                for one in hosts
            ]
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if authority:
            made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        if fetched:
            told = x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS,
                x509.UniformResourceIdentifier("http://ca.example/issuer.crt"),
            )
            made = made.add_extension(x509.AuthorityInformationAccess([told]), critical=False)
        signed = made.sign(self.key, digest or hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM).decode()


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def read(*blocks: str) -> tuple[Parsed, ...]:
    found = bundle("".join(blocks))
    assert not found.problem
    return found.certificates


def secret(
    kind: str = "kubernetes.io/tls", annotations: Any = None, **texts: str
) -> dict[str, Any]:
    data = {
        name.replace("_", "."): base64.b64encode(text.encode()).decode()
        for name, text in texts.items()
    }
    metadata = {"name": "one", "namespace": "shop", "annotations": annotations or {}}
    return {"kind": "Secret", "metadata": metadata, "type": kind, "data": data}


def reasons(obj: dict[str, Any], now: datetime = NOW) -> list[tuple[str, str]]:
    held = holding(obj)
    assert held is not None
    return [(one.severity, one.reason) for one in flaws(held, now)]


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority("Root")


@pytest.fixture(scope="module")
def middle(root: Authority) -> Authority:
    return Authority("Middle", root)


def test_everything_that_is_compared_is_told(root: Authority) -> None:
    rsa_key = rsa.generate_private_key(65537, 2048)
    (one,) = read(
        root.issue("shop", "Shop.Example.com", "*.shop.example.com", "10.0.0.1", key=rsa_key)
    )
    assert (one.dns, one.ips) == (("shop.example.com", "*.shop.example.com"), ("10.0.0.1",))
    assert (one.subject, one.issuer, one.issuer_name) == ("CN=shop", "CN=Root", "Root")
    assert (one.serial, one.key, one.signature) == ("0A:0B", "RSA 2048", "ecdsa-with-SHA256")
    assert (one.not_before, one.not_after) == (NOW - timedelta(10), NOW + timedelta(90))
    assert len(one.fingerprint) == 32 * 3 - 1
    assert not one.self_signed
    assert not one.authority


def test_days_are_whole_and_go_below_zero(root: Authority) -> None:
    (one,) = read(root.issue("shop", "shop.example"))
    assert one.days(NOW) == 90
    assert one.days(NOW + timedelta(days=89, hours=23)) == 0
    assert one.days(one.not_after + timedelta(seconds=1)) == -1
    assert one.days(one.not_after + timedelta(days=3)) == -3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "It is empty."),
        ("hello", "There is no PEM block of a certificate."),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "There is no PEM block"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "Certificate 1 of 1 cannot",
        ),
    ],
)
def test_what_cannot_be_read_says_why(text: str, problem: str) -> None:
    found = bundle(text)
    assert found.leaf is None
    assert found.problem.startswith(problem)
    assert reasons(secret(tls_crt=text)) == [("error", "Unreadable")]


def test_a_broken_block_hides_no_other(root: Authority) -> None:
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    found = bundle(root.issue("shop", "shop.example") + broken + root.pem)
    assert [one.common_name for one in found.certificates] == ["shop", "Root"]
    assert found.problem.startswith("Certificate 2 of 3 cannot be read")


def test_how_far_a_chain_leads(root: Authority, middle: Authority) -> None:
    leaf = middle.issue("shop", "shop.example")
    other = Authority("Other").pem
    assert chain(read(leaf, middle.pem, root.pem)).state == "root"
    assert chain(read(leaf, middle.pem)).state == "authority"
    assert chain(read(leaf, middle.pem), read(root.pem)).state == "root"
    assert chain(read(leaf)).state == "alone"
    assert chain(read(root.issue("Root", key=root.key))).state == "self_signed"
    assert "certificate 3, which has to follow" in chain(read(leaf, root.pem, middle.pem)).problem
    assert "did not issue certificate 1" in chain(read(leaf, other)).problem
    assert "not the first" in chain(read(middle.pem, leaf)).problem
    assert ordered(read(root.pem, leaf, middle.pem)) == list(read(leaf, middle.pem, root.pem))


def test_a_name_alone_does_not_make_an_issuer(root: Authority) -> None:
    namesake = Authority("Root")
    assert chain(read(root.issue("shop", "shop.example"), namesake.pem)).state == "broken"


@pytest.mark.parametrize(
    ("name", "host", "covered"),
    [
        ("shop.example.com", "shop.example.com", True),
        ("shop.example.com", "SHOP.example.com.", True),
        ("*.example.com", "shop.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.shop.example.com", False),
        ("*.example.com", "*.example.com", True),
        ("*.example.com", "*.shop.example.com", False),
        ("shop.example.com", "*.example.com", False),
        ("s*.example.com", "shop.example.com", False),
        ("xn--mnchen-3ya.example", "münchen.example", True),
        ("*.xn--mnchen-3ya.example", "www.münchen.example", True),
    ],
)
def test_which_hosts_a_name_covers(name: str, host: str, covered: bool) -> None:
    assert covers(name, host) is covered


def test_the_exact_name_is_named_before_the_wildcard() -> None:
    assert covering(["*.example.com", "a.example.com"], "a.example.com") == "a.example.com"
    assert covering(["*.example.com"], "b.example") == ""


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (31, []),
        (29.5, [("warning", "Expiring")]),
        (0.5, [("warning", "Expiring")]),
        (0, [("error", "Expired")]),
        (-3, [("error", "Expired")]),
    ],
)
def test_what_ends_is_said_in_time(
    root: Authority, days: float, found: list[tuple[str, str]]
) -> None:
    pem = root.issue("shop", "shop.example", days=days, since=-30) + root.issue(
        "Root", key=root.key, authority=True, days=4000
    )
    assert reasons(secret(tls_crt=pem)) == found


def test_flaws_are_told(root: Authority) -> None:
    weak = rsa.generate_private_key(65537, 1024)
    assert ("error", "NotYetValid") in reasons(secret(tls_crt=root.issue("a", "a.b", since=1)))
    assert ("warning", "Weak") in reasons(secret(tls_crt=root.issue("a", "a.b", key=weak)))
    assert ("error", "NoNames") in reasons(secret(tls_crt=root.issue("a")))
    fetched = root.issue("a", "a.b", fetched=True)
    assert reasons(secret(tls_crt=fetched)) == [("warning", "IncompleteChain")]
    assert reasons(secret(tls_crt=root.issue("a", "a.b"))) == [], "its issuer may be a root"
    own = ec.generate_private_key(ec.SECP256R1())
    mine = Authority.__new__(Authority)
    mine.name, mine.key = "own.example", own
    signed = mine.issue("own.example", "own.example", key=own)
    assert reasons(secret(tls_crt=signed)) == [("note", "SelfSigned")]
    over = Authority("Over")
    over.pem = over.issue("Over", key=over.key, authority=True, days=-1, since=-9)
    assert ("error", "ExpiredIssuer") in reasons(secret(tls_crt=over.issue("a", "a.b") + over.pem))


def test_certificates_are_found_wherever_they_lie(root: Authority) -> None:
    leaf = root.issue("shop", "shop.example")
    tls = holding(secret(tls_crt=leaf, ca_crt=root.pem))
    assert tls
    assert (tls.source, tls.field) == ("tls", "tls.crt")
    assert tls.chain
    assert tls.chain.state == "root"
    opaque = holding(secret("Opaque", ca_crt=root.pem, server_pem=leaf))
    assert opaque
    assert (opaque.source, opaque.field) == ("opaque", "server.pem")
    mapped = {"kind": "ConfigMap", "metadata": {"name": "ca"}, "data": {"ca.crt": root.pem}}
    authority = holding(mapped)
    assert authority
    assert (authority.source, authority.chain) == ("authority", None)
    assert holding(secret("Opaque", password="x")) is None
    waiting = holding(secret(tls_crt="", annotations={CSR: "request"}))
    assert waiting
    assert [one.reason for one in flaws(waiting, NOW)] == ["Pending"]
