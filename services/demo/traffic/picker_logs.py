"""A decision as llm-d-router's log tells it: at verbosity 3 which endpoint was picked, at 4 which
score each scorer gave each endpoint. Of the higher verbosity there are lines of one request in ten.
"""

from collections.abc import Iterator, Mapping

import orjson

from services.demo.traffic.picking import ALL_FULL, SCORERS, Decision
from services.demo.traffic.requests import Prompt

SCORED_EVERY = 10
PICKER = "max-score-picker/max-score-picker"


def lines(
    prompt: Prompt,
    decision: Decision,
    model: str,
    namespace: str,
    began: float,
    at: float,
    *,
    scored: bool,
) -> Iterator[tuple[float, str]]:
    """Times and texts of the lines about one decision, from ``began`` to ``at``.

    ``scored``: at verbosity 4.
    """
    request = {"x-request-id": prompt.request_id}
    about = {
        **request,
        "objectiveKey": prompt.objective,
        "incomingModelName": model,
        "targetModelName": model,
        "priority": prompt.priority,
    }
    yield _line(began, "info", "handlers/server.go:451", "EPP received request", request)
    if decision.error:
        if decision.error == ALL_FULL:
            yield _line(
                at,
                "info",
                "scheduling/scheduler.go:100",
                "failed to run scheduler profile",
                {**about, "profile": "default", "error": decision.error},
            )
        for where, said in (
            ("496", "Error handling request"),
            ("596", "Failed to process request"),
        ):
            told = {**request, "error": decision.error}
            yield _line(at, "error", f"handlers/server.go:{where}", said, told)
        return
    if scored:
        yield _line(
            at - 0.0004,
            "info",
            "scheduling/scheduler_profile.go:196",
            "Completed running filter plugins",
            {**about, "remainingEndpoints": len(decision.scored)},
        )
        for number, (kind, _) in enumerate(SCORERS):
            for engine, score in zip(decision.scored, decision.scores[number], strict=True):
                endpoint = {"name": f"{engine.name}-rank-0", "namespace": namespace}
                yield _line(
                    at - 0.0003 + number * 0.00007,
                    "debug",
                    "scheduling/scheduler_profile.go:251",
                    "Calculated score",
                    {**about, "plugin": f"{kind}/{kind}", "endpoint": endpoint, "score": score},
                )
        yield _line(
            at - 0.0001,
            "info",
            "scheduling/scheduler_profile.go:357",
            "Running picker plugin",
            {**about, "plugin": PICKER},
        )
    if decision.picked:
        yield _line(
            at,
            "info",
            "requestcontrol/director.go:507",
            "Request handled",
            {**about, "targetModel": model, "endpoint": decision.picked.endpoint},
        )


def _line(
    at: float, level: str, caller: str, message: str, fields: Mapping[str, object]
) -> tuple[float, str]:
    head = {"level": level, "ts": round(at, 6), "caller": caller, "msg": message}
    return at, orjson.dumps({**head, **fields}).decode()
