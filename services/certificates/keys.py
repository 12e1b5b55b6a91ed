"""Private keys on their way through: made or handed in, compared, sent on, never kept or shown.

The console never reads a key from a cluster, so whether the key of a Secret fits its certificate
can only be told of what is being stored, and of manifests that have both.
"""

import base64
import binascii
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import NameOID

from services.certificates.holding import Holding
from services.certificates.parsing import public_print
from services.errors import Invalid
from services.gatewayapi.model.names import Object

KEY = "tls.key"
Algorithm = Literal["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519"]


def public_of(pem: str, field: str = "key") -> str:
    """The fingerprint of the public key that belongs to a private key in PEM.

    Raises Invalid, which says nothing of what was given.
    """
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise Invalid.of(
            field, "must not be encrypted: gateways cannot ask for its password"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise Invalid.of(field, "must be one private key in PEM") from None
    return public_print(key.public_key())


def mismatch(obj: Object, held: Holding) -> str:
    """Why the key in a manifest of a Secret does not fit its certificate, "" where it does or where
    there is none to look at."""
    data, plain = obj.get("data") or {}, obj.get("stringData") or {}
    if held.leaf is None or (KEY not in data and KEY not in plain):
        return ""
    try:
        text = str(plain[KEY]) if KEY in plain else base64.b64decode(str(data[KEY])).decode()
        fits = public_of(text) == held.leaf.public
    except Invalid as error:
        return f"Its {error.message}"
    except (binascii.Error, ValueError):
        return "The key is not base64."
    return "" if fits else "The key belongs to another certificate."


def made(algorithm: Algorithm) -> PrivateKeyTypes:
    """A new private key."""
    if algorithm == "ecdsa-p256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "ecdsa-p384":
        return ec.generate_private_key(ec.SECP384R1())
    if algorithm == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, int(algorithm.removeprefix("rsa-")))


def pem(key: PrivateKeyTypes) -> str:
    """A private key as a TLS Secret has it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def request(key: PrivateKeyTypes, names: list[x509.GeneralName], common_name: str) -> str:
    """A certificate request (PKCS #10, PEM) for DNS names and addresses, signed with ``key``."""
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    # Keys that only agree on secrets (X25519) cannot sign; none of ours is one.
    asked = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name(attributes))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, digest)  # type: ignore[arg-type]
    )
    return asked.public_bytes(serialization.Encoding.PEM).decode()


def public_of_request(text: str) -> str:
    """The fingerprint of the public key in a certificate request; "" where it cannot be read."""
    try:
        return public_print(x509.load_pem_x509_csr(text.encode()).public_key())
    except (ValueError, UnsupportedAlgorithm):
        return ""
