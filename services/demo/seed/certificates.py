"""Certificates of the web cluster: some end, ended, fit no host, or serve nobody."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.demo.seed.objects import Obj, authority, made, tls


def cluster_issuer(age: float) -> Obj:
    """The issuer that everybody on a cluster may ask: the demo's own authority."""
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KeyPairVerified",
        "message": "Signing CA verified",
        "lastTransitionTime": f"{datetime.now(UTC) - timedelta(days=age):%Y-%m-%dT%H:%M:%SZ}",
    }
    return made(
        "cert-manager.io/v1",
        "ClusterIssuer",
        "demo",
        age,
        spec={"ca": {"secretName": "demo-ca"}},
        status={"conditions": [ready]},
    )


def certificates() -> Iterator[Obj]:
    yield cluster_issuer(290)
    yield tls("shop/shop-wildcard", 60, 63, "*.shop.example.com", "shop.example.com")
    yield tls("shop/shop-expired", 400, -3, "old.shop.example.com")
    yield tls("payments/pay-tls", 81, 9, "pay.shop.example.com")
    yield tls("accounts/members-tls", 33, 57, "members.example.com")
    yield tls("partner/b2b-tls", 10, 180, "partner.example.com", "b2b.partner.example.com")
    yield tls("platform-certs/shared-tls", 10, 180, "*.example.com")
    yield tls("platform-certs/winter-campaign", 320, 45, "winter.example.com")
    managed = {"cert-manager.io/certificate-name": "orders", "cert-manager.io/issuer-name": "demo"}
    yield tls("orders/orders-tls", 20, 70, "orders.example.com", annotations=managed)
    yield _certificate("orders/orders", 20, "orders-tls", "orders.example.com", renews=40)
    yield _certificate("sandbox/preview", 2, "preview-tls", "preview.example.com")
    yield made("v1", "ConfigMap", "payments/ledger-ca", 120, data={"ca.crt": authority()})
    bundle = {"upstream.pem": base64.b64encode(authority().encode()).decode()}
    yield made("v1", "Secret", "labs/upstream-bundle", 90, type="Opaque", data=bundle)


def _certificate(place: str, age: float, secret: str, host: str, renews: float = 0) -> Obj:
    """What cert-manager keeps: renewed in ``renews`` days, or without a certificate yet."""
    now = datetime.now(UTC)
    ready = {
        "type": "Ready",
        "status": "True" if renews else "False",
        "reason": "Ready" if renews else "DoesNotExist",
        "message": "Certificate is up to date and has not expired"
        if renews
        else "Issuing certificate as Secret does not exist",
        "lastTransitionTime": f"{now - timedelta(days=age):%Y-%m-%dT%H:%M:%SZ}",
    }
    status: Obj = {"conditions": [ready]}
    if renews:
        status["renewalTime"] = f"{now + timedelta(days=renews):%Y-%m-%dT%H:%M:%SZ}"
        status["notAfter"] = f"{now + timedelta(days=renews + 30):%Y-%m-%dT%H:%M:%SZ}"
    else:
        status["failedIssuanceAttempts"] = 3
    issuer = {"kind": "ClusterIssuer", "name": "demo", "group": "cert-manager.io"}
    spec = {"secretName": secret, "dnsNames": [host], "issuerRef": issuer}
    return made("cert-manager.io/v1", "Certificate", place, age, spec=spec, status=status)
