"""Promise: certificates are found by what is wrong with them, and one is requested, completed and
deleted in the browser, without its key ever being there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import NameOID
from selenium.webdriver.common.keys import Keys

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


def test_who_deletes_a_certificate_reads_which_gateways_lose_it(window: Window) -> None:
    window.open("/certificate/web-fra/partner/b2b-tls")
    window.says("#detail-pill", "Wrong host")
    window.ask_to_delete()
    window.says("#detail-delete-dependents", "1 gateway loses a certificate")
    window.says("#detail-delete-dependents", "Gateway partner/b2b")


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


DROP = """
const [place, files] = arguments;
const moved = new DataTransfer();
for (const [name, octets] of files) moved.items.add(new File([new Uint8Array(octets)], name));
document.querySelector(place).dispatchEvent(
  new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: moved }));
"""
CHOOSE = """
const [name, octets] = arguments;
const click = HTMLInputElement.prototype.click;
HTMLInputElement.prototype.click = function () {
  HTMLInputElement.prototype.click = click;
  const moved = new DataTransfer();
  moved.items.add(new File([new Uint8Array(octets)], name));
  this.files = moved.files;
  this.dispatchEvent(new Event("change"));
};
"""


def issued() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "filed.example.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(8)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=60))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("filed.example.com")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return made, key


def test_files_fill_the_texts_and_what_is_no_pem_is_named(window: Window) -> None:
    certificate, key = issued()
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    plain, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, plain, none)
    sealed = key.private_bytes(
        serialization.Encoding.PEM, plain, serialization.BestAvailableEncryption(b"word")
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    p12 = pkcs12.serialize_key_and_certificates(b"filed", key, certificate, None, none)
    p7 = pkcs7.serialize_certificates([certificate], serialization.Encoding.DER)
    chain, private = "#cert-upload-certificate", "#cert-upload-key"
    window.open("/certificates/upload", "#cert-upload-inputs:not([disabled])")
    for text, name, content, said in (
        (chain, "web.cer", der, "openssl x509 -inform DER -in web.cer"),
        (chain, "web.p12", p12, "web.p12 is PKCS#12"),
        (private, "web.p12", p12, "openssl pkcs12 -in web.p12 -nocerts"),
        (chain, "web.p7b", p7, "web.p7b is PKCS#7"),
        (chain, "notes.txt", b"hello", "notes.txt is not PEM"),
        (chain, "web.key", secret, "no certificate in web.key, only a private key"),
        (private, "web.crt", pem, "no private key in web.crt"),
        (private, "sealed.key", sealed, "is encrypted"),
        (chain, "big.pem", b"#" * 70_000, "big.pem has 69 KiB; a file may have 64 KiB"),
    ):
        window.run(DROP, text, [[name, list(content)]])
        window.says(f"{text}-error", said)
        assert window.value(text) == ""
    window.run(DROP, chain, [["web.pem", list(secret + pem)], ["root.pem", list(pem)]])
    window.says("[data-pem=cert-upload-certificate] [data-taken]", "2 certificates from web.pem")
    assert window.value(chain).count("BEGIN CERTIFICATE") == 2
    assert "PRIVATE KEY" not in window.value(chain)
    window.run(DROP, chain, [["web.pem", list(pem)]])
    window.run(CHOOSE, "web.key", list(secret))
    window.run("document.querySelector('[data-pem=cert-upload-key] [data-choose]').focus()")
    window.driver.switch_to.active_element.send_keys(Keys.ENTER)
    window.says("[data-pem=cert-upload-key] [data-taken]", "The key from web.key")
    window.until(lambda: not window.text("#cert-upload-key-error"), "the fault to go")
    window.fill("#cert-upload-namespace", "labs")
    window.fill("#cert-upload-name", "filed-tls")
    window.until(lambda: window.value("#cert-upload-cluster"), "a cluster")
    window.click("#cert-upload-check")
    window.says("#cert-upload-plan", "(new private key, not shown)")
    window.run(DROP, ".form-page h1", [["web.pem", list(pem)]])
    assert window.value("#cert-upload-name") == "filed-tls", "a file that misses opens nothing"
    assert window.console_errors() == []


def test_what_a_form_holds_is_not_left_unasked(window: Window) -> None:
    away = "#n-side a[href='/gateways']"
    window.open("/certificates/upload", "#cert-upload-inputs:not([disabled])")
    window.fill("#cert-upload-name", "typed")
    window.click(away)
    window.says(".n-dialog", "1 change is lost.")
    window.click(".n-dialog .btn-secondary")
    window.holds("#cert-upload-name", "typed")
    window.fill("#cert-upload-name", "")
    window.click(away)
    window.address("/gateways")
    window.open("/certificates/upload", "#cert-upload-inputs:not([disabled])")
    key = b"-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n"
    window.run(DROP, "#cert-upload-key", [["tls.key", list(key)]])
    window.until(lambda: window.value("#cert-upload-key"), "the key of the file")
    window.click(away)
    window.says(".n-dialog", "1 change is lost.")
    window.click(".n-dialog .btn-outline-danger")
    window.address("/gateways")
