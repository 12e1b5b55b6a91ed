"""The kinds of values that options take, each with its rule.

A rule gives the value back in the form the console uses, or raises ValueError with a sentence that
fits behind ``--option=value: ``. The sentence never repeats the value, which may hold a password.
"""

import ipaddress
import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from services.auth.grants import Grant
from services.clusters.prometheus import Prometheus
from services.demo.faults import Fault, fault
from services.errors import Invalid

KEY_LENGTH = 32
"""Characters of a key that nobody guesses: 192 bits where they are random base64."""

_IMPLIED_PORT = {"http": 80, "https": 443}


def ip_address(value: str) -> str:
    """An address to listen on; ``localhost`` is 127.0.0.1."""
    if value == "localhost":
        return "127.0.0.1"
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise ValueError("must be an IP address or localhost") from None
    return value


def key(value: str) -> str:
    """A key that signs sessions."""
    if len(value.strip()) < KEY_LENGTH or not value.isprintable():
        raise ValueError(f"must have at least {KEY_LENGTH} characters, all of them printable")
    return value


def url(value: str) -> str:
    """The address of a server, without the last slash; "" is none."""
    if value:
        _web_address(
            value, "must start with http:// or https://, then name a host, and a port below 65536"
        )
    return value.rstrip("/")


def base_url(value: str) -> str:
    """A :func:`url` that others append a path to."""
    parts = urlsplit(url(value))
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must be without user, query and fragment")
    return value.rstrip("/")


def clickhouse_url(value: str) -> str:
    """A :func:`url` of a ClickHouse server; user and password may be in it."""
    parts = urlsplit(url(value))
    if parts.path or parts.query or parts.fragment:
        raise ValueError(
            "must be without path, query and fragment; --clickhouse-database names the database"
        )
    return url(value)


def prometheus_url(value: str) -> str:
    """A :func:`url` of a Prometheus that the console calls; user and password may be in it."""
    if value:
        try:
            Prometheus.from_url(url(value))
        except Invalid as error:
            raise ValueError(error.details["fields"][0]["rule"]) from error
    return url(value)


def host(value: str) -> str:
    """A host that may be called, or several: a name, all names below one, an address, a network."""
    with suppress(ValueError):
        return str(ipaddress.ip_network(value))
    if not re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*", value):
        raise ValueError(
            "must be a name in lower case, *. and a name for all below it, an address, or a"
            " network such as 10.0.0.0/8"
        )
    return value


def origin(value: str) -> str:
    """An origin (RFC 6454, 6.2) spelt as browsers send it, since it is compared with that."""
    rule = (
        "must be exactly scheme://host or scheme://host:port: lower case, no path, no *,"
        " no port that the scheme implies"
    )
    parts = _web_address(value, rule)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _IMPLIED_PORT[parts.scheme]) else f":{parts.port}"
    if value != f"{parts.scheme}://{host}{port}":
        raise ValueError(rule)
    return value


def _web_address(value: str, rule: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        usable = (
            parts.scheme in _IMPLIED_PORT
            and re.fullmatch(r"[a-z0-9_.:-]+", parts.hostname or "")
            and parts.port != 0
            and value.isprintable()
        )
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(rule)
    return parts


def database(value: str) -> str:
    """The URL of a PostgreSQL database, or the URL or path of a SQLite file; "" is neither."""
    rule = "must be postgresql://user@host/database or the path of a SQLite file"
    if not value:
        return value
    file: str | None = value
    if "://" in value:
        try:
            address = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError(rule) from None
        if address.get_backend_name() == "postgresql":
            return value
        file = address.database if address.drivername == "sqlite" else None
    if not file or file == ":memory:":
        raise ValueError(rule)
    _file_to_make(Path(os.path.expanduser(file)))
    return value


def _file_to_make(path: Path) -> None:
    if os.path.isdir(path):
        raise ValueError("must name a file, and this is a folder")
    if not os.path.isdir(path.parent):
        raise ValueError(f"there is no folder {path.parent}")


def file(value: Path) -> Path:
    """A file that is there; ``~`` is understood."""
    path = Path(os.path.expanduser(value))
    if not os.path.isfile(path):
        raise ValueError("must name an existing file")
    return path


def folder(value: Path) -> Path:
    """A folder that is there or can be made; ``~`` is understood."""
    path = Path(os.path.expanduser(value))
    if os.path.exists(path) and not os.path.isdir(path):
        raise ValueError("must be a folder")
    return path


def _from_json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("must be a JSON object") from None


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(filter(None, (part.strip() for part in value.split(","))))
    return value


Address = Annotated[str, AfterValidator(ip_address)]
BaseUrl = Annotated[str, AfterValidator(base_url)]
ClickHouseUrl = Annotated[str, AfterValidator(clickhouse_url)]
DatabaseUrl = Annotated[str, AfterValidator(database)]
Faults = Annotated[
    tuple[Annotated[Fault, BeforeValidator(fault)], ...], NoDecode, BeforeValidator(_split)
]
File = Annotated[Path, AfterValidator(file)]
Folder = Annotated[Path, AfterValidator(folder)]
Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(host)], ...], NoDecode, BeforeValidator(_split)
]
Key = Annotated[SecretStr, AfterValidator(lambda value: SecretStr(key(value.get_secret_value())))]
Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several values: comma separated in an option or variable, a list in the file."""
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(origin)], ...], NoDecode, BeforeValidator(_split)
]
Grants = Annotated[dict[str, Grant], NoDecode, BeforeValidator(_from_json)]
PrometheusUrl = Annotated[str, AfterValidator(prometheus_url)]
