"""Every option of the agent: a flag and a variable that mean the same, the flag wins.

Values are judged together and at once: who sets the agent up learns of all mistakes in one go, each
with the option and the rule it breaks.
"""

import argparse
import ipaddress
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from agent import logs
from agent.hub import LONGEST_S, SHORTEST_S
from agent.kube import ACCOUNT
from agent.serving import any_address

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_RESOURCE = re.compile(r"[a-z0-9.-]+/[A-Za-z0-9._*-]+")


@dataclass(frozen=True, slots=True)
class Option:
    """``parse`` raises ValueError with the rule. Without ``default`` a value must be given."""

    flag: str
    variable: str
    meaning: str
    parse: Callable[[str], Any] = str
    default: str | None = ""

    @property
    def name(self) -> str:
        """The attribute that holds the value."""
        return self.flag.removeprefix("--").replace("-", "_")


class BadOptions(Exception):
    """One sentence for each option that cannot be used."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def _cluster(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("must be lower case letters, digits, - and ., as names of objects are")
    return text


def _url(text: str) -> str:
    try:
        url = urlsplit(text)
        usable = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("must be an http:// or https:// URL with a host")
    if url.username or url.password or url.query or url.fragment:
        raise ValueError("must be a URL without user, query and fragment")
    return text.rstrip("/")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def _yes(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError("must be true or false")
    return text.lower() in ("true", "1")


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _file(text: str) -> Path | None:
    if text and not Path(text).is_file():
        raise ValueError("must be a file that exists")
    return _path(text)


def _resources(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not all(_RESOURCE.fullmatch(name) for name in names):
        raise ValueError("must be resource names like example.com/gpu, separated by commas")
    return names


def _level(text: str) -> str:
    if text not in logs.LEVELS:
        raise ValueError(f"must be one of {', '.join(logs.LEVELS)}")
    return text


_LOG_LEVEL = Option("--log-level", "LOG_LEVEL", "least severe log line", _level, "info")
_BIND = Option(
    "--bind", "HEALTH_BIND", "address to serve health and metrics on", str, any_address()
)

HEARTBEAT = (
    Option(
        "--cluster-name", "CLUSTER_NAME", "name the cluster is registered under", _cluster, None
    ),
    Option("--hub-api", "HUB_API_ENDPOINT", "URL of the hub, without /api/v1", _url, None),
    Option("--hub-token-file", "HUB_TOKEN_FILE", "file with the cluster's token", _file, None),
    Option("--hub-ca-file", "HUB_CA_FILE", "authorities to trust the hub by, PEM", _file),
    Option(
        "--hub-allow-http",
        "HUB_ALLOW_HTTP",
        "send the token unencrypted to a hub that is not on this machine",
        _yes,
        "false",
    ),
    Option(
        "--interval",
        "HEARTBEAT_INTERVAL",
        "seconds between heartbeats until the hub says otherwise",
        _whole(SHORTEST_S, LONGEST_S),
        "30",
    ),
    Option("--namespace", "POD_NAMESPACE", "namespace of the agent's own pods"),
    Option("--operator-selector", "OPERATOR_SELECTOR", "labels of the operator's pods there"),
    Option("--gpu-probe-selector", "GPU_PROBE_SELECTOR", "labels of the GPU probes' pods there"),
    Option("--gpu-probe-port", "GPU_PROBE_PORT", "their port", _whole(1, 65535), "8082"),
    Option(
        "--gpu-resources",
        "GPU_RESOURCES",
        "further resource names that count as GPUs, separated by commas; * stands for any text",
        _resources,
    ),
    _BIND,
    Option("--port", "HEALTH_PORT", "port for it; 0 for any", _whole(0, 65535), "8081"),
    Option(
        "--account",
        "KUBERNETES_ACCOUNT",
        "folder with token and ca.crt for the cluster's API server",
        _path,
        str(ACCOUNT),
    ),
    Option(
        "--api-server",
        "KUBERNETES_API_SERVER",
        "URL of the cluster's API server; without it the one of the pod",
        lambda text: _url(text) if text else "",
    ),
    _LOG_LEVEL,
)
"""Options of ``heartbeat``."""

GPU_PROBE = (
    _BIND,
    Option("--port", "GPU_PROBE_PORT", "port to serve on; 0 for any", _whole(0, 65535), "8082"),
    _LOG_LEVEL,
)
"""Options of ``gpu-probe``."""


def add_to(parser: argparse.ArgumentParser, options: Sequence[Option]) -> None:
    """Declare the options with their variables and defaults."""
    for option in options:
        default = f", default {option.default}" if option.default else ""
        needed = ", required" if option.default is None else ""
        parser.add_argument(
            option.flag,
            metavar="VALUE",
            help=f"{option.meaning} [{option.variable}{default}{needed}]",
        )


def read(
    options: Sequence[Option],
    given: argparse.Namespace,
    environ: Mapping[str, str] = os.environ,
) -> argparse.Namespace:
    """The usable values by ``Option.name``. Raises BadOptions."""
    values, bad = argparse.Namespace(), []
    for option in options:
        label = f"{option.variable} ({option.flag})"
        text = getattr(given, option.name) or environ.get(option.variable) or option.default
        if text is None:
            bad.append(f"{label} is missing: {option.meaning}.")
            continue
        try:
            setattr(values, option.name, option.parse(text))
        except ValueError as rule:
            shown = "" if "@" in text else f", not {text!r}"  # a URL may hold a password
            bad.append(f"{label} {rule}{shown}.")
    if bad:
        raise BadOptions(bad)
    return values


def for_heartbeat(
    given: argparse.Namespace, environ: Mapping[str, str] = os.environ
) -> argparse.Namespace:
    """The values of ``heartbeat``, with the address of the API server. Raises BadOptions."""
    values = read(HEARTBEAT, given, environ)
    _check_encryption(values)
    values.api_server = values.api_server or _own_api_server(environ)
    return values


def _check_encryption(values: argparse.Namespace) -> None:
    """No token travels unencrypted unless somebody said so."""
    if not (values.hub_allow_http or _is_private(values.hub_api)):
        rule = "must begin with https://: the token would be readable on the way"
        way = "HUB_ALLOW_HTTP=true allows it nevertheless"
        raise BadOptions([f"HUB_API_ENDPOINT (--hub-api) {rule}; {way}."])
    if values.api_server and not _is_private(values.api_server):
        rule = "must begin with https:// unless it is on this machine"
        raise BadOptions([f"KUBERNETES_API_SERVER (--api-server) {rule}."])


def _own_api_server(environ: Mapping[str, str]) -> str:
    host = environ.get("KUBERNETES_SERVICE_HOST")
    port = environ.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        rule = "is missing: outside of a pod it has to be named"
        raise BadOptions([f"KUBERNETES_API_SERVER (--api-server) {rule}."])
    return f"https://{f'[{host}]' if ':' in host else host}:{port}"


def _is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent there."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
