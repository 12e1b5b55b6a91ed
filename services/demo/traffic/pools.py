"""One inference pool at work: prompts come, the picker decides, engines answer, replicas change.

Events are handled in the order of their time, so that every source tells the same story: what the
log calls an answer is what the span measured and the counters counted.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import Any

from services.demo.seed.inference import LLAMA, OLD_PICKER, Pool
from services.demo.traffic import engine_spans, incidents, model_answers, picker_logs, upstreams
from services.demo.traffic.autoscaling import SYNC, Autoscaler, Reading
from services.demo.traffic.clients import Clients
from services.demo.traffic.engines import Engine
from services.demo.traffic.exports import Outbox, Resource
from services.demo.traffic.flows import Surface
from services.demo.traffic.gateway_log import GatewayLog
from services.demo.traffic.loads import Load
from services.demo.traffic.picker_metrics import PickerMetrics
from services.demo.traffic.picker_spans import DecisionSpans
from services.demo.traffic.picking import STATUSES, Decision, decide
from services.demo.traffic.replicas import Replicas
from services.demo.traffic.requests import PATIENT, Prompt, Prompts
from services.demo.traffic.rhythm import diurnal, lognormal, one_of, wave
from services.demo.traffic.series import Target
from services.demo.traffic.upstreams import NOT_ASKED, Outcome

FIRST_TOKEN, DONE, GIVEN_UP, LOOK = range(4)
"""What can happen, besides that a request comes."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """The autoscaler changed a pool: ``added`` are pods that start, ``removed`` pods that end."""

    pool: Pool
    reading: Reading
    added: tuple[Engine, ...] = ()
    removed: tuple[Engine, ...] = ()


class PoolTraffic:
    """The requests of one pool from ``begin`` on; ``pods`` are its engines, ``picker`` its picker.

    ``scaled`` collects what the autoscaler did, ``reading`` is what it saw last.
    """

    def __init__(
        self,
        load: Load,
        pods: Iterable[Mapping[str, Any]],
        picker: Mapping[str, Any],
        surface: Surface,
        outbox: Outbox,
        log: GatewayLog,
        chance: Random,
        begin: float,
        origin: float,
        hours_east: float,
    ) -> None:
        self.load, self.pool = load, load.pool
        self._outbox, self._log, self._chance = outbox, log, chance
        self._origin, self._hours_east, self._phase = origin, hours_east, chance.random() * 6.28
        self._clients = Clients(chance)
        self._prompts = Prompts(chance, self.pool.name, load.demand)
        self._old = self.pool.picker == OLD_PICKER
        self.replicas = Replicas(load, pods, chance)
        self._picker, self._picker_metrics = _picker(self.pool, picker)
        self._spans = DecisionSpans(outbox, self._picker, self.pool.namespace, chance)
        self._events: list[tuple[float, int, int, Engine | None, Prompt | None]] = []
        self._number = count()
        self._decisions = 0
        self._next = self._after(begin)
        scaling = self.pool.scaling
        self._autoscaler = Autoscaler(scaling) if scaling and not scaling.fails else None
        self.reading: Reading | None = None
        self.scaled: list[Scaled] = []
        if self._autoscaler:
            self._push(begin + SYNC, LOOK)
        self.meet(surface)

    def meet(self, surface: Surface) -> None:
        """Come from now on over the routes that lead to the pool."""
        self._flows = [
            one
            for one in surface.flows
            if one.pool == self.pool.place and one.gateway in surface.planes
        ]
        self._planes = surface.planes

    def ready(self, at: float) -> list[Engine]:
        """Pods that the picker may pick."""
        out = self.pool.name == incidents.OUT
        if out and incidents.OUTAGE.elapsed(at - self._origin) is not None:
            return []
        return self.replicas.ready(at)

    def run(self, end: float) -> None:
        """Everything that happens until ``end``."""
        while True:
            due = self._events[0][0] if self._events else end
            if self._next < min(due, end):
                self._arrive(self._next)
                self._next = self._after(self._next)
            elif due < end:
                at, _, kind, engine, prompt = heapq.heappop(self._events)
                self._happen(at, kind, engine, prompt)
            else:
                return

    def rest(self, until: float) -> None:
        """Answer what is under way; nobody asks for more before ``until``."""
        self._next = self._after(until)
        self.run(until)

    def show(self, at: float) -> Iterator[Target]:
        """The scrape targets with their series as they are at ``at``."""
        yield from self.replicas.show(at)
        self._picker_metrics.show(self.ready(at), at)
        yield self._picker_metrics.target

    def _after(self, at: float) -> float:
        """When the next request comes."""
        return at + self._chance.expovariate(self._rate(at))

    def _rate(self, at: float) -> float:
        usual = diurnal(at, self._hours_east) * wave(at, self._phase)
        rush = incidents.surge(at - self._origin) if self.pool is LLAMA else 0.0
        return self.load.demand.rate * (usual + rush)

    def _push(
        self, at: float, kind: int, engine: Engine | None = None, prompt: Prompt | None = None
    ) -> None:
        heapq.heappush(self._events, (at, next(self._number), kind, engine, prompt))

    def _arrive(self, at: float) -> None:
        if not self._flows:
            return
        prompt = self._prompts.draw(at)
        ready = self.ready(at)
        decision = decide(prompt, ready, at, self._chance, filtering=self.load.filtering)
        over = self._decided(prompt, decision, at)
        engine = decision.picked
        if engine is None:
            status = STATUSES[decision.code]
            self._answer(over, prompt, replace(NOT_ASKED, status=status, seconds=over - at))
            return
        for begun in engine.take(prompt, over):
            self._schedule(engine, begun)
        if prompt.patience < PATIENT:
            self._push(at + prompt.patience, GIVEN_UP, engine, prompt)

    def _decided(self, prompt: Prompt, decision: Decision, at: float) -> float:
        """What the picker leaves behind of a decision; gives when it was made."""
        begin, pool = at + 0.0006, self.pool
        if not self._old and self._decisions % self.load.traced == 0:
            over = self._spans.tell(prompt, decision, pool.model, begin)
        else:
            over = begin + lognormal(self._chance, 0.0011, 0.25)
        if not self._old:
            scored = self._decisions % picker_logs.SCORED_EVERY == 0
            for when, text in picker_logs.lines(
                prompt, decision, pool.model, pool.namespace, begin, over, scored=scored
            ):
                self._outbox.line(self._picker, when, text)
        self._decisions += 1
        self._picker_metrics.decided(prompt, decision, (over - begin) * 0.4)
        return over

    def _schedule(self, engine: Engine, prompt: Prompt) -> None:
        self._push(prompt.first, FIRST_TOKEN, engine, prompt)
        self._push(prompt.ended, DONE, engine, prompt)

    def _happen(self, at: float, kind: int, engine: Engine | None, prompt: Prompt | None) -> None:
        if engine is None or prompt is None:
            self._look(at)
        elif kind == FIRST_TOKEN:
            if not prompt.aborted:
                self.replicas.metrics[engine].began(prompt)
        elif not prompt.over:
            prompt.over = True
            prompt.aborted = kind == GIVEN_UP
            self._over(at, engine, prompt)

    def _over(self, at: float, engine: Engine, prompt: Prompt) -> None:
        took, header = at - prompt.arrived, prompt.first - prompt.arrived
        unheard = prompt.aborted and not 0 < prompt.first < at
        prompt.ended = at
        for begun in engine.leave(prompt, at):
            self._schedule(engine, begun)
        self.replicas.metrics[engine].ended(prompt)
        if unheard:
            self._answer(at, prompt, upstreams.given_up(engine.endpoint, took))
        else:
            self._answer(at, prompt, upstreams.answered(engine.endpoint, 200, took, header))
        if self.pool.engine == "vllm" and not self._old and not prompt.aborted:
            resource = self.replicas.resources[engine]
            engine_spans.tell(self._outbox, resource, prompt, self.pool.model, self._chance)
        self.replicas.bury(engine)

    def _answer(self, at: float, prompt: Prompt, outcome: Outcome) -> None:
        if not self._flows:
            return
        flow = one_of(self._chance, self._flows)
        plane = one_of(self._chance, self._planes[flow.gateway])
        client = self._clients.address()
        line = model_answers.line(prompt, outcome, flow, at, client, self._chance)
        self._log.write(plane, at, line)

    def _look(self, at: float) -> None:
        """The autoscaler's turn."""
        if self._autoscaler is None:
            return
        waiting = sum(len(one.waiting) for one in self.replicas.ready(at))
        reading = self._autoscaler.look(at, waiting, len(self.replicas.wanted()))
        self.reading = reading
        more = reading.wanted - reading.replicas
        if more > 0:
            self.scaled.append(Scaled(self.pool, reading, added=self.replicas.add(more, at)))
        elif more < 0:
            self.scaled.append(Scaled(self.pool, reading, removed=self.replicas.remove(-more)))
        self._push(at + SYNC, LOOK)


def _picker(pool: Pool, pod: Mapping[str, Any]) -> tuple[Resource, PickerMetrics]:
    name = pod["metadata"]["name"]
    resource = Resource(
        {
            "k8s.namespace.name": pool.namespace,
            "k8s.pod.name": name,
            "k8s.node.name": pod["spec"]["nodeName"],
            "k8s.container.name": "epp",
            "ngf.inference_pool": pool.name,
            "service.name": "llm-d-router/epp",
            "service.version": "",
        }
    )
    labels = {
        "namespace": pool.namespace,
        "pod": name,
        "node": pod["spec"]["nodeName"],
        "pool": pool.name,
    }
    target = Target("pickers", f"{pod['status']['podIP']}:9090", labels)
    old = pool.picker == OLD_PICKER
    return resource, PickerMetrics(target, pool.name, pool.namespace, pool.model, old=old)
