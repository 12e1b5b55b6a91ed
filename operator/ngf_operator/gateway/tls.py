"""Certificates of a bundle: which Secrets its listeners use, and the Certificate that fills one."""

from collections.abc import Iterator, Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.gateway.parent import CERT_MANAGER, CERTIFICATE, Bundle
from ngf_operator.wanting import Child, Lack, Obj

_SECURE = ("HTTPS", "TLS")


def terminates(listener: Mapping[str, Any]) -> bool:
    """Whether TLS ends at a listener."""
    mode = (listener.get("tls") or {}).get("mode", "Terminate")
    return listener.get("protocol") in _SECURE and mode == "Terminate"


def certificates(bundle: Bundle, listener: Mapping[str, Any]) -> list[Obj]:
    """References to the Secrets of a listener that terminates TLS: its own, else the bundle's."""
    own = (listener.get("tls") or {}).get("certificateRefs")
    refs = own or _shared(bundle)
    return [{key: ref[key] for key in ("name", "namespace") if ref.get(key)} for ref in refs]


def _shared(bundle: Bundle) -> list[Obj]:
    section = bundle.spec.get("tls") or {}
    refs = list(section.get("secretRefs") or ())
    return [*refs, {"name": _secret(bundle)}] if section.get("certManager") else refs


def _secret(bundle: Bundle) -> str:
    asked = ((bundle.spec.get("tls") or {}).get("certManager") or {}).get("secretName")
    return str(asked or names.tls(bundle.name))


def wanted(bundle: Bundle) -> Iterator[Child | Lack]:
    """The Certificate, where the spec asks cert-manager for one."""
    section = (bundle.spec.get("tls") or {}).get("certManager")
    if not section:
        return
    spec = {
        "secretName": _secret(bundle),
        "issuerRef": dict(section["issuerRef"]),
        "dnsNames": list(section.get("dnsNames") or _hostnames(bundle)),
    }
    spec |= {key: section[key] for key in ("duration", "renewBefore") if section.get(key)}
    name = names.tls(bundle.name)
    yield bundle.child(CERTIFICATE, CERT_MANAGER, "Certificate", name, spec)


def _hostnames(bundle: Bundle) -> Iterator[str]:
    """Hostnames of the listeners that use the Certificate, else of all that terminate TLS."""
    secure = [one for one in bundle.spec.get("listeners") or () if terminates(one)]
    using = [one for one in secure if not (one.get("tls") or {}).get("certificateRefs")]
    found = [one["hostname"] for one in using if one.get("hostname")]
    yield from dict.fromkeys(found or [one["hostname"] for one in secure if one.get("hostname")])
