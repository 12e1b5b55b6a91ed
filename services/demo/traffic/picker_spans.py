"""A decision as llm-d-router's spans tell it: scores by scorer, totals of the best, never which one
was picked; and of a refused request hardly anything.
"""

from collections.abc import Callable
from random import Random

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from services.demo.traffic.exports import Attributes, Outbox, Resource, describe, nanoseconds
from services.demo.traffic.picking import ALL_FULL, SCORERS, Decision
from services.demo.traffic.requests import Prompt

_ROUTER = "llm-d-router/pkg/epp"
HANDLERS, CONTROL, SCHEDULING = (
    f"{_ROUTER}/handlers",
    f"{_ROUTER}/requestcontrol",
    f"{_ROUTER}/scheduling",
)
ERROR_TYPE = "github.com/llm-d/llm-d-router/pkg/common/error.Error"
SHOWN = 5
"""Candidates that the span of the pick names."""
_SAMPLED = 257
"""Flags: sampled, and whether the parent is remote is known."""
MICRO = 1e-6


class DecisionSpans:
    """Writes the spans of one picker."""

    def __init__(self, outbox: Outbox, picker: Resource, namespace: str, chance: Random) -> None:
        self._outbox, self._picker, self._chance = outbox, picker, chance
        self._namespace = namespace

    def tell(self, prompt: Prompt, decision: Decision, model: str, begin: float) -> float:
        """Write the trace of a decision that began at ``begin``; gives when it was over."""
        trace = self._chance.getrandbits(128).to_bytes(16, "big")
        pace = self._chance.lognormvariate(0.0, 0.25)

        def after(microseconds: float) -> float:
            return begin + microseconds * pace * MICRO

        over = after(1150)
        root = self._span(trace, b"", "gateway.request", HANDLERS, begin, over)
        root.kind = Span.SPAN_KIND_SERVER
        control = self._span(
            trace,
            root.span_id,
            "gateway.request_orchestration",
            CONTROL,
            after(95),
            after(300 if decision.error else 1020),
        )
        control.kind = Span.SPAN_KIND_SERVER
        if not prompt.amiss:
            describe(control.attributes, {"target_model": model, "request_prio": prompt.priority})
        if decision.error:
            for one in (control, root):
                self._failed(one, decision.error)
        if decision.error and decision.error != ALL_FULL:
            return over
        profile = self._span(
            trace, control.span_id, "run_scheduler_profile", SCHEDULING, after(390), after(870)
        )
        describe(profile.attributes, {"llm_d.epp.scheduling.profile.name": "default"})
        request = {"gen_ai.request.model": model, "gen_ai.request.id": prompt.request_id}
        found = self._span(
            trace, profile.span_id, "filter_endpoints", SCHEDULING, after(450), after(530)
        )
        describe(
            found.attributes,
            {
                "llm_d.epp.filter.candidate_endpoints": decision.candidates,
                **request,
                "llm_d.epp.filter.filtered_endpoints": len(decision.scored),
            },
        )
        if decision.picked:
            self._scored(trace, profile.span_id, decision, request, after)
        return over

    def _scored(
        self,
        trace: bytes,
        parent: bytes,
        decision: Decision,
        request: Attributes,
        after: Callable[[float], float],
    ) -> None:
        count = len(decision.scored)
        scoring = self._span(trace, parent, "llm_d.epp.scoring", SCHEDULING, after(560), after(780))
        describe(
            scoring.attributes,
            {
                "llm_d.epp.scorer.count": len(SCORERS),
                "llm_d.epp.scoring.candidate_endpoints": count,
                **request,
            },
        )
        for number, (kind, weight) in enumerate(SCORERS):
            given = decision.scores[number]
            one = self._span(
                trace,
                scoring.span_id,
                f"llm_d.epp.scorer.{kind}",
                SCHEDULING,
                after(570 + 65 * number),
                after(577 + 65 * number),
            )
            describe(
                one.attributes,
                {
                    "llm_d.epp.scorer.type": kind,
                    "llm_d.epp.scorer.name": kind,
                    "llm_d.epp.scorer.weight": weight,
                    "llm_d.epp.scorer.candidate_endpoints": count,
                    "llm_d.epp.scorer.score.max": max(given),
                    "llm_d.epp.scorer.score.avg": sum(given) / count,
                    "llm_d.epp.scorer.endpoints_scored": count,
                },
            )
        best = decision.ranking[:SHOWN]
        pick = self._span(trace, parent, "pick_endpoints", SCHEDULING, after(810), after(865))
        describe(
            pick.attributes,
            {
                "llm_d.epp.picker.candidate_endpoints": count,
                "llm_d.epp.picker.top_endpoints": [
                    f"{self._namespace}/{engine.name}-rank-0" for engine, _ in best
                ],
                "llm_d.epp.picker.top_scores": [total for _, total in best],
                **request,
            },
        )

    def _span(
        self, trace: bytes, parent: bytes, name: str, scope: str, begin: float, end: float
    ) -> Span:
        span = self._outbox.span(self._picker, scope)
        span.trace_id = trace
        span.span_id = self._chance.getrandbits(64).to_bytes(8, "big")
        if parent:
            span.parent_span_id = parent
        span.flags = _SAMPLED
        span.name = name
        span.kind = Span.SPAN_KIND_INTERNAL
        span.start_time_unix_nano = nanoseconds(begin)
        span.end_time_unix_nano = nanoseconds(end)
        return span

    def _failed(self, span: Span, error: str) -> None:
        span.status.code = Status.STATUS_CODE_ERROR
        span.status.message = error
        event = span.events.add()
        event.name = "exception"
        event.time_unix_nano = span.end_time_unix_nano - 1_000
        describe(event.attributes, {"exception.type": ERROR_TYPE, "exception.message": error})
