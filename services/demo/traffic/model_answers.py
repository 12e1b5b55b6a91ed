"""The access log line of a request to a pool of models.

NGF hands the request to the endpoint that the picker chose: the log has its address as the upstream
and as the host. A request that the picker refuses reaches no upstream.
"""

from random import Random

from services.demo.traffic.access_log import AccessLine, iso
from services.demo.traffic.clients import MODEL_CLIENTS
from services.demo.traffic.flows import Flow
from services.demo.traffic.requests import Prompt
from services.demo.traffic.rhythm import one_of
from services.demo.traffic.upstreams import Outcome

BYTES_A_TOKEN = 4.2
CHUNK = 180
"""Bytes of the event that carries one token of a streamed answer."""


def line(
    prompt: Prompt, outcome: Outcome, flow: Flow, at: float, client: str, chance: Random
) -> AccessLine:
    """The line that ends a request at ``at``."""
    size = prompt.output * CHUNK if outcome.status == 200 else 0
    unheard = outcome.status == 499
    return AccessLine(
        ts=iso(int(at)),
        msec=f"{at:.3f}",
        request_id=f"{chance.getrandbits(128):032x}",
        x_request_id=prompt.request_id if prompt.named else "",
        remote_addr=client,
        host=flow.host,
        server=flow.server,
        port=str(flow.port),
        scheme="https" if flow.tls else "http",
        proto="HTTP/2.0" if flow.tls else "HTTP/1.1",
        method="POST",
        request_uri=flow.path,
        path=flow.path,
        uri=flow.internal,
        status=str(outcome.status),
        body_bytes_sent=str(size),
        bytes_sent="0" if unheard else str(size + 311),
        req_len=str(int(prompt.prompt * BYTES_A_TOKEN) + 420),
        rt=f"{outcome.seconds + 0.001:.3f}",
        proxy_host=outcome.uaddr,
        uaddr=outcome.uaddr,
        ustatus=outcome.ustatus,
        uct=outcome.uct,
        uht=outcome.uht,
        urt=outcome.urt,
        route_hdr="" if unheard else flow.header,
        route_var=flow.variable or "-",
        completion="" if prompt.aborted else "OK",
        ua=one_of(chance, MODEL_CLIENTS),
    )
