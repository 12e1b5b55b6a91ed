"""Objects that hold certificates: TLS Secrets, other Secrets, and the ``ca.crt`` of ConfigMaps."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.certificates.chain import Chain, chain
from services.certificates.parsing import Bundle, Parsed, bundle

Object = Mapping[str, Any]
Source = Literal["tls", "opaque", "authority"]
TLS_TYPE = "kubernetes.io/tls"
SERVED = "tls.crt"
AUTHORITIES = "ca.crt"
CSR = "ngf-console.f5.com/csr"
"""The annotation of a TLS Secret whose certificate was asked for and has not come: the request. It
has the public key; the private one is in the Secret."""
MANAGED = "cert-manager.io/certificate-name"
_NAMED_SO = (".crt", ".cer", ".pem")


@dataclass(frozen=True, slots=True)
class Holding:
    """The certificates of one object.

    ``source``: *tls*, a Secret of that type; *opaque*, another Secret; *authority*, what others are
    verified with (``ca.crt`` alone). ``field`` is the key that ``bundle`` was read from,
    ``authorities`` what ``ca.crt`` beside it holds, ``others`` the bundles of further keys.
    ``request`` is the certificate request that waits for its answer, "" when none does.
    """

    source: Source
    field: str
    bundle: Bundle
    authorities: tuple[Parsed, ...]
    others: tuple[tuple[str, Bundle], ...]
    request: str
    managed_by: str

    @property
    def leaf(self) -> Parsed | None:
        """The certificate that counts; None where it cannot be read."""
        return self.bundle.leaf

    @property
    def chain(self) -> Chain | None:
        """How far the bundle leads. None for authorities, of which each stands for itself."""
        if self.leaf is None or self.source == "authority":
            return None
        return chain(self.bundle.certificates, self.authorities)


def holding(obj: Object) -> Holding | None:
    """The certificates of a Secret or ConfigMap; None where there are none and none belong."""
    metadata = obj["metadata"]
    annotations = metadata.get("annotations") or {}
    values = _texts(obj)
    tls = obj.get("type") == TLS_TYPE
    if tls:
        values.setdefault(SERVED, "")
    if not values:
        return None
    read = {name: bundle(text) for name, text in values.items()}
    first = min(read, key=lambda name: (name != SERVED, name == AUTHORITIES, name))
    beside = read[AUTHORITIES].certificates if AUTHORITIES in read and first != AUTHORITIES else ()
    return Holding(
        source="tls" if tls else "authority" if first == AUTHORITIES else "opaque",
        field=first,
        bundle=read[first],
        authorities=beside,
        others=tuple((name, one) for name, one in sorted(read.items()) if name != first),
        request=str(annotations.get(CSR) or ""),
        managed_by=str(annotations.get(MANAGED) or ""),
    )


def _texts(obj: Object) -> dict[str, str]:
    """The values that are named like certificates, as text. A manifest may have them as
    ``stringData``."""
    if obj.get("kind") == "ConfigMap":
        found = {AUTHORITIES: (obj.get("data") or {}).get(AUTHORITIES)}
        return {name: text for name, text in found.items() if isinstance(text, str)}
    texts = {
        name: _decoded(value)
        for name, value in (obj.get("data") or {}).items()
        if name.endswith(_NAMED_SO)
    }
    plain = obj.get("stringData") or {}
    texts.update({name: str(text) for name, text in plain.items() if name.endswith(_NAMED_SO)})
    return texts


def _decoded(value: Any) -> str:
    try:
        return base64.b64decode(str(value), validate=True).decode("ascii", "replace")
    except (binascii.Error, ValueError):
        return str(value) if value else ""
