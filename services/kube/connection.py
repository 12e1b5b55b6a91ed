"""How to reach one API server: address, trust and credential, and nothing that could hurt the hub.

A kubeconfig (:mod:`services.kube.kubeconfig`) is not given to the loader of the kubernetes package,
which runs the programs and reads the files that it names and leaves private keys in temporary ones.
What remains needs no library: one TLS context and one header.
"""

import base64
import binascii
import ipaddress
import os
import re
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from services.errors import Unavailable
from services.kube import addresses, kubeconfig
from services.kube.kubeconfig import refused

_SERVER_NAME = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*|[0-9a-fA-F]*:[0-9a-fA-F:.]+", re.ASCII)
_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TOKEN_LIFE = 60.0
"""Seconds after which the mounted token is read again; the kubelet rotates it."""

PlainHttp = Literal["nowhere", "loopback", "anywhere"]
"""Where an address may be ``http://``; on loopback it is without a credential only."""


@dataclass(frozen=True)
class Connection:
    """Address, TLS context and credential of one API server; safe to share between threads.

    ``guarded`` ones come from a kubeconfig and never lead to a forbidden address, whatever their
    name resolves to (:mod:`services.kube.addresses`).
    """

    host: str
    tls: ssl.SSLContext | None = field(repr=False, compare=False)
    server_name: str | None = None
    token: Callable[[], str] | None = field(default=None, repr=False, compare=False)
    compress: bool = True
    guarded: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The headers that authenticate a request; asked for each time because tokens rotate."""
        return {"Authorization": f"Bearer {self.token()}"} if self.token else {}

    @classmethod
    def from_kubeconfig(
        cls, source: str | Path, context: str | None = None, *, allow_http: bool = False
    ) -> "Connection":
        """From the text of a kubeconfig, or the file that a Path names.

        Raises Invalid (code ``kubeconfig_refused``) with the fields that are refused, Unavailable
        when the file is unreadable.
        """
        config = kubeconfig.parse(kubeconfig.read(source))
        return cls.from_mapping(config, context, "anywhere" if allow_http else "loopback")

    @classmethod
    def registered(cls, text: str, *, allow_http: bool = False) -> "Connection":
        """From the text of a kubeconfig that somebody has registered: no entry of it may ask for
        what the console does not do, whether it is used or not, and plain http needs to be allowed
        on loopback, too.

        Raises Invalid (code ``kubeconfig_refused``) with the fields that are refused.
        """
        config = kubeconfig.parse_registered(text)
        return cls.from_mapping(config, None, "anywhere" if allow_http else "nowhere")

    @classmethod
    def in_cluster(
        cls, environ: Mapping[str, str] = os.environ, account: Path = _ACCOUNT
    ) -> "Connection":
        """As the service account of the pod we run in; raises Unavailable outside of one."""
        host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
        if not host or not port:
            raise Unavailable("not running in a pod (no KUBERNETES_SERVICE_HOST)")
        try:
            tls = ssl.create_default_context(cafile=str(account / "ca.crt"))
        except OSError as error:
            raise Unavailable(f"{account / 'ca.crt'}: {error.strerror}") from error
        token = _MountedToken(account / "token")
        token()
        return cls(f"https://{f'[{host}]' if ':' in host else host}:{port}", tls, token=token)

    @classmethod
    def from_mapping(
        cls,
        config: Mapping[str, Any],
        context: str | None = None,
        plain_http: PlainHttp = "loopback",
    ) -> "Connection":
        """From a kubeconfig that has been parsed. Raises Invalid with the fields refused."""
        cluster, user = kubeconfig.chosen(config, context)
        host = _host(cluster.get("server"), secret=bool(user), plain_http=plain_http)
        token = _token(user)
        return cls(
            host,
            _tls(cluster, user) if host.startswith("https:") else None,
            _server_name(cluster),
            (lambda: token) if token else None,
            compress=not (cluster.get("disable-compression") or is_loopback(host)),
            guarded=True,
        )


class _MountedToken:
    """The token file of the pod's own service account, read again every minute."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._text, self._read_at = "", float("-inf")

    def __call__(self) -> str:
        with self._lock:
            if time.monotonic() - self._read_at > _TOKEN_LIFE:
                try:
                    self._text = self._path.read_text().strip()
                except OSError as error:
                    raise Unavailable(f"{self._path}: {error.strerror}") from error
                self._read_at = time.monotonic()
            return self._text


def _host(server: Any, *, secret: bool, plain_http: PlainHttp) -> str:
    field_name = "cluster.server"
    url = server if isinstance(server, str) else ""
    host = addresses.host_of(url)
    if not host:
        raise refused(field_name, "must be an https:// URL of a host, and a port below 65536")
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise refused(field_name, "must be an address without credentials, query or fragment")
    if addresses.is_forbidden(host):
        raise refused(field_name, addresses.RULE)
    if parts.scheme == "http" and plain_http == "nowhere":
        raise refused(
            field_name, "must be https:// (--allow-http-clusters lets the console take plain http)"
        )
    here = is_loopback(url) and not secret
    if parts.scheme == "http" and plain_http == "loopback" and not here:
        raise refused(
            field_name,
            "must be https:// (plain http only on loopback and without a user,"
            " or with --allow-http-clusters)",
        )
    return url.rstrip("/")


def _server_name(cluster: Mapping[str, Any]) -> str | None:
    name = str(cluster.get("tls-server-name") or "")
    if name and not _SERVER_NAME.fullmatch(name):
        raise refused("cluster.tls-server-name", "must be a DNS name or an IP address")
    return name or None


def _token(user: Mapping[str, Any]) -> str:
    given = user.get("token") or ""
    token = given.strip() if isinstance(given, str) else "\n"
    if not (token.isascii() and token.isprintable()):
        raise refused("user.token", "must be printable ASCII in one line")
    return token


def is_loopback(url: str) -> bool:
    """Whether the address never leaves this machine."""
    hostname = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return hostname == "localhost"


def _tls(cluster: Mapping[str, Any], user: Mapping[str, Any]) -> ssl.SSLContext:
    authority = _pem(cluster, "cluster", "certificate-authority-data")
    certificate = _pem(user, "user", "client-certificate-data")
    key = _pem(user, "user", "client-key-data")
    if bool(certificate) != bool(key):
        raise refused(
            "user.client-key-data", "certificate and key belong together; one of them is missing"
        )
    try:
        tls = ssl.create_default_context(cadata=authority or None)
    except ssl.SSLError as error:
        raise refused("cluster.certificate-authority-data", "holds no certificate") from error
    if certificate:
        try:
            _load_pair(tls, certificate, key)
        except OSError as error:
            raise refused(
                "user.client-key-data", "certificate and key cannot be read or do not match"
            ) from error
    return tls


def _load_pair(tls: ssl.SSLContext, certificate: str, key: str) -> None:
    """OpenSSL takes a pair from a file only: one that its owner alone can read, for an instant. For
    a key that is encrypted it would ask whoever sits at the terminal, were no password given."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate.rstrip() + "\n" + key.rstrip() + "\n")
        file.flush()
        tls.load_cert_chain(file.name, password="")


def _pem(content: Mapping[str, Any], where: str, name: str) -> str:
    value = content.get(name)
    if not value:
        return ""
    try:
        return base64.b64decode(str(value), validate=False).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise refused(f"{where}.{name}", "must be base64 of PEM text") from error
