"""What certificates say: every block of a PEM text, in words that people compare.

A date that is not known is None, never a number: what cannot be read says why. Private keys are
none of this module's business; a block of one is passed over unread.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

LABEL = "CERTIFICATE"
MOST = 32
"""Blocks of one text that are read; no chain is as long."""
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_WEAK_HASHES = ("md5", "sha1")
_RSA_BITS = 2048
_EC_BITS = 224
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Parsed:
    """One certificate.

    ``subject`` and ``issuer`` are distinguished names (RFC 4514), ``issuer_name`` what people call
    the issuer. ``serial`` and ``fingerprint`` (SHA-256 of the whole) are pairs of hexadecimal
    digits, ``public`` the SHA-256 of the public key. ``weak`` are the reasons why it should not be
    trusted. ``pem`` is the block itself.
    """

    subject: str
    common_name: str
    dns: tuple[str, ...]
    ips: tuple[str, ...]
    uris: tuple[str, ...]
    issuer: str
    issuer_name: str
    serial: str
    key: str
    signature: str
    not_before: datetime
    not_after: datetime
    authority: bool
    self_signed: bool
    issuer_is_told: bool
    fingerprint: str
    public: str
    weak: tuple[str, ...]
    pem: str

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be served for: DNS names, addresses and URIs."""
        return (*self.dns, *self.ips, *self.uris)

    def days(self, now: datetime) -> int:
        """Whole days until it ends, or since it has ended, then negative: -1 on the first day."""
        if self.not_after > now:
            return (self.not_after - now) // _DAY
        return -max((now - self.not_after) // _DAY, 1)

    def issued(self, other: "Parsed") -> bool:
        """Whether its key signed ``other``."""
        return _issued(self.pem, other.pem)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The certificates of one text, in its order.

    ``problem`` says why there is none, or which block cannot be read; ``also`` names the blocks
    that are something else.
    """

    certificates: tuple[Parsed, ...]
    problem: str
    also: tuple[str, ...]

    @property
    def leaf(self) -> Parsed | None:
        """The one that is served: the first (RFC 8446, 4.4.2)."""
        return self.certificates[0] if self.certificates else None


def bundle(text: str) -> Bundle:
    """What a PEM text holds. Never raises: what cannot be read is told in ``problem``."""
    blocks = [(match[1], match[0]) for match in _BLOCK.finditer(text)]
    also = tuple(dict.fromkeys(label for label, _ in blocks if not label.endswith(LABEL)))
    wanted = [block for label, block in blocks if label.endswith(LABEL)]
    if not wanted:
        said = "It is empty." if not text.strip() else "There is no PEM block of a certificate."
        return Bundle((), said, also)
    found: list[Parsed] = []
    problem = ""
    for number, block in enumerate(wanted[:MOST], 1):
        one = parsed(block.replace("TRUSTED CERTIFICATE", LABEL))
        if isinstance(one, Parsed):
            found.append(one)
        elif not problem:
            problem = f"Certificate {number} of {len(wanted)} cannot be read: {one}"
    if len(wanted) > MOST:
        problem = problem or f"There are {len(wanted)} certificates; the first {MOST} are read."
    return Bundle(tuple(found) if found or not problem else (), problem, also)


@lru_cache(maxsize=4096)
def parsed(pem: str) -> Parsed | str:
    """One block; a text that says why where it cannot be read."""
    try:
        return _parsed(x509.load_pem_x509_certificate(pem.encode()), pem)
    except (ValueError, UnsupportedAlgorithm, x509.UnsupportedGeneralNameType) as error:
        return str(error).splitlines()[0] if str(error) else "it is no certificate"


def key_words(key: object) -> tuple[str, str]:
    """A public key in words, such as "ECDSA P-256", and why it is weak ("" when it is not)."""
    if isinstance(key, rsa.RSAPublicKey):
        weak = f"an RSA key of {key.key_size} bits" if key.key_size < _RSA_BITS else ""
        return f"RSA {key.key_size}", weak
    if isinstance(key, ec.EllipticCurvePublicKey):
        weak = f"an EC key of {key.key_size} bits" if key.key_size < _EC_BITS else ""
        return f"ECDSA {_CURVES.get(key.curve.name, key.curve.name)}", weak
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", ""
    if isinstance(key, ed448.Ed448PublicKey):
        return "Ed448", ""
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}", "a DSA key, which no browser takes"
    return type(key).__name__.removesuffix("PublicKey"), ""


def spoken(name: x509.Name) -> str:
    """What people call a subject: its common name, else its organization, else all of it."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(oid)
        if found:
            return str(found[0].value)
    return name.rfc4514_string()


def pairs(digits: bytes) -> str:
    """Bytes as pairs of hexadecimal digits with colons, as other tools print them."""
    return digits.hex(":").upper()


def public_print(key: PublicKeyTypes) -> str:
    """The SHA-256 of a public key as its SubjectPublicKeyInfo."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    return pairs(digest.finalize())


_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def _parsed(one: x509.Certificate, pem: str) -> Parsed:
    key = one.public_key()
    words, weak_key = key_words(key)
    dns, ips, uris = _names(one)
    weak = [weak_key] if weak_key else []
    digest = one.signature_hash_algorithm
    own = one.issuer == one.subject
    if digest is not None and digest.name in _WEAK_HASHES and not own:
        weak.append(f"a signature with {digest.name.upper()}")
    count = (one.serial_number.bit_length() + 7) // 8 or 1
    return Parsed(
        subject=one.subject.rfc4514_string(),
        common_name=spoken(one.subject),
        dns=dns,
        ips=ips,
        uris=uris,
        issuer=one.issuer.rfc4514_string(),
        issuer_name=spoken(one.issuer),
        serial=pairs(one.serial_number.to_bytes(count, "big")),
        key=words,
        signature=_signature(one),
        not_before=one.not_valid_before_utc,
        not_after=one.not_valid_after_utc,
        authority=_is_authority(one),
        self_signed=own and _issued(pem, pem),
        issuer_is_told=_tells_issuer(one),
        fingerprint=pairs(one.fingerprint(hashes.SHA256())),
        public=public_print(key),
        weak=tuple(weak),
        pem=pem,
    )


def _signature(one: x509.Certificate) -> str:
    name: str = getattr(one.signature_algorithm_oid, "_name", "")
    return name if name and name != "Unknown OID" else one.signature_algorithm_oid.dotted_string


def _names(one: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    try:
        names = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return (), (), ()
    return (
        _texts(name.lower() for name in names.get_values_for_type(x509.DNSName)),
        _texts(str(address) for address in names.get_values_for_type(x509.IPAddress)),
        _texts(names.get_values_for_type(x509.UniformResourceIdentifier)),
    )


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _is_authority(one: x509.Certificate) -> bool:
    try:
        return bool(one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False


def _tells_issuer(one: x509.Certificate) -> bool:
    """Whether it says where its issuer's certificate is found: an issuer that is an intermediate
    has to be fetched by whoever is not sent it, a root has not."""
    try:
        told = one.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return any(one.access_method == AuthorityInformationAccessOID.CA_ISSUERS for one in told)


@lru_cache(maxsize=4096)
def _issued(issuer: str, subject: str) -> bool:
    above = x509.load_pem_x509_certificate(issuer.encode())
    try:
        x509.load_pem_x509_certificate(subject.encode()).verify_directly_issued_by(above)
    except Exception:  # it names whatever kind of key or name does not fit
        return False
    return True


def utc(moment: datetime) -> str:
    """A moment as ISO 8601, with its zone."""
    return moment.astimezone(UTC).isoformat()
