"""Promise: a change of size is told once, with both sizes, the reason and the trigger that
Kubernetes gave, whatever said so first; what nobody said is not told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any, cast

import pytest

from services.clusters.fleet import Cluster, Fleet
from services.inference.recording import Recorder, _Seen
from services.inference.scaling_log import ScalingLog
from services.inference.scaling_signs import Sign, of_deployment, of_event, of_hpa
from services.inference.scaling_steps import SETTLE_S, ScalingEvent, Steps
from services.inference.targets import Target, World, wanted
from services.kube.shelf import Snapshot
from services.telemetry.store import Store

Obj = dict[str, Any]
AT = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
LLAMA = Target("llm", "Deployment", "llama")
NEW_SIZE = (
    "New size: 6; reason: external metric s0-prometheus(&LabelSelector{MatchLabels:map[string]"
    "string{scaledobject.keda.sh/name: llama,},MatchExpressions:[]LabelSelectorRequirement{},})"
    " above target"
)


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def hpa(current: int, desired: int, at: datetime | None = AT, **more: Any) -> Obj:
    labels = more.pop("labels", {"scaledobject.keda.sh/name": "llama"})
    return {
        "metadata": {"namespace": "llm", "name": "keda-hpa-llama", "uid": "h", "labels": labels},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "llama"}, "maxReplicas": 8},
        "status": {
            "currentReplicas": current,
            "desiredReplicas": desired,
            **({"lastScaleTime": written(at)} if at else {}),
            **more,
        },
    }


def deployment(size: int | None, generation: int = 1) -> Obj:
    return {
        "metadata": {"namespace": "llm", "name": "llama", "uid": "d", "generation": generation},
        "spec": {"replicas": size, "template": {"metadata": {"labels": {"app": "llama"}}}},
    }


def event(about: str, reason: str, message: str, at: datetime = AT, **more: Any) -> Obj:
    kind, name = about.split("/")
    return {
        "metadata": {"namespace": "llm", "name": f"{name}.1", "uid": f"{name}-{reason}"},
        "involvedObject": {"kind": kind, "namespace": "llm", "name": name},
        "type": "Normal",
        "reason": reason,
        "message": message,
        "count": 1,
        "lastTimestamp": written(at),
        **more,
    }


SCALED_OBJECT: Obj = {
    "metadata": {"namespace": "llm", "name": "llama", "uid": "s"},
    "spec": {"scaleTargetRef": {"name": "llama"}},
}
POOL: Obj = {"spec": {"selector": {"matchLabels": {"app": "llama"}}}}
WORLD = World(
    pools={("llm", "llama"): POOL, ("other", "llama"): POOL},
    deployments={("llm", "llama"): deployment(4)},
    hpas={("llm", "keda-hpa-llama"): hpa(4, 4)},
    scaled_objects={("llm", "llama"): SCALED_OBJECT},
    pods={},
)
RESCALED = [
    *of_hpa(hpa(4, 4, AT - timedelta(hours=1)), hpa(4, 6)),
    *of_event(
        event("HorizontalPodAutoscaler/keda-hpa-llama", "SuccessfulRescale", NEW_SIZE), WORLD
    ),
    *of_deployment(deployment(4), deployment(6, 2)),
    *of_event(
        event(
            "Deployment/llama",
            "ScalingReplicaSet",
            "Scaled up replica set llama-7d4 from 4 to 6",
            AT + timedelta(seconds=1),
        ),
        WORLD,
    ),
]


def told(signs: Iterable[Sign], apart: float = 0.3) -> list[ScalingEvent]:
    steps, now = Steps(), 100.0
    for sign in signs:
        steps.add(sign, now)
        now += apart
    due = [*steps.due(now + SETTLE_S), *steps.due(now + 2 * SETTLE_S)]
    return [one for _, one in due]


@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_signs_of_one_change_make_one_event_in_any_order(order: tuple[int, ...]) -> None:
    (one,) = told(RESCALED[place] for place in order)
    assert (one.kind, one.before, one.after, one.scaler) == ("scale-up", 4, 6, "keda")
    assert (one.at, one.target, one.trigger) == (AT, LLAMA, "s0-prometheus")
    assert one.message.endswith("above target")
    assert one.id == RESCALED[0].key
    assert one.sources == ("HPA", "HPA event", "Deployment", "Deployment event")


def test_a_version_that_was_missed_is_made_up_for_by_the_one_before() -> None:
    (sign,) = of_hpa(hpa(4, 4, AT - timedelta(hours=1)), hpa(6, 6))
    assert (sign.before, sign.after) == (4, 6)


def test_what_an_hpa_says_again_is_no_change() -> None:
    assert not [*of_hpa(hpa(4, 6), hpa(6, 6))]
    assert not [*of_hpa(hpa(6, 6), hpa(6, 6, currentMetrics=[]))]


def test_an_old_change_of_which_only_the_new_size_is_known_has_no_old_one() -> None:
    (one,) = told(of_hpa(None, hpa(6, 6)))
    assert (one.kind, one.before, one.after) == ("scaled", None, 6)


def test_an_event_that_is_all_that_is_left_gets_its_old_size_from_the_deployment() -> None:
    (one,) = told([RESCALED[3], RESCALED[1]])
    assert (one.kind, one.before, one.after) == ("scale-up", 4, 6)
    (alone,) = told([RESCALED[1]])
    assert (alone.kind, alone.before, alone.after) == ("scaled", None, 6)


def test_a_rollout_is_no_scaling() -> None:
    assert told([RESCALED[3]]) == []
    assert not [*of_deployment(deployment(4), deployment(4, 2))]


def test_a_size_that_no_scaler_speaks_of_was_written_by_somebody() -> None:
    (one,) = told(of_deployment(deployment(4), deployment(2, 2)))
    assert (one.kind, one.before, one.after, one.scaler, one.reason) == ("scale-down", 4, 2, "", "")
    (one,) = told(of_deployment(deployment(None), deployment(0, 2)))
    assert (one.kind, one.before, one.after) == ("scale-down", 1, 0)


def test_steps_from_and_to_zero_are_kedas() -> None:
    said = "Scaled apps/v1.Deployment llm/llama from 0 to 1, triggered by s0-prometheus"
    (up,) = told(of_event(event("ScaledObject/llama", "KEDAScaleTargetActivated", said), WORLD))
    assert (up.kind, up.before, up.after, up.trigger) == ("activated", 0, 1, "s0-prometheus")
    said = "Deactivated apps/v1.Deployment llm/llama from 1 to 0"
    (down,) = told(of_event(event("ScaledObject/llama", "KEDAScaleTargetDeactivated", said), WORLD))
    assert (down.kind, down.before, down.after, down.trigger) == ("deactivated", 1, 0, "")


def test_the_same_size_reached_twice_is_two_events() -> None:
    later = AT + timedelta(seconds=60)
    again = [
        *of_hpa(hpa(4, 6), hpa(5, 6, later)),
        *of_event(
            event(
                "HorizontalPodAutoscaler/keda-hpa-llama",
                "SuccessfulRescale",
                NEW_SIZE,
                later,
                count=2,
            ),
            WORLD,
        ),
    ]
    found = told([*RESCALED, *again], 0.0)
    assert [(one.at, one.before, one.after) for one in found] == [(AT, 4, 6), (later, 5, 6)]


def test_what_a_watch_reads_again_is_not_told_again() -> None:
    steps = Steps()
    for now in (0.0, 300.0):
        for sign in RESCALED:
            steps.add(sign, now)
        assert len(list(steps.due(now + SETTLE_S))) == (1 if now == 0.0 else 0)


@pytest.mark.parametrize(
    ("about", "reason", "kind"),
    [
        ("ScaledObject/llama", "ScaledObjectPaused", "paused"),
        ("ScaledObject/llama", "ScaledObjectUnpaused", "resumed"),
        ("ScaledObject/llama", "ScaledObjectFallbackActivated", "fallback"),
        ("ScaledObject/llama", "ScaledObjectFallbackDeactivated", "fallback ended"),
        ("ScaledObject/llama", "KEDAScalerFailed", "failed"),
        ("HorizontalPodAutoscaler/keda-hpa-llama", "FailedGetExternalMetric", "failed"),
    ],
)
def test_what_scalers_say_is_sorted_by_what_it_means(about: str, reason: str, kind: str) -> None:
    warning = "Warning" if kind == "failed" else "Normal"
    (sign,) = of_event(event(about, reason, "As it is.", type=warning), WORLD)
    assert (sign.kind, sign.reason, sign.message) == (kind, reason, "As it is.")


def test_a_limit_is_told_when_it_begins() -> None:
    limited = {
        "type": "ScalingLimited",
        "status": "True",
        "reason": "TooManyReplicas",
        "message": "the desired replica count is more than the maximum replica count",
        "lastTransitionTime": written(AT),
    }
    (sign,) = of_hpa(hpa(8, 8), hpa(8, 8, conditions=[limited]))
    assert (sign.kind, sign.at, sign.reason) == ("limited", AT, "TooManyReplicas")
    assert not [*of_hpa(hpa(8, 8, conditions=[limited]), hpa(8, 8, conditions=[limited]))]
    resting = {**limited, "reason": "TooFewReplicas"}
    assert not [*of_hpa(hpa(1, 1), hpa(1, 1, conditions=[resting]))]


def test_events_of_the_new_form_are_read_as_well() -> None:
    new = {
        "metadata": {"namespace": "llm", "name": "e", "uid": "e"},
        "regarding": {
            "kind": "HorizontalPodAutoscaler",
            "namespace": "llm",
            "name": "keda-hpa-llama",
        },
        "type": "Normal",
        "reason": "SuccessfulRescale",
        "note": NEW_SIZE,
        "eventTime": "2026-03-01T14:00:00.000000Z",
        "series": {"count": 3, "lastObservedTime": "2026-03-01T14:30:00.000000Z"},
    }
    (sign,) = of_event(new, WORLD)
    assert (sign.after, sign.at, sign.key) == (6, AT, "e#3")


def test_what_is_about_something_else_is_left_alone() -> None:
    for about in ("Pod/llama", "HorizontalPodAutoscaler/gone", "ScaledObject/gone"):
        assert not [*of_event(event(about, "SuccessfulRescale", NEW_SIZE), WORLD)]


def test_a_pool_is_served_by_what_makes_its_pods_in_its_own_namespace() -> None:
    assert WORLD.pools_of(LLAMA) == ["llama"]
    assert WORLD.pools_of(Target("other", "Deployment", "llama")) == []
    assert WORLD.targets_of("llm", POOL) == [LLAMA]
    assert wanted({"spec": {"selector": {"app": "llama"}}}) == {"app": "llama"}
    assert World({("llm", "p"): {"spec": {}}}, WORLD.deployments, {}, {}, {}).pools_of(LLAMA) == []


def test_what_is_no_deployment_serves_a_pool_by_the_pods_that_it_owns() -> None:
    group = Target("llm", "StatefulSet", "llama")
    pod = {
        "metadata": {
            "labels": {"app": "llama"},
            "ownerReferences": [{"kind": "StatefulSet", "name": "llama"}],
        }
    }
    world = World(WORLD.pools, {}, {}, {}, {("llm", "llama-0"): pod})
    assert world.pools_of(group) == ["llama"]


class Watched:
    """What a cluster's watches hold of one failure; stands in for a cluster."""

    name = "gpu"

    def __init__(self) -> None:
        about = "HorizontalPodAutoscaler/keda-hpa-llama"
        failure = event(about, "FailedGetExternalMetric", "no metric", type="Warning")
        self.objects: dict[str, Any] = {
            "inferencepools": WORLD.pools,
            "deployments": WORLD.deployments,
            "horizontalpodautoscalers": WORLD.hpas,
            "events": {("llm", "failed"): failure},
        }

    def snapshot(self, kind: str) -> Snapshot:
        return Snapshot(kind, self.objects.get(kind, {}), 1, AT, "live")


def test_when_a_failure_was_told_is_kept_as_long_as_its_event() -> None:
    watched, seen = Watched(), _Seen()
    recorder = Recorder(Fleet(), ScalingLog(cast(Store, None)), lambda: False)
    recorder._compare(cast(Cluster, watched), seen)
    assert list(seen.failures.values()) == [AT]
    watched.objects["events"] = {}
    recorder._compare(cast(Cluster, watched), seen)
    assert seen.failures == {}
