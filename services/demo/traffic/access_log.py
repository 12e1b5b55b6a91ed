"""A line of NGF's access log in the format of the demo's NginxProxies: every value is text.

What has no value is an empty string, but a dash inside lists, where the route variable is not set,
and for the status of an upstream that was not waited for.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple


class AccessLine(NamedTuple):
    """The fields in the order of the format."""

    log: str = "ngf_access"
    ts: str = ""
    msec: str = ""
    request_id: str = ""
    x_request_id: str = ""
    remote_addr: str = ""
    host: str = ""
    server: str = ""
    port: str = ""
    scheme: str = "http"
    proto: str = ""
    method: str = ""
    request_uri: str = ""
    path: str = ""
    uri: str = ""
    status: str = ""
    body_bytes_sent: str = "0"
    bytes_sent: str = "0"
    req_len: str = "0"
    rt: str = "0.000"
    proxy_host: str = ""
    uaddr: str = ""
    ustatus: str = ""
    uct: str = ""
    uht: str = ""
    urt: str = ""
    route_hdr: str = ""
    route_var: str = "-"
    grpc_trailer: str = ""
    grpc_header: str = ""
    completion: str = "OK"
    ua: str = ""

    def text(self) -> str:
        """The line. Values of the demo hold nothing that JSON would have to escape."""
        return _FORMAT % self


_FORMAT = "{" + ",".join(f'"{key}":"%s"' for key in AccessLine._fields) + "}"


@lru_cache(maxsize=64)
def iso(second: int) -> str:
    """``$time_iso8601`` of a pod whose zone is UTC."""
    return datetime.fromtimestamp(second, UTC).isoformat()
