"""Requests of a cluster's web clients, as the data planes of its gateways log them.

What is asked follows from the cluster's objects, how much of it from what it is; how long it takes
has a heavy tail, and a few answers are errors as they always are. On top come incidents, and
requests that no route takes.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from services.demo.traffic import incidents, upstreams
from services.demo.traffic.access_log import AccessLine, iso
from services.demo.traffic.clients import BROWSERS, GRPC, PROGRAMS, SCANNER, Clients
from services.demo.traffic.errands import Errand, errands
from services.demo.traffic.flows import INVALID, Surface
from services.demo.traffic.gateway_log import GatewayLog
from services.demo.traffic.rhythm import Choice, diurnal, lognormal, one_of, uuid, wave
from services.demo.traffic.upstreams import NOT_ASKED, Balancer, Outcome

STEP = 10.0
"""Seconds for which the rate is held."""
STRAY = 0.012
"""The share of requests that no route takes."""
SHORT = 0.004
"""The share of clients that do not wait for the answer."""
GRPC_CODES = ("0",) * 60 + ("5", "3", "7", "16")
PROBED = ("/.env", "/wp-login.php", "/actuator/health", "/favicon.ico", "/robots.txt")


class WebTraffic:
    """The web clients of one cluster, ``rate`` requests a second at the busiest hour."""

    def __init__(
        self,
        chance: Random,
        surface: Surface,
        log: GatewayLog,
        rate: float,
        hours_east: float,
        origin: float,
    ) -> None:
        self._chance, self._log = chance, log
        self._clients = Clients(chance)
        self._balancer = Balancer()
        self._rate, self._hours_east, self._origin = rate, hours_east, origin
        self._phase = chance.random() * 6.28
        self.meet(surface)

    def meet(self, surface: Surface) -> None:
        """Ask from now on for what these objects serve."""
        self._planes = surface.planes
        flows = [one for one in surface.flows if not one.pool and one.gateway in surface.planes]
        self._errands = errands(flows)
        self._choice = Choice(self._errands, (one.weight for one in self._errands))
        rooted = {(one.gateway, one.host) for one in flows if one.path == "/"}
        self._strays = [one for one in flows if (one.gateway, one.host) not in rooted] or flows

    def run(self, begin: float, end: float) -> None:
        """Everything that is answered from ``begin`` until ``end``."""
        if not self._errands:
            return
        step = begin
        while step < end:
            until = min(step + STEP, end)
            load = diurnal(step, self._hours_east) * wave(step, self._phase)
            self._step(step, until, self._rate * load)
            step = until

    def _step(self, begin: float, end: float, rate: float) -> None:
        chance = self._chance
        at = begin + chance.expovariate(rate)
        while at < end:
            if chance.random() < STRAY:
                self._stray(at)
            else:
                errand = self._choice.draw(chance)
                self._errand(errand, at)
            at += chance.expovariate(rate)

    def _errand(self, errand: Errand, at: float) -> None:
        chance, flow = self._chance, errand.flow
        path, method = errand.path(chance), errand.method(chance)
        outcome, upstream = self._outcome(errand, at, method)
        status, seconds = outcome.status, outcome.seconds
        completion, trailer, header, route_header = "OK", "", "", flow.header
        if status == 499:
            completion, route_header = "", ""
        if flow.redirect:
            route_header = ""
        if flow.grpc:
            upstream = ""
            if status == 200:
                trailer = one_of(chance, GRPC_CODES)
            else:
                header, status, route_header = ("14" if status == 502 else "13"), 204, ""
        uri = flow.internal or path
        if flow.rewrite:
            uri = flow.rewrite + path.removeprefix(flow.path).lstrip("/")
        agents: Sequence[str] = BROWSERS
        if flow.grpc:
            agents = GRPC
        elif method != "GET" or errand.program:
            agents = PROGRAMS
        size = 0 if status in (204, 304, 499) else int(lognormal(chance, errand.size, 0.9))
        plane = one_of(chance, self._planes[flow.gateway])
        query = f"?{flow.query}" if flow.query else errand.query(chance)
        line = AccessLine(
            ts=iso(int(at)),
            msec=f"{at:.3f}",
            request_id=f"{chance.getrandbits(128):032x}",
            x_request_id=uuid(chance) if errand.program and chance.random() < 0.9 else "",
            remote_addr=self._clients.address(),
            host=flow.host,
            server=flow.server,
            port=str(flow.port),
            scheme="https" if flow.tls else "http",
            proto="HTTP/2.0" if flow.grpc or (flow.tls and chance.random() < 0.8) else "HTTP/1.1",
            method=method,
            request_uri=path + query,
            path=path,
            uri=uri,
            status=str(status),
            body_bytes_sent=str(size),
            bytes_sent="0" if status == 499 else str(size + 196),
            req_len=str(int(lognormal(chance, 320 if method == "GET" else 900, 0.5))),
            rt=f"{seconds + 0.0005:.3f}",
            proxy_host=upstream,
            uaddr=outcome.uaddr,
            ustatus=outcome.ustatus,
            uct=outcome.uct,
            uht=outcome.uht,
            urt=outcome.urt,
            route_hdr=route_header,
            route_var=flow.variable or "-",
            grpc_trailer=trailer,
            grpc_header=header,
            completion=completion,
            ua=one_of(chance, agents),
        )
        self._log.write(plane, at, line)

    def _outcome(self, errand: Errand, at: float, method: str) -> tuple[Outcome, str]:
        """What comes of it, and the name of the upstream."""
        chance, flow = self._chance, errand.flow
        drawn = chance.random()
        if flow.redirect:
            return _at_once(flow.redirect), ""
        if flow.broken:
            return _at_once(500), ""
        if flow.guarded and drawn < 0.3:
            return _at_once(401), ""
        if method == "POST" and drawn < 0.003:
            return _at_once(413), ""
        if errand.limited and drawn < 0.002:
            return _at_once(429), ""
        if not errand.backends:
            return upstreams.own_server(500), INVALID
        backend = errand.backends.draw(chance)
        if not backend.service:
            return upstreams.own_server(500), backend.upstream
        if not backend.peers:
            return upstreams.own_server(503), backend.upstream
        seconds = min(lognormal(chance, errand.median, errand.sigma), 58.0)
        fails = None
        if backend.service == incidents.CRASHED:
            since = at - self._origin
            seconds = min(seconds * incidents.slowness(since), 58.0)
            hung_up = backend.peers[: incidents.hung_up(since)]
            fails = hung_up.__contains__ if hung_up else None
        if drawn > 1 - SHORT * min(20.0, 1 + seconds * 4):
            waited = seconds * chance.random()
            return upstreams.given_up(one_of(chance, backend.peers), waited), backend.upstream
        status = errand.status(chance, method)
        outcome = self._balancer.ask(backend.upstream, backend.peers, at, status, seconds, fails)
        return outcome, backend.upstream

    def _stray(self, at: float) -> None:
        """A request that no route takes, or that is none."""
        chance = self._chance
        flow = one_of(chance, self._strays)
        plane = one_of(chance, self._planes[flow.gateway])
        line = AccessLine(
            ts=iso(int(at)),
            msec=f"{at:.3f}",
            request_id=f"{chance.getrandbits(128):032x}",
            remote_addr=self._clients.address(),
            port=str(flow.port),
            scheme="https" if flow.tls else "http",
            bytes_sent="295",
            body_bytes_sent="150",
        )
        drawn = chance.random()
        if drawn < 0.04:
            self._log.write(plane, at, line._replace(status="400"))
            return
        path = one_of(chance, PROBED)
        line = line._replace(
            proto="HTTP/1.1",
            method="GET",
            request_uri=path,
            path=path,
            uri=path,
            req_len="188",
            status="404",
            ua=SCANNER,
        )
        if drawn < 0.15:
            line = line._replace(host=f"203.0.113.{chance.randrange(10, 200)}", server="")
        elif drawn < 0.2 and flow.tls:
            line = line._replace(host="admin.example.com", server="admin.example.com", status="421")
        else:
            line = line._replace(host=flow.host, server=flow.server)
        self._log.write(plane, at, line)


def _at_once(status: int) -> Outcome:
    """Answered by NGINX without asking anybody."""
    return replace(NOT_ASKED, status=status)
