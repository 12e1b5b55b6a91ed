"""Every option of the operator: a flag and a variable that mean the same, the flag wins."""

import argparse
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Options:
    """How one replica runs."""

    kubeconfig: str = ""
    namespace: str = "default"
    identity: str = ""
    lease: str = "ngf-console-operator"
    lease_seconds: float = 15.0
    leader_elect: bool = True
    interval: float = 60.0
    workers: int = 8
    bind: str = ""
    port: int = 8080
    log_level: str = "info"


class BadOptions(Exception):
    """One sentence for each option that cannot be used, a line each."""


@dataclass(frozen=True, slots=True)
class _Option:
    name: str
    variable: str
    meaning: str
    parse: Callable[[str], Any]
    default: str

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"


def _number(low: float, high: float, kind: Callable[[str], float]) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return value

    return parse


def _yes(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError("must be true or false")
    return text.lower() in ("true", "1")


def _level(text: str) -> str:
    if text not in LEVELS:
        raise ValueError(f"must be one of {', '.join(LEVELS)}")
    return text


def _identity(text: str) -> str:
    return text or f"{socket.gethostname()}-{os.getpid()}"


OPTIONS = (
    _Option(
        "kubeconfig",
        "KUBECONFIG",
        "kubeconfig file; without it the pod's service account is used",
        str,
        "",
    ),
    _Option("namespace", "POD_NAMESPACE", "namespace of the Lease", str, "default"),
    _Option(
        "identity",
        "POD_NAME",
        "name of this replica in the Lease; without it host name and process id",
        _identity,
        "",
    ),
    _Option("lease", "LEASE_NAME", "name of the Lease", str, "ngf-console-operator"),
    _Option(
        "lease_seconds",
        "LEASE_SECONDS",
        "seconds after which another replica takes over from one that is silent",
        _number(1, 300, float),
        "15",
    ),
    _Option(
        "leader_elect",
        "LEADER_ELECT",
        "whether several replicas agree on one by a Lease; false for a single process",
        _yes,
        "true",
    ),
    _Option(
        "interval",
        "RECONCILE_INTERVAL",
        "seconds after which each parent is looked at again, from memory",
        _number(1, 3600, float),
        "60",
    ),
    _Option(
        "workers",
        "RECONCILE_WORKERS",
        "how many parents are reconciled at once",
        _number(1, 64, int),
        "8",
    ),
    _Option(
        "bind", "HEALTH_BIND", "address to serve health and metrics on; without it all", str, ""
    ),
    _Option("port", "HEALTH_PORT", "port for it; 0 for any", _number(0, 65535, int), "8080"),
    _Option(
        "log_level", "LOG_LEVEL", f"least severe log line: {', '.join(LEVELS)}", _level, "info"
    ),
)


def parser(version: str) -> argparse.ArgumentParser:
    """What the command line may say."""
    made = argparse.ArgumentParser(
        prog="python operator/main.py",
        description="The operator of NGF Console: keeps GatewayBundles, InferenceStacks and"
        " DistributedCloudPublishes of its own cluster as they are wanted. A flag wins over its"
        " variable.",
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=version)
    for option in OPTIONS:
        default = f", default {option.default}" if option.default else ""
        made.add_argument(
            option.flag, metavar="VALUE", help=f"{option.meaning} [{option.variable}{default}]"
        )
    return made


def read(given: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> Options:
    """The usable values. Raises BadOptions."""
    values, bad = {}, []
    for option in OPTIONS:
        text = getattr(given, option.name) or environ.get(option.variable) or option.default
        try:
            values[option.name] = option.parse(text)
        except ValueError as rule:
            bad.append(f"{option.variable} ({option.flag}) {rule}, not {text!r}.")
    if bad:
        raise BadOptions("\n".join(bad))
    return Options(**values)
