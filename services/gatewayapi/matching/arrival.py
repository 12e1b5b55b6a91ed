"""Which listener a request arrives at: by port, by SNI, by host."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.gatewayapi.matching.request import Request
from services.gatewayapi.matching.tables import covering
from services.gatewayapi.model.gateways import Gateway, Listener

Outcome = Literal["backend", "redirect", "response", "no_listener", "no_route", "tls_refused"]
"""What becomes of a request."""
_SCHEMES = {"HTTP": "http", "HTTPS": "https", "TLS": "tls", "TCP": "tcp", "UDP": "udp"}
_DEFAULT_PORTS = {"http": 80, "https": 443, "tls": 443}
_CONNECTIONS = ("TCP", "UDP")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: a sentence, and where the specification says so."""

    text: str
    section: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a request arrives. ``name`` is the name that its routes are looked up by."""

    listener: Listener
    scheme: str
    port: int
    sni: str | None
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request reaches no route. ``outcome`` as in an answer; ``status`` is what the client
    gets, None without an HTTP answer."""

    outcome: Outcome
    status: int | None
    reason: Reason
    scheme: str
    port: int
    listener: Listener | None = None
    sni: str | None = None


def arrive(gateway: Gateway, request: Request) -> Arrival | Refusal:
    """The listener that a request arrives at.

    Without a port: the one in the Host header where a listener has it, else the scheme's own (80,
    443) where one has it, else that of the listener which speaks the scheme and has the most
    specific hostname, or the first. Without a scheme: what the listeners of the port speak.
    """
    usable = [listener for listener in gateway.listeners if listener.usable]
    port = _port(usable, request)
    here = [listener for listener in usable if listener.port == port]
    scheme = _scheme(here, request, port)
    fitting = [one for one in here if (_protocol(one) == "UDP") == (scheme == "udp")]
    if not fitting:
        return Refusal("no_listener", None, _silent(gateway, port, scheme), scheme, port)
    raw = [one for one in fitting if _protocol(one) in _CONNECTIONS]
    if raw:
        text = f"Listener {raw[0].name} takes every connection on port {port}."
        reason = Reason(text, "Gateway.spec.listeners")
        return Arrival(raw[0], _SCHEMES[_protocol(raw[0])], port, None, "", (reason,))
    if scheme in ("https", "tls") or (scheme == "tcp" and request.sni is not None):
        return _encrypted(fitting, request, scheme, port)
    return _plain(fitting, request, scheme, port)


def _port(usable: Sequence[Listener], request: Request) -> int:
    if request.port is not None:
        return request.port
    ports = dict.fromkeys(listener.port for listener in usable)
    named = request.host_port
    if named in ports and named is not None:
        return named
    if request.scheme:
        wanted = [request.scheme]
    elif request.sni is not None:
        wanted = ["https", "tls"]
    else:
        wanted = ["http", "https", "tls", "tcp", "udp"]
    for scheme in wanted:
        speaking = [one for one in usable if _SCHEMES.get(_protocol(one)) == scheme]
        default = _DEFAULT_PORTS.get(scheme)
        if default is not None and any(one.port == default for one in speaking):
            return default
        if speaking:
            name = request.hostname if request.sni is None else request.sni
            return (most_specific(speaking, name) or speaking[0]).port
    return _DEFAULT_PORTS.get(wanted[0], 80)


def _scheme(here: Sequence[Listener], request: Request, port: int) -> str:
    if request.scheme:
        return request.scheme
    spoken = {_SCHEMES.get(_protocol(listener), "tcp") for listener in here}
    if request.sni is not None:
        return "tls" if spoken == {"tls"} else "https"
    for scheme in ("http", "https", "tls", "tcp", "udp"):
        if scheme in spoken:
            return scheme
    return "https" if port == 443 else "http"


