"""What a kubeconfig asks for, and what of it is refused, by name.

A kubeconfig is input from somewhere else. It may ask its reader to run a program (``exec``), to
read any file, to trust any server or to go through any proxy, so only an allow-list of fields is
taken and every other one is refused, wherever the kubeconfig came from.

A file that the console is started with belongs to whoever starts it: of its many contexts one is
used, and only what belongs to that is checked. What is registered is stored and used in everybody's
name, so all of it is checked.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from services import yaml_text
from services.errors import Invalid, Unavailable

_FIELDS = {
    "cluster": {
        "server",
        "certificate-authority-data",
        "tls-server-name",
        "disable-compression",
        "extensions",
    },
    "user": {"token", "client-certificate-data", "client-key-data", "extensions"},
    "context": {"cluster", "user", "namespace", "extensions"},
}
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
LARGEST = 256 * 1024
"""Characters of a kubeconfig that is registered; one of one cluster has about ten thousand."""
NAMED = 20
"""Fields that are named where more are refused."""
REFUSED = "kubeconfig_refused"
"""Code of the error for a kubeconfig that asks for what the console does not do."""


def read(source: str | Path) -> str | bytes:
    """The text, or what the file holds. Raises Unavailable."""
    if isinstance(source, str):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        raise Unavailable(f"{source}: {error.strerror}") from error


def parse(text: str | bytes) -> dict[str, Any]:
    """The mapping a kubeconfig holds. Raises Invalid."""
    try:
        config = yaml_text.parse_own(text)
    except ValueError as error:
        raise refused("kubeconfig", str(error)) from error
    if not isinstance(config, dict):
        raise refused("kubeconfig", "must hold a mapping with clusters, users and contexts")
    return config


def merged(configs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several files of KUBECONFIG as one, as kubectl does: the first to name something wins.

    Raises Invalid.
    """
    made: dict[str, Any] = {"clusters": [], "users": [], "contexts": []}
    for config in configs:
        if config.get("current-context"):
            made.setdefault("current-context", config["current-context"])
        for kind in ("clusters", "users", "contexts"):
            known = {str(entry.get("name")) for entry in made[kind]}
            made[kind] += [e for e in _entries(config, kind) if str(e.get("name")) not in known]
    return made


def parse_registered(text: str) -> dict[str, Any]:
    """Like :func:`parse`, and every entry is checked, whether it is used or not."""
    if len(text) > LARGEST:
        raise refused("kubeconfig", f"must have at most {LARGEST} characters")
    config = parse(text)
    problems = [
        problem
        for kind in _FIELDS
        for entry in _entries(config, f"{kind}s")
        for problem in _problems(kind, entry)
    ]
    if problems:
        raise _refusal(problems)
    return config


def chosen(
    config: Mapping[str, Any], context: str | None = None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Cluster and user of a context, of the current one by default. Raises Invalid."""
    name = context or config.get("current-context")
    if not name:
        raise refused("current-context", "is empty; name a context")
    pair = _entry(config, "context", name)
    cluster = _entry(config, "cluster", pair.get("cluster"))
    return cluster, _entry(config, "user", pair["user"]) if pair.get("user") else {}


def refused(name: str, rule: str) -> Invalid:
    """The error for a field that breaks a rule."""
    return _refusal([{"field": name, "rule": rule}])


def _refusal(problems: list[dict[str, str]]) -> Invalid:
    named = problems[:NAMED]
    told = [f"{problem['field']}: {problem['rule']}" for problem in named]
    if len(problems) > NAMED:
        told.append(f"and {len(problems) - NAMED} more")
    return Invalid("; ".join(told), code=REFUSED, fields=named)


def _entry(config: Mapping[str, Any], kind: str, name: Any) -> Mapping[str, Any]:
    """The entry ``name`` of ``clusters``, ``users`` or ``contexts``, checked field by field."""
    wanted = str(name)
    for entry in _entries(config, f"{kind}s"):
        if str(entry.get("name")) == wanted:
            if problems := _problems(kind, entry):
                raise _refusal(problems)
            content: Mapping[str, Any] = entry.get(kind) or {}
            return content
    raise refused(f"{kind}s", f"has no entry named {_short(wanted)!r}")


def _entries(config: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    entries = config.get(kind) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise refused(kind, "must be a list of mappings")
    return entries


def _problems(kind: str, entry: Mapping[str, Any]) -> list[dict[str, str]]:
    """The fields of an entry that ask for what the console does not do, each with the reason."""
    where, content = f"{kind}s[{_short(entry.get('name'))}]", entry.get(kind) or {}
    if not isinstance(content, dict):
        return [{"field": where, "rule": "must be a mapping"}]
    return [
        {
            "field": f"{where}.{kind}.{_short(key)}",
            "rule": _WHY.get(key, "is not a field the console takes"),
        }
        for key, value in content.items()
        if key not in _FIELDS[kind] and value not in (None, "", False)
    ]


def _short(name: Any) -> str:
    text = str(name)
    return text if len(text) <= 100 else f"{text[:100]}..."
