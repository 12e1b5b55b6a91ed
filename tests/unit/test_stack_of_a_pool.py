"""Promise: what is written to a pool changes the stack that makes it, and never one that is only
called like it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.fleet import Fleet
from services.clusters.gpus import GpuReadings
from services.errors import Invalid, NotFound, Unavailable
from services.gatewayapi.resources import Resources
from services.inference.stacks import Stacks
from services.kube.changes import Changes
from services.kube.shelf import Snapshot, State

Obj = dict[str, Any]
OWNER = "ngf-console.f5.com/owner"


@dataclass
class Api:
    """What a cluster's watches hold; stands in for a fleet of one, and for its cluster."""

    objects: dict[str, list[Obj]]
    states: dict[str, State] = field(default_factory=dict)

    def visible(self, _who: Identity, _name: str) -> "Api":
        return self

    def unavailable(self, reason: str) -> Unavailable:
        return Unavailable(reason)

    def snapshot(self, kind: str) -> Snapshot:
        found = {
            (one["metadata"]["namespace"], one["metadata"]["name"]): one
            for one in self.objects.get(kind, [])
        }
        state = self.states.get(kind, "live")
        as_of = datetime.now(UTC) if state == "live" else None
        return Snapshot(kind, found, 1, as_of, state)


def named(place: str, owner: str = "") -> Obj:
    namespace, name = place.split("/")
    annotations = {OWNER: f"InferenceStack/{namespace}/{owner}"} if owner else {}
    return {"metadata": {"namespace": namespace, "name": name, "annotations": annotations}}


def stacks(*made: str, pools: tuple[Obj, ...] = (), **states: State) -> Stacks:
    objects = {"inferencestacks": [named(one) for one in made], "inferencepools": list(pools)}
    nothing: Any = None
    return Stacks(
        cast(Fleet, Api(objects, states)),
        cast(Resources, nothing),
        cast(Changes, nothing),
        cast(GpuReadings, nothing),
    )


def of(service: Stacks, pool: str, *namespace: str, who: Identity = CONSOLE) -> str:
    found = service.of_pool(who, "gpu", pool, *namespace)["metadata"]
    return f"{found['namespace']}/{found['name']}"


@pytest.mark.parametrize("stack", ["llm/llama", "other/llama"])
def test_a_pool_that_somebody_made_is_not_the_stack_called_like_it(stack: str) -> None:
    service = stacks(stack, pools=(named("llm/llama"),))
    for asked in (("llama",), ("llm/llama",), ("llama", "llm"), ("llama", "")):
        with pytest.raises(NotFound) as refused:
            of(service, *asked)
        assert refused.value.error_code == "no_stack"
        assert "llm/llama" in refused.value.message


def test_a_pool_is_of_the_stack_that_makes_it_also_before_it_is_there() -> None:
    assert of(stacks("llm/llama"), "llama-pool") == "llm/llama"
    assert of(stacks("llm/llama"), "llama") == "llm/llama"
    there = stacks("llm/llama", pools=(named("llm/llama-pool", "llama"),))
    assert of(there, "llama-pool") == of(there, "llama", "llm") == "llm/llama"


def test_a_pool_of_the_name_that_a_stack_would_give_is_not_the_stacks() -> None:
    with pytest.raises(NotFound) as refused:
        of(stacks("llm/llama", pools=(named("llm/llama-pool"),)), "llama-pool")
    assert refused.value.error_code == "no_stack"


def test_pools_of_one_name_are_said_of_the_field_that_can_tell_them_apart() -> None:
    service = stacks("a/llama", "b/llama")
    for asked, field_ in ((("llama-pool",), "pool"), (("llama-pool", ""), "namespace")):
        with pytest.raises(Invalid) as refused:
            of(service, *asked)
        assert [one["field"] for one in refused.value.details["fields"]] == [field_]
    mixed = stacks("a/llama", pools=(named("b/llama-pool"),))
    with pytest.raises(Invalid):
        of(mixed, "llama-pool")
    limited = Identity("anna", Role.OPERATOR, namespaces=frozenset({"a"}))
    assert of(mixed, "llama-pool", who=limited) == "a/llama"
    assert of(mixed, "a/llama-pool") == "a/llama"


@pytest.mark.parametrize("state", ["loading", "stale", "denied"])
@pytest.mark.parametrize("kind", ["inferencestacks", "inferencepools"])
def test_what_is_not_known_is_not_taken_for_nothing(kind: str, state: State) -> None:
    with pytest.raises(Unavailable):
        of(stacks("llm/llama", **{kind: state}), "llama")


def test_a_cluster_without_pools_has_stacks_that_wait_for_theirs() -> None:
    assert of(stacks("llm/llama", inferencepools="absent"), "llama") == "llm/llama"
    with pytest.raises(NotFound) as refused:
        of(stacks(), "llama")
    assert refused.value.error_code == "not_found"
