"""Promise: certificates are found by what is wrong with them, and one is requested, completed and
deleted in the browser, without its key ever being there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.journey import Window
from tests.browser.tab import Console

pytestmark = pytest.mark.browser


def signed(request: str) -> str:
    """What an authority answers to a certificate request."""
    asked: Any = x509.load_pem_x509_csr(request.encode())
    now = datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Journey CA")])
    names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    made = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(issuer)
        .public_key(asked.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=60))
        .add_extension(names, critical=False)
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def window(signed_in_browser: Any, console: Console) -> Iterator[Window]:
    window = Window(signed_in_browser, console)
    window.size(1440)
    yield window
    window.forget()


def test_what_is_wrong_is_found_and_explained(window: Window) -> None:
    window.open("/certificates?cluster=web-fra", "#certificates-grid .ag-row")
    window.says("#certificates-grid", "shop-expired")
    window.says("#certificates-grid", "Wrong host")
    window.says("#certificates-grid", "shop/edge-public/https-old")
    window.open("/certificates?cluster=web-fra&holder=cert-manager", "#certificates-grid .ag-row")
    window.says("#certificates-grid", "Not issued")
    window.open("/certificate/web-fra/partner/b2b-tls", "#detail-uses .ag-row")
    window.says("#detail-pill", "Wrong host")
    window.says("#detail-facts", "it is never read")
    window.says("#detail-uses", "api.partner.example.com")
    window.says("#detail-uses", "not in the certificate")
    window.says("#detail-conditions", "HostnameMismatch on Gateway partner/b2b")
    window.says("#detail-chain", "Demo Issuing CA")
    assert "PRIVATE KEY" not in window.driver.page_source


def test_a_certificate_is_requested_completed_and_deleted(window: Window) -> None:
    window.open("/certificates/request", "#cert-request-inputs:not([disabled])")
    window.until(
        lambda: window.value("#cert-request-cluster"), "the clusters that one can be made on"
    )
    window.run(
        "const s = document.querySelector('#cert-request-cluster');"
        "Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value')"
        ".set.call(s, 'web-fra'); s.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    window.fill("#cert-request-namespace", "labs")
    window.fill("#cert-request-name", "journey-tls")
    window.paste("#cert-request-hosts", "no host\n")
    window.click("#cert-request-check")
    window.says("#cert-request-hosts-error", "must be DNS names or addresses")
    window.paste("#cert-request-hosts", "journey.example.com\n*.journey.example.com")
    window.click("#cert-request-check")
    window.says("#cert-request-plan", "(new private key, not shown)")
    window.click("#cert-request-go")
    window.address("/certificate/web-fra/labs/journey-tls")
    window.says("#detail-pill", "Pending")
    window.says("#detail-pem", "BEGIN CERTIFICATE REQUEST")
    request = window.text("#detail-pem")
    assert "PRIVATE KEY" not in window.driver.page_source
    window.click("#detail-edit")
    window.find("#cert-renew-inputs:not([disabled])")
    window.paste("#cert-renew-certificate", signed(request))
    window.click("#cert-renew-go")
    window.address("/certificate/web-fra/labs/journey-tls")
    window.says("#detail-pill", "Valid")
    window.says("#detail-chain", "*.journey.example.com")
    window.says("#detail-conditions", "Unused")
    window.ask_to_delete()
    window.fill("#detail-delete-name", "journey-tls")
    window.fill("#detail-delete-reason", "the journey ends")
    window.click("#detail-delete-go")
    window.address("/certificates")
    assert window.console_errors() == []
