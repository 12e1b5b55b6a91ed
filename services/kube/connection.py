"""How to reach one API server: address, trust and credential, and nothing that could hurt the hub.

A kubeconfig is input from somewhere else. It may ask its reader to run a program (``exec``), to
read any file, to trust any server or to go through any proxy, so only an allow-list of fields is
taken and every other one is refused by name, wherever the kubeconfig came from. That is why it is
not given to the loader of the kubernetes package, which follows all of these and leaves private
keys in temporary files. What remains needs no library: one TLS context and one header.
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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services import yaml_text
from services.errors import Invalid, Unavailable
from services.kube import addresses

_CLUSTER_FIELDS = {
    "server",
    "certificate-authority-data",
    "tls-server-name",
    "disable-compression",
    "extensions",
}
_USER_FIELDS = {"token", "client-certificate-data", "client-key-data", "extensions"}
_CONTEXT_FIELDS = {"cluster", "user", "namespace", "extensions"}
_WHY = {
    "exec": "the console never runs a program named by a kubeconfig; use a token or a certificate",
    "auth-provider": "the console never runs an authentication plug-in; use a token or certificate",
    "insecure-skip-tls-verify": "the server's certificate is always checked;"
    " give certificate-authority-data",
    "proxy-url": "the console does not send credentials through a proxy named by a kubeconfig",
    **dict.fromkeys(
        ("certificate-authority", "client-certificate", "client-key", "tokenFile"),
        "names a file; only inline data is taken"
        " (kubectl config view --raw --flatten --minify writes it)",
    ),
    **dict.fromkeys(("username", "password"), "basic authentication is not supported; use a token"),
    **dict.fromkeys(
        ("as", "as-uid", "as-groups", "as-user-extra"), "impersonation is not supported"
    ),
}
REFUSED = "kubeconfig_refused"
"""Code of the error for a kubeconfig that asks for what the console does not do."""
_SERVER_NAME = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*|[0-9a-fA-F]*:[0-9a-fA-F:.]+", re.ASCII)
_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TOKEN_LIFE = 60.0
"""Seconds after which the mounted token is read again; the kubelet rotates it."""


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
        return cls.from_mapping(parse_kubeconfig(read(source)), context, allow_http=allow_http)

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
        cls, config: Mapping[str, Any], context: str | None = None, *, allow_http: bool = False
    ) -> "Connection":
        """From a kubeconfig that has been parsed. Raises Invalid with the fields refused.

        Without ``allow_http`` the address must be https, except on loopback without a credential.
        """
        name = context or config.get("current-context")
        if not name:
            raise _refused("current-context", "is empty; name a context")
        chosen = _named(config, "context", str(name), _CONTEXT_FIELDS)
        cluster = _named(config, "cluster", str(chosen.get("cluster", "")), _CLUSTER_FIELDS)
        user_name = str(chosen.get("user") or "")
        user = _named(config, "user", user_name, _USER_FIELDS) if user_name else {}
        host = _host(cluster.get("server"), secret=bool(user), allow_http=allow_http)
        token = _token(user)
        return cls(
            host,
            _tls(cluster, user) if host.startswith("https:") else None,
            _server_name(cluster),
            (lambda: token) if token else None,
            compress=not (cluster.get("disable-compression") or is_loopback(host)),
            guarded=True,
        )


def read(source: str | Path) -> str | bytes:
    """The text, or what the file holds. Raises Unavailable."""
    if isinstance(source, str):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        raise Unavailable(f"{source}: {error.strerror}") from error


def parse_kubeconfig(text: str | bytes) -> dict[str, Any]:
    """The mapping a kubeconfig holds. Raises Invalid."""
    try:
        config = yaml_text.parse(text)
    except ValueError as error:
        raise _refused("kubeconfig", str(error)) from error
    if not isinstance(config, dict):
        raise _refused("kubeconfig", "must hold a mapping with clusters, users and contexts")
    return config


def merge_kubeconfigs(configs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several files of KUBECONFIG as one, as kubectl does: the first to name something wins.

    Raises Invalid.
    """
    merged: dict[str, Any] = {"clusters": [], "users": [], "contexts": []}
    for config in configs:
        if config.get("current-context"):
            merged.setdefault("current-context", config["current-context"])
        for kind in ("clusters", "users", "contexts"):
            known = {str(entry.get("name")) for entry in merged[kind]}
            merged[kind] += [e for e in _entries(config, kind) if str(e.get("name")) not in known]
    return merged


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