def _encrypted(
    fitting: Sequence[Listener], request: Request, scheme: str, port: int
) -> Arrival | Refusal:
    sni = request.sni if request.sni is not None else _server_name(request)
    secure = [one for one in fitting if _protocol(one) in ("HTTPS", "TLS")]
    if not secure:
        text = f"Port {port} does not speak TLS: its listener is of protocol HTTP."
        reason = Reason(text, "Gateway.spec.listeners.protocol")
        return Refusal("tls_refused", None, reason, scheme, port, None, sni)
    listener = most_specific(secure, sni)
    if listener is None:
        what = f"names {sni}" if sni else "names no server"
        text = f"The handshake {what}, which no listener on port {port} has as its hostname."
        reason = Reason(text, "Gateway.spec.listeners.hostname")
        return Refusal("tls_refused", None, reason, scheme, port, None, sni)
    chosen = _chosen(listener, f"SNI {sni}" if sni else "no SNI", port)
    if _protocol(listener) == "TLS":
        return Arrival(listener, "tls", port, sni, sni, (chosen,))
    host = request.hostname or sni
    section = "Gateway.spec.listeners.hostname"
    authority = most_specific([one for one in secure if _protocol(one) == "HTTPS"], host)
    if authority is None:
        text = f"Host {host} is of no listener on port {port}."
        return Refusal("no_route", 404, Reason(text, section), "https", port, listener, sni)
    if authority is not listener:
        text = (
            f"The handshake was for {sni or 'no name'} (listener {listener.name}), but Host {host} "
            f"belongs to listener {authority.name}: the request is misdirected."
        )
        return Refusal("response", 421, Reason(text, section), "https", port, listener, sni)
    return Arrival(listener, "https", port, sni, host, (chosen,))


def _plain(
    fitting: Sequence[Listener], request: Request, scheme: str, port: int
) -> Arrival | Refusal:
    plain = [one for one in fitting if _protocol(one) == "HTTP"]
    if not plain:
        text = f"Port {port} speaks TLS, the request came without."
        reason = Reason(text, "Gateway.spec.listeners.protocol")
        web = next((one for one in fitting if _protocol(one) == "HTTPS"), None)
        if web is None or scheme == "tcp":
            return Refusal("tls_refused", None, reason, scheme, port)
        return Refusal("response", 400, reason, scheme, port, web)
    host = request.hostname
    listener = most_specific(plain, host)
    if listener is None:
        text = f"Host {host or '(none)'} is of no listener on port {port}."
        reason = Reason(text, "Gateway.spec.listeners")
        return Refusal("no_route", 404, reason, scheme, port)
    what = f"Host {host}" if host else "no Host"
    return Arrival(listener, "http", port, None, host, (_chosen(listener, what, port),))


def most_specific(listeners: Sequence[Listener], name: str) -> Listener | None:
    """The listener whose hostname is the most specific that covers a name (listeners are distinct
    by hostname; of two that are not, the first)."""
    by_name: dict[str, Listener] = {}
    for listener in listeners:
        by_name.setdefault(listener.hostname, listener)
    if name:
        for one in covering(name):
            if one in by_name:
                return by_name[one]
    return by_name.get("")


def _chosen(listener: Listener, what: str, port: int) -> Reason:
    if listener.hostname:
        text = (
            f"Listener {listener.name} on port {port} has the most specific hostname for {what}: "
            f"{listener.hostname}."
        )
    else:
        text = f"Listener {listener.name} on port {port} takes {what}: it has no hostname."
    return Reason(text, "Gateway.spec.listeners.hostname")


def _silent(gateway: Gateway, port: int, scheme: str) -> Reason:
    faulty = [one for one in gateway.listeners if one.port == port and not one.usable]
    if faulty:
        fault = faulty[0].faults[0].message if faulty[0].faults else "it is not accepted"
        text = f"Listener {faulty[0].name} on port {port} takes no traffic: {fault}"
        section = faulty[0].faults[0].section if faulty[0].faults else "Gateway.spec.listeners"
        return Reason(text, section)
    what = "UDP on " if scheme == "udp" else ""
    return Reason(f"No listener has {what}port {port}.", "Gateway.spec.listeners.port")


def _server_name(request: Request) -> str:
    name = request.hostname
    # TLS names servers by name only, never by address (RFC 6066, 3).
    return "" if name.startswith("[") or name.replace(".", "").isdigit() else name


def _protocol(listener: Listener) -> str:
    return listener.protocol.upper()
