"""Where the Prometheus of a cluster is, and whether it answers: asked with a query, as the console
uses it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from services.errors import Invalid, Unavailable
from services.kube import addresses
from services.prometheus.client import PrometheusClient

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

    @classmethod
    def from_url(cls, url: str) -> "Prometheus":
        """As an option names it, with user and password in it or not. Raises Invalid."""
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        host = parts.netloc.rpartition("@")[2]
        return cls(parts._replace(netloc=host).geturl(), user, password)

    def texts(self) -> dict[str, str]:
        """For a Secret to hold it."""
        return dict(zip(PROMETHEUS_KEYS, (self.url, self.username, self.password), strict=True))

    def client(self) -> PrometheusClient:
        """For queries."""
        return PrometheusClient(self.url, self.username, self.password, SECONDS)

    def problem(self) -> str:
        """Why it cannot be used; "" where it answers."""
        client = self.client()
        try:
            client.instant("vector(1)")
        except Unavailable as error:
            return error.message
        finally:
            client.close()
        return ""


def _refused(rule: str) -> Invalid:
    field_name = "prometheus.url"
    return Invalid(f"{field_name}: {rule}", fields=[{"field": field_name, "rule": rule}])