def _refused(name: str, rule: str) -> Invalid:
    return Invalid(f"{name}: {rule}", code=REFUSED, fields=[{"field": name, "rule": rule}])


def _named(config: Mapping[str, Any], kind: str, name: str, allowed: set[str]) -> Mapping[str, Any]:
    """The entry ``name`` of ``clusters``, ``users`` or ``contexts``, checked field by field."""
    for entry in _entries(config, f"{kind}s"):
        if str(entry.get("name")) == name:
            content = entry.get(kind) or {}
            if not isinstance(content, dict):
                raise _refused(f"{kind}s[{name}]", "must be a mapping")
            _check(f"{kind}s[{name}].{kind}", content, allowed)
            return content
    raise _refused(f"{kind}s", f"has no entry named {name!r}")


def _entries(config: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    entries = config.get(kind) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _refused(kind, "must be a list of mappings")
    return entries


def _check(where: str, content: Mapping[str, Any], allowed: set[str]) -> None:
    problems = [
        {"field": f"{where}.{key}", "rule": _WHY.get(key, "is not a field the console takes")}
        for key, value in content.items()
        if key not in allowed and value not in (None, "", False)
    ]
    if problems:
        raise Invalid(
            "; ".join(f"{problem['field']}: {problem['rule']}" for problem in problems),
            code=REFUSED,
            fields=problems,
        )


def _host(server: Any, *, secret: bool, allow_http: bool) -> str:
    field_name = "cluster.server"
    url = server if isinstance(server, str) else ""
    host = addresses.host_of(url)
    if not host:
        raise _refused(field_name, "must be an https:// URL of a host, and a port below 65536")
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _refused(field_name, "must be an address without credentials, query or fragment")
    if addresses.is_forbidden(host):
        raise _refused(field_name, addresses.RULE)
    if parts.scheme == "http" and not allow_http and (secret or not is_loopback(url)):
        raise _refused(
            field_name, "must be https:// (plain http only on loopback and without a user)"
        )
    return url.rstrip("/")


def _server_name(cluster: Mapping[str, Any]) -> str | None:
    name = str(cluster.get("tls-server-name") or "")
    if name and not _SERVER_NAME.fullmatch(name):
        raise _refused("cluster.tls-server-name", "must be a DNS name or an IP address")
    return name or None


def _token(user: Mapping[str, Any]) -> str:
    token = str(user.get("token") or "").strip()
    if not (token.isascii() and token.isprintable()):
        raise _refused("user.token", "must be printable ASCII in one line")
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
        raise _refused(
            "user.client-key-data", "certificate and key belong together; one of them is missing"
        )
    try:
        tls = ssl.create_default_context(cadata=authority or None)
    except ssl.SSLError as error:
        raise _refused("cluster.certificate-authority-data", "holds no certificate") from error
    if certificate:
        try:
            _load_pair(tls, certificate, key)
        except ssl.SSLError as error:
            raise _refused(
                "user.client-key-data", "certificate and key cannot be read or do not match"
            ) from error
    return tls


def _load_pair(tls: ssl.SSLContext, certificate: str, key: str) -> None:
    """OpenSSL takes a pair from a file only: one that its owner alone can read, for an instant."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate.rstrip() + "\n" + key.rstrip() + "\n")
        file.flush()
        tls.load_cert_chain(file.name)


def _pem(content: Mapping[str, Any], where: str, name: str) -> str:
    value = content.get(name)
    if not value:
        return ""
    try:
        return base64.b64decode(str(value), validate=False).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _refused(f"{where}.{name}", "must be base64 of PEM text") from error
