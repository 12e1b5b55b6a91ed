"""Promise: a child of a stack is ready only when the cluster says so of what it is now, and what
the cluster says instead is told in its own words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ngf_operator.standing import standing

from tests.known import Known, Obj

GATEWAYS = "gateway.networking.k8s.io"
POOLS = "inference.networking.k8s.io"


def made(api_version: str, kind: str, name: str = "llama", **content: Any) -> Obj:
    metadata: Obj = {"name": name, "namespace": "llm", "generation": 2}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def said(kind: str, status: str = "True", reason: str = "R", of: int = 2, text: str = "") -> Obj:
    about = {"type": kind, "status": status, "reason": reason, "message": text}
    return {**about, "observedGeneration": of}


def stands(
    live: Obj, *others: Obj, absent: tuple[tuple[str, str], ...] = ()
) -> tuple[str, str, str]:
    found = standing(live, live, Known([live, *others], absent=absent))
    return found.state, found.reason, found.message


def deployment(available: int, *, seen: int = 2, conditions: tuple[Obj, ...] = ()) -> Obj:
    status = {
        "observedGeneration": seen,
        "availableReplicas": available,
        "updatedReplicas": 2,
        "conditions": list(conditions),
    }
    return made("apps/v1", "Deployment", spec={"replicas": 2}, status=status)


def pod(status: Obj) -> Obj:
    found = made("v1", "Pod", "llama-1", status=status)
    found["metadata"]["labels"] = {"ngf-console.f5.com/workload": "llama"}
    return found


def test_a_deployment_is_ready_when_all_its_pods_of_now_are_available() -> None:
    assert stands(deployment(2)) == ("Ready", "Available", "2 of 2 pods are available.")
    assert stands(deployment(1))[:2] == ("Waiting", "PodsNotAvailable")
    assert stands(deployment(2, seen=1))[:2] == ("Waiting", "WaitingForController")
    asleep = deployment(0)
    asleep["spec"]["replicas"] = 0
    assert stands(asleep)[0] == "Ready"


def test_a_deployment_says_what_keeps_its_pods_from_running() -> None:
    waits = {"reason": "ImagePullBackOff", "message": "no such image"}
    broken = pod({"containerStatuses": [{"state": {"waiting": waits}}]})
    lost = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    homeless = pod({"conditions": [{**lost, "message": "0/3 nodes: Insufficient nvidia.com/gpu"}]})
    state, reason, message = stands(deployment(0), homeless)
    assert (state, reason) == ("Waiting", "Unschedulable")
    assert "Insufficient nvidia.com/gpu" in message
    state, reason, message = stands(deployment(0), homeless, broken)
    assert (state, reason) == ("Failed", "ImagePullBackOff")
    assert "no such image" in message
    assert stands(deployment(2), broken)[0] == "Ready"
    late = said("Progressing", "False", "ProgressDeadlineExceeded", text="timed out")
    state, reason, message = stands(deployment(0, conditions=(late,)))
    assert (state, reason) == ("Failed", "ProgressDeadlineExceeded")
    assert "timed out" in message


def test_a_daemon_set_is_ready_on_all_of_its_nodes_and_needs_one() -> None:
    def of(asked: int, ready: int) -> tuple[str, str, str]:
        status = {"observedGeneration": 2, "desiredNumberScheduled": asked, "numberReady": ready}
        return stands(made("apps/v1", "DaemonSet", status=status))

    assert of(2, 2)[0] == "Ready"
    assert of(2, 1)[:2] == ("Waiting", "PodsNotReady")
    assert of(0, 0)[:2] == ("Waiting", "NoNode")


REF: Obj = {"group": GATEWAYS, "kind": "Gateway", "name": "web", "namespace": "edge"}
WEB = made(f"{GATEWAYS}/v1", "Gateway", "web")
WEB["metadata"]["namespace"] = "edge"


def route(*conditions: Obj) -> Obj:
    spec: Obj = {
        "parentRefs": [REF],
        "rules": [{"backendRefs": [{"kind": "InferencePool", "name": "llama"}]}],
    }
    parents = [{"parentRef": REF, "controllerName": "c", "conditions": list(conditions)}]
    status = {"parents": parents if conditions else []}
    return made(f"{GATEWAYS}/v1", "HTTPRoute", spec=spec, status=status)


def test_a_route_is_ready_once_its_gateway_took_it_and_found_the_pool() -> None:
    both = said("Accepted"), said("ResolvedRefs")
    assert stands(route(*both), WEB) == ("Ready", "Accepted", "Accepted by web.")
    assert stands(route(), WEB)[:2] == ("Waiting", "WaitingForController")
    assert stands(route())[:2] == ("Waiting", "NoGateway")
    alone = route(*both)
    alone["spec"]["parentRefs"] = []
    assert stands(alone, WEB) == ("Waiting", "NoGateway", "The route names no Gateway.")
    assert stands(route(said("Accepted", of=1), both[1]), WEB)[0] == "Waiting"
    lost = said("ResolvedRefs", "False", "BackendNotFound", text="no pool llama")
    assert stands(route(both[0], lost), WEB) == ("Failed", "BackendNotFound", "no pool llama")


def test_what_is_said_of_the_only_listener_is_said_of_a_route_that_names_none() -> None:
    both = said("Accepted"), said("ResolvedRefs")

    def of(wanted: str, *told: tuple[str, tuple[Obj, ...]]) -> tuple[str, str]:
        def ref(section: str) -> Obj:
            return {**REF, "sectionName": section} if section else REF

        live = route()
        live["spec"]["parentRefs"] = [ref(wanted)]
        live["status"]["parents"] = [
            {"parentRef": ref(section), "controllerName": "c", "conditions": list(conditions)}
            for section, conditions in told
        ]
        return stands(live, WEB)[:2]

    lost = said("Accepted"), said("ResolvedRefs", "False", "BackendNotFound")
    assert of("", ("http", both)) == ("Ready", "Accepted")
    assert of("", ("http", lost)) == ("Failed", "BackendNotFound")
    assert of("", ("", both), ("http", lost)) == ("Ready", "Accepted")
    assert of("https", ("http", both)) == ("Waiting", "WaitingForController")


@pytest.mark.parametrize("key", ["parents", "parent"])
def test_a_pool_is_ready_once_the_gateways_that_lead_to_it_took_it(key: str) -> None:
    def pool(*conditions: Obj) -> Obj:
        parents = [
            {"parentRef": {"kind": "Gateway", "name": "web"}, "conditions": list(conditions)}
        ]
        return made(f"{POOLS}/v1", "InferencePool", status={key: parents if conditions else []})

    assert stands(pool())[:2] == ("Ready", "NotRouted")
    assert stands(pool(), route())[:2] == ("Waiting", "WaitingForController")
    taken = pool(said("Accepted"), said("ResolvedRefs"))
    assert stands(taken, route()) == ("Ready", "Accepted", "Accepted by web.")
    lost = said("ResolvedRefs", "False", "InvalidExtensionRef", text="no Service")
    assert stands(pool(said("Accepted"), lost)) == ("Failed", "InvalidExtensionRef", "no Service")


def scaled(**conditions: str) -> Obj:
    told = [
        {"type": kind, "status": status, "reason": kind, "message": f"{kind} is {status}"}
        for kind, status in conditions.items()
    ]
    return made("keda.sh/v1alpha1", "ScaledObject", status={"conditions": told})


def test_a_scaled_object_is_ready_when_keda_reads_its_metrics() -> None:
    assert stands(scaled(Ready="True", Active="True"))[:2] == ("Ready", "Active")
    assert stands(scaled(Ready="True", Active="False"))[:2] == ("Ready", "Inactive")
    assert stands(scaled())[0] == "Waiting"
    assert stands(scaled(Ready="False"))[2] == "Ready is False"
    assert stands(scaled(Ready="True", Paused="True"))[:2] == ("Ready", "Paused")
    assert stands(scaled(Ready="True", Fallback="True"))[:2] == ("Failed", "Fallback")
    assert stands(scaled(Ready="Unknown")) == ("Waiting", "Ready", "Ready is Unknown")
    failing = scaled(Ready="True", Active="True")
    failing["status"]["health"] = {"s0-prometheus": {"status": "Failing"}}
    assert stands(failing)[0] == "Failed"
    assert "s0-prometheus" in stands(failing)[2]


def test_metrics_of_a_scaled_object_are_waited_for_as_long_as_no_pod_is_ready() -> None:
    failing = scaled(Ready="True", Active="False")
    failing["status"]["health"] = {"s0-prometheus": {"status": "Failing"}}
    unread = scaled(Ready="False")
    refused = scaled(Ready="False")
    refused["status"]["conditions"][0]["reason"] = "ScaledObjectCheckFailed"
    for scaler in (failing, unread, refused):
        scaler["spec"] = {"scaleTargetRef": {"name": "llama"}}
    for scaler in (failing, unread):
        state, _, message = stands(scaler, deployment(0))
        assert (state, message.endswith("No pod is ready yet.")) == ("Waiting", True)
        assert stands(scaler, deployment(1))[0] == "Failed"
    assert stands(refused, deployment(0))[0] == "Failed"


def test_metrics_of_a_scaled_object_are_waited_for_until_a_new_pod_can_have_been_read() -> None:
    def up(status: str, ago_s: int) -> Obj:
        since = f"{datetime.now(UTC) - timedelta(seconds=ago_s):%Y-%m-%dT%H:%M:%SZ}"
        ready = {"type": "Ready", "status": status, "lastTransitionTime": since}
        return pod({"conditions": [ready]})

    starting, new, old = up("False", 3600), up("True", 0), up("True", 3600)
    scaler = scaled(Ready="False")
    scaler["spec"] = {"scaleTargetRef": {"name": "llama"}}
    why = "Ready is False Its pods have not been up for long."
    for pods in ([starting], [starting, new]):
        assert stands(scaler, deployment(1), *pods) == ("Waiting", "Ready", why)
    assert stands(scaler, deployment(2), new, old) == ("Failed", "Ready", "Ready is False")
    scaler["spec"]["pollingInterval"] = 7200
    assert stands(scaler, deployment(2), new, old)[0] == "Waiting"


def test_an_hpa_is_ready_when_it_may_scale_and_has_its_metrics() -> None:
    def hpa(*conditions: Obj) -> Obj:
        return made(
            "autoscaling/v2", "HorizontalPodAutoscaler", status={"conditions": list(conditions)}
        )

    able = said("AbleToScale")
    assert stands(hpa(able, said("ScalingActive")))[0] == "Ready"
    assert stands(hpa())[0] == "Waiting"
    missing = said("ScalingActive", "False", "FailedGetResourceMetric", text="no metrics yet")
    assert stands(hpa(able, missing)) == ("Waiting", "FailedGetResourceMetric", "no metrics yet")
    wrong = said("ScalingActive", "False", "InvalidSelector", text="bad")
    assert stands(hpa(able, wrong))[0] == "Failed"
    asleep = said("ScalingActive", "False", "ScalingDisabled", text="the count is zero")
    state, reason, message = stands(hpa(able, asleep))
    assert (state, reason) == ("Waiting", "ScalingDisabled")
    assert message.startswith("the count is zero")
    lost = said("AbleToScale", "False", "FailedGetScale", text="no Deployment")
    assert stands(hpa(lost)) == ("Failed", "FailedGetScale", "no Deployment")


def test_a_publication_waits_until_it_is_published() -> None:
    def publication(phase: str, ready: Obj) -> Obj:
        status = {"phase": phase, "conditions": [ready]}
        return made("ngf-console.f5.com/v1alpha1", "DistributedCloudPublish", status=status)

    waiting = said("Ready", "False", "WaitingForCredentials", text="no credentials")
    found = stands(publication("Pending", waiting))
    assert found == ("Waiting", "WaitingForCredentials", "no credentials")
    assert stands(publication("Error", said("Ready", "False")))[0] == "Failed"
    assert stands(publication("Published", said("Ready")))[0] == "Ready"


def test_what_is_not_there_or_goes_waits() -> None:
    gone = standing(made("v1", "Service"), None, Known())
    assert (gone.state, gone.reason) == ("Waiting", "NotThere")
    going = made("v1", "Service")
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert stands(going)[:2] == ("Waiting", "BeingDeleted")
    assert stands(made("v1", "Service"))[0] == "Ready"
