"""Promise: why a workload did or did not scale is said in the order in which it decides, each
sentence with the fields it rests on, and nothing that no field says."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from services.inference.case import Case, Sentence
from services.inference.readings import readings
from services.inference.targets import Target
from services.inference.why import explain

Obj = dict[str, Any]
NOW = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
LLAMA = Target("llm", "Deployment", "llama")
METRIC = {"metric": {"name": "s0-prometheus"}}


def condition(kind: str, status: str, reason: str, message: str = "As it is") -> Obj:
    return {"type": kind, "status": status, "reason": reason, "message": message}


GOOD = (
    condition("AbleToScale", "True", "ReadyForNewScale"),
    condition("ScalingActive", "True", "ValidMetricFound"),
    condition("ScalingLimited", "False", "DesiredWithinRange"),
)


def but(*other: Obj) -> list[Obj]:
    kinds = {one["type"] for one in other}
    return [*other, *(one for one in GOOD if one["type"] not in kinds)]


def hpa(
    value: str | None = "5",
    current: int = 4,
    desired: int = 4,
    conditions: Sequence[Obj] = GOOD,
    **spec: Any,
) -> Obj:
    goal = {"type": "AverageValue", "averageValue": "5"}
    status: Obj = {
        "currentReplicas": current,
        "desiredReplicas": desired,
        "conditions": list(conditions),
    }
    if value is not None:
        external = {**METRIC, "current": {"averageValue": value}}
        status["currentMetrics"] = [{"type": "External", "external": external}]
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"namespace": "llm", "name": "keda-hpa-llama"},
        "spec": {
            "minReplicas": 2,
            "maxReplicas": 8,
            "metrics": [{"type": "External", "external": {**METRIC, "target": goal}}],
            **spec,
        },
        "status": status,
    }


def scaled_object(
    conditions: Sequence[Obj] = (), annotations: Obj | None = None, **more: Any
) -> Obj:
    spec = {
        "minReplicaCount": 2,
        "maxReplicaCount": 8,
        "triggers": [{"type": "prometheus", "metadata": {"query": "sum(x)", "threshold": "5"}}],
        **more.pop("spec", {}),
    }
    return {
        "kind": "ScaledObject",
        "metadata": {"namespace": "llm", "name": "llama", "annotations": annotations or {}},
        "spec": spec,
        "status": {"hpaName": "keda-hpa-llama", "conditions": list(conditions), **more},
    }


def deployment(size: int = 4, ready: int = 4, *conditions: Obj) -> Obj:
    return {
        "kind": "Deployment",
        "metadata": {"namespace": "llm", "name": "llama"},
        "spec": {"replicas": size},
        "status": {"readyReplicas": ready, "conditions": list(conditions)},
    }


def why(
    *hpas: Obj,
    keda: Obj | None = None,
    workload: Obj | None = None,
    pods: Sequence[Obj] = (),
) -> list[Sentence]:
    scaled = [keda] if keda else []
    return explain(Case(LLAMA, workload or deployment(), hpas, scaled, pods, NOW))


def only(found: list[Sentence]) -> Sentence:
    (one,) = found
    return one


def test_a_size_that_the_metric_asks_for_is_explained_by_it() -> None:
    said = only(why(hpa("5200m")))
    assert said.status == "ok"
    assert said.text == (
        "s0-prometheus is 5.2 a pod against a target of 5. Within 10% of the target the autoscaler"
        " leaves the size as it is."
    )
    fact = said.evidence[0]
    assert fact.object == "HorizontalPodAutoscaler llm/keda-hpa-llama"
    assert (fact.field, fact.value) == ("status.currentMetrics[s0-prometheus]", "5.2 against 5")
    assert "It has the size that its metrics ask for, 6" in only(why(hpa("7", 4, 6))).text
    assert "goes on to 6 at its next look" in only(why(hpa("7", 4, 4))).text


def test_a_maximum_says_what_would_be_wanted() -> None:
    limited = condition("ScalingLimited", "True", "TooManyReplicas")
    said = only(why(hpa("9", 8, 8, but(limited))))
    assert said.status == "warn"
    assert said.text == "It is at its maximum of 8: the metrics ask for 15."
    assert said.evidence[0].field == "status.conditions[ScalingLimited]"
    few = condition("ScalingLimited", "True", "TooFewReplicas")
    assert only(why(hpa("1", 2, 2, but(few)))).text.startswith("It is at its minimum of 2")
    keda = scaled_object(spec={"idleReplicaCount": 0})
    idle = only(why(hpa("1", 2, 2, but(few)), keda=keda))
    assert idle.text.startswith("It is at its minimum of 2"), "below it only when nothing is to do"
    speed = condition("ScalingLimited", "True", "ScaleUpLimit", "the rate is limited")
    assert "ScaleUpLimit: the rate is limited." in only(why(hpa("9", 4, 6, but(speed)))).text


@pytest.mark.parametrize(("given", "shown"), [(None, "null, so 300"), (60, "60")])
def test_a_window_before_shrinking_is_named_with_its_length(given: int | None, shown: str) -> None:
    waiting = condition("AbleToScale", "True", "ScaleDownStabilized")
    rules = {} if given is None else {"scaleDown": {"stabilizationWindowSeconds": given}}
    said = only(why(hpa("2", 4, 4, but(waiting), behavior=rules)))
    assert said.text == (
        f"It waits before it shrinks: 2 would do now, but the largest size asked for in the last"
        f" {given or 300} s counts."
    )
    assert [one.value for one in said.evidence if "Window" in one.field] == [shown]


def test_a_metric_that_cannot_be_read_is_the_reason() -> None:
    message = "unable to get external metric llm/s0-prometheus: no matching metrics found"
    failed = condition("ScalingActive", "False", "FailedGetExternalMetric", message)
    said = why(hpa(None, conditions=but(failed)))[0]
    assert said.status == "err"
    assert said.text.endswith(f"FailedGetExternalMetric: {message}.")


def test_one_metric_of_several_that_is_missing_keeps_it_from_shrinking() -> None:
    two = hpa("2", 4, 4)
    goal = {"type": "Utilization", "averageUtilization": 70}
    two["spec"]["metrics"].append({"type": "Resource", "resource": {"name": "cpu", "target": goal}})
    said = only(why(two))
    assert "cpu has no value" in said.text
    assert said.evidence[0].value == "null"
    grows = why({**two, "status": hpa("7", 4, 4)["status"]})
    assert "goes on to 6 at its next look" in grows[0].text
    assert "cpu has no value" in grows[1].text


@pytest.mark.parametrize(
    ("value", "rules", "text"),
    [
        ("5250m", {"scaleUp": {"tolerance": "0"}}, "goes on to 5 at its next look"),
        ("5250m", {"scaleDown": {"tolerance": "0"}}, "Within 10% of the target"),
        ("4750m", {"scaleDown": {"tolerance": "50m"}}, "Within 5% of the target"),
        ("4700m", {"scaleDown": {"tolerance": 0.05}}, "the size that its metrics ask for, 4"),
        ("5500m", {}, "Within 10% of the target"),
    ],
)
def test_how_near_the_target_is_near_is_what_the_rules_of_that_direction_say(
    value: str, rules: Obj, text: str
) -> None:
    assert text in only(why(hpa(value, behavior=rules))).text


def test_an_empty_answer_that_counts_as_nothing_is_pointed_at() -> None:
    said = why(hpa("0", 2, 2), keda=scaled_object())
    assert "a query that finds nothing counts as 0" in said[-1].text
    assert said[-1].evidence[0].value == "sum(x)"
    told = {"type": "prometheus", "metadata": {"query": "sum(x)", "ignoreNullValues": "false"}}
    strict = scaled_object(spec={"triggers": [told]})
    assert not [one for one in why(hpa("0", 2, 2), keda=strict) if "finds nothing" in one.text]


@pytest.mark.parametrize(
    ("annotation", "value", "text"),
    [
        ("paused", "true", "KEDA changes nothing while it is paused."),
        ("paused-replicas", "3", "KEDA holds it at 3 while it is paused."),
        ("paused-scale-in", "true", "KEDA does not shrink it: scaling in is paused."),
        ("paused-scale-out", "true", "KEDA does not let it grow: scaling out is paused."),
    ],
)
def test_a_pause_comes_first(annotation: str, value: str, text: str) -> None:
    key = f"autoscaling.keda.sh/{annotation}"
    keda = scaled_object([condition("Ready", "False", "Broken")], {key: value})
    said = why(hpa(), keda=keda)
    assert [one.text for one in said] == [
        text,
        "KEDA cannot use the ScaledObject: Broken: As it is.",
    ]
    assert (said[0].evidence[0].field, said[0].evidence[0].value) == (
        f"metadata.annotations[{key}]",
        value,
    )
    assert why(hpa(), keda=scaled_object((), {key: "false"}))[0].status == "ok"


def test_a_fallback_says_what_fails_and_what_is_asked_for_instead() -> None:
    keda = scaled_object(
        [condition("Fallback", "True", "FallbackExists")],
        spec={"fallback": {"failureThreshold": 3, "replicas": 4}},
        health={"s0-prometheus": {"numberOfFailures": 12, "status": "Failing"}},
    )
    said = only(why(hpa(), keda=keda))
    assert said.text == (
        "Fallback is in effect: metrics cannot be read, s0-prometheus (12 times)."
        " KEDA asks for 4 replicas until they can be read again."
    )


def test_the_way_to_zero_has_a_time() -> None:
    idle = condition("Active", "False", "ScalerNotActive")
    least = {"minReplicaCount": 0, "cooldownPeriod": 120}
    keda = scaled_object([idle], spec=least, lastActiveTime="2026-03-01T14:29:00Z")
    said = why(hpa("5", 1, 1), keda=keda, workload=deployment(1, 1))[0]
    assert said.text == (
        "No trigger has been active since 14:29:00 UTC. KEDA goes to zero at 14:31:00 UTC, after"
        " its cooldown of 120 s."
    )
    disabled = condition("ScalingActive", "False", "ScalingDisabled", "scaling is disabled")
    asleep = why(hpa(None, 0, 0, but(disabled)), keda=keda, workload=deployment(0, 0))
    assert only(asleep).text.startswith("It rests at zero: no trigger is active.")


def test_pods_that_do_not_come_are_told_beside_the_size() -> None:
    message = "0/6 nodes are available: 6 Insufficient nvidia.com/gpu."
    stuck = {
        "kind": "Pod",
        "metadata": {"namespace": "llm", "name": "llama-6"},
        "status": {"conditions": [condition("PodScheduled", "False", "Unschedulable", message)]},
    }
    said = why(hpa("7", 4, 6), workload=deployment(6, 4), pods=[stuck])
    assert said[0].text.startswith("It has the size that its metrics ask for")
    assert said[1].text == f"4 of 6 pods are ready. Unschedulable: {message}"
    assert said[1].evidence[1].object == "Pod llm/llama-6"
    quota = condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota")
    refused = why(hpa("7", 4, 6), workload=deployment(6, 4, quota))
    assert refused[1].text == "Pods cannot be made: FailedCreate: exceeded quota."
    assert refused[2].text == "4 of 6 pods are ready. The others are starting."


def test_without_a_scaler_somebody_has_to_write_the_size() -> None:
    said = only(why())
    assert said.status == "unknown"
    assert said.text.startswith("Nothing scales Deployment llm/llama: no HorizontalPodAutoscaler")
    assert said.text.endswith("It stays at 4 until somebody writes another size.")


def test_two_autoscalers_scale_nothing() -> None:
    other = {**hpa(), "metadata": {"namespace": "llm", "name": "other"}}
    said = why(hpa(), other)[0]
    assert said.status == "err"
    assert "2 HorizontalPodAutoscalers name it (keda-hpa-llama, other)" in said.text


def test_an_autoscaler_that_was_never_at_work_says_nothing() -> None:
    fresh = hpa(None, conditions=())
    fresh["status"] = {}
    assert why(fresh)[0].text == "The autoscaler has not looked at it yet."


@pytest.mark.parametrize(
    ("metric", "current", "per", "value", "target"),
    [
        (
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "target": {"type": "Utilization", "averageUtilization": 70},
                },
            },
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "current": {"averageUtilization": 91, "averageValue": "910m"},
                },
            },
            "request",
            91.0,
            70.0,
        ),
        (
            {
                "type": "Pods",
                "pods": {**METRIC, "target": {"type": "AverageValue", "averageValue": "2500m"}},
            },
            {"type": "Pods", "pods": {**METRIC, "current": {"averageValue": "1k"}}},
            "pod",
            1000.0,
            2.5,
        ),
        (
            {
                "type": "External",
                "external": {**METRIC, "target": {"type": "Value", "value": "100"}},
            },
            {"type": "External", "external": {**METRIC, "current": {"value": "37500m"}}},
            "all",
            37.5,
            100.0,
        ),
        (
            {
                "type": "External",
                "external": {**METRIC, "target": {"type": "Value", "value": "100"}},
            },
            {"type": ""},
            "all",
            None,
            100.0,
        ),
    ],
)
def test_every_form_of_a_metric_is_read(
    metric: Obj, current: Obj, per: str, value: float | None, target: float
) -> None:
    obj = {"spec": {"metrics": [metric]}, "status": {"currentMetrics": [current]}}
    (one,) = readings(obj)
    assert (one.per, one.value, one.target) == (per, value, target)


def test_metrics_of_one_name_are_told_apart_by_their_selector() -> None:
    def external(queue: str, value: str | None = None) -> Obj:
        metric = {"name": "queue", "selector": {"matchLabels": {"queue": queue}}}
        told = (
            {"current": {"value": value}} if value else {"target": {"type": "Value", "value": "9"}}
        )
        return {"type": "External", "external": {"metric": metric, **told}}

    obj = {
        "spec": {"metrics": [external("a"), external("b")]},
        "status": {"currentMetrics": [external("b", "2")]},
    }
    assert [one.value for one in readings(obj)] == [None, 2.0]
