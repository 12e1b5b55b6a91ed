"""Does the Prometheus of a cluster answer? Asked with a query, as the console would use it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
import urllib3

from services.errors import Invalid
from services.kube import addresses
from services.kube.client import GUARDED_POOLS
from services.kube.failures import from_transport

SECONDS = 5.0
PROMETHEUS_KEYS = ("url", "username", "password")
"""Of the Secret."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where it is, and basic authentication where it wants some.

    Raises Invalid for an address that the console does not call.
    """

    url: str
    username: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        host = addresses.host_of(self.url)
        if not host:
            raise _refused("must be the http:// or https:// URL of a Prometheus")
        parts = urlsplit(self.url)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise _refused("must be an address without credentials, query or fragment")
        if addresses.is_forbidden(host):
            raise _refused(addresses.RULE)

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "Prometheus":
        """As a Secret holds it. Raises Invalid."""
        return cls(*(texts.get(key, "").strip() for key in PROMETHEUS_KEYS))

    def texts(self) -> dict[str, str]:
        """For a Secret to hold it."""
        return dict(zip(PROMETHEUS_KEYS, (self.url, self.username, self.password), strict=True))

    def problem(self) -> str:
        """Why it cannot be used; "" where it answers."""
        pool = urllib3.PoolManager(timeout=SECONDS, retries=False)
        pool.pool_classes_by_scheme = GUARDED_POOLS
        headers = {"Accept": "application/json"}
        if self.username:
            secret = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {secret}"
        url = f"{self.url.rstrip('/')}/api/v1/query?query=vector(1)"
        try:
            answer = pool.request("GET", url, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            return from_transport(error, self.url).message
        finally:
            pool.clear()
        if answer.status in (401, 403):
            return f"{self.url} refuses the console ({answer.status})."
        if answer.status != 200 or _status(answer.data) != "success":
            return f"{self.url} does not answer as a Prometheus does ({answer.status})."
        return ""


def _status(body: bytes) -> Any:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer.get("status") if isinstance(answer, dict) else None


def _refused(rule: str) -> Invalid:
    field_name = "prometheus.url"
    return Invalid(f"{field_name}: {rule}", fields=[{"field": field_name, "rule": rule}])
