"""Promise: the fleet's figures count what is known and name what is not, and the trouble of a
cluster is told with its reason and with what it means."""

from typing import Any

import pytest

from callbacks import attention, cluster_words, fleet, fleet_figures
from components.status import PHASES
from services.clusters.versions import lagging
from tests.unit.fleet_members import NOW, cluster, gpus, report

FINE = report(3)


def said(tile: dict[str, Any]) -> str:
    """A tile in one line."""
    value = "no data" if tile["value"] is None else tile["value"]
    words = "".join(text for text, _ in tile["note"])
    return " ".join(filter(None, (value, tile["unit"]))) + f"; {words}"


@pytest.mark.parametrize(
    ("how", "phase", "status", "headline"),
    [
        ({"agent": FINE}, "Ready", "ok", ""),
        ({"down": "nothing within 5 s"}, "Unreachable", "err", "Unreachable: nothing within 5 s"),
        (
            {"down": "Secret web-kubeconfig does not exist.", "code": "not_found"},
            "Pending",
            "info",
            "Pending: Secret web-kubeconfig does not exist.",
        ),
        (
            {"agent": FINE, "prometheus": "It says 403."},
            "Degraded",
            "warn",
            "Degraded: It says 403.",
        ),
        (
            {"agent": report(112)},
            "Degraded",
            "stale",
            "Agent stale: no heartbeat for 1 min 52 s",
        ),
        (
            {"agent": report(112), "prometheus": "It says 403."},
            "Degraded",
            "warn",
            "Degraded: Agent stale: no heartbeat for 1 min 52 s",
        ),
        ({"terminating": True}, "Terminating", "absent", "Terminating: Being removed"),
    ],
)
def test_a_cluster_has_one_look_for_how_it_stands(
    how: dict[str, Any], phase: str, status: str, headline: str
) -> None:
    info = cluster(**how)
    assert info.standing.phase == phase
    assert cluster_words.look(info.standing).status == status
    assert cluster_words.headline(info.standing) == headline


def test_every_phase_has_a_look() -> None:
    assert PHASES.keys() == {
        "Pending",
        "Connecting",
        "Ready",
        "Degraded",
        "Unreachable",
        "Terminating",
    }


def test_what_an_open_circuit_means_is_explained() -> None:
    info = cluster(down="nothing within 5 s", breaker="open", rest=14.4)
    first, due, *rest = cluster_words.explained(info, NOW, "6 gateways and 214 routes")
    assert first == "The circuit opened after 3 failed checks, the next attempt is in "
    assert due == {"in": "2026-03-01T14:32:26+00:00"}
    assert rest[-1] == " ago; its 6 gateways and 214 routes are shown as last seen."
    assert cluster_words.circuit(info.state, NOW)[0] == "open, next attempt in "


def test_every_trouble_is_explained() -> None:
    for how in (
        {"down": "gone"},
        {"down": "no kubeconfig", "code": "no_kubeconfig"},
        {"prometheus": "403"},
        {"agent": report(500)},
        {"agent": report(3, operator_healthy=False)},
        {"ngf": None, "detected": False},
    ):
        info = cluster(**how)  # type: ignore[arg-type]
        assert cluster_words.look(info.standing).said, how
        assert cluster_words.explained(info, NOW, ""), how


def test_figures_count_what_is_known_and_name_the_rest() -> None:
    fleet_of = [
        cluster("hub", agent=report(2)),
        cluster("iad", agent=report(9)),
        cluster("sin", down="gone", ngf="2.6.5", agent=report(1800, "1.2.1")),
        cluster("lab", down="no Secret", code="not_found", ngf=None, detected=None),
        cluster("new"),
    ]
    known = [gpus(0, 0), gpus(64, 62, **{"NVIDIA-H100-80GB-HBM3": 64}), None, None, None]
    tiles = fleet_figures.tiles(fleet_of, known)
    assert said(tiles["clusters"]) == "5; 3 ready, 2 need attention"
    assert said(tiles["agents"]) == "2 of 5; 1 stale, 2 never reported"
    assert said(tiles["ngf"]) == "2; 1 behind by 2 patches: sin, 1 not known"
    assert said(tiles["gpus"]) == "62 of 64 allocated; no data of 3, 64 H100"
    assert said(tiles["versions"]) == "1.4.0 on 2; 1.2.1 on sin"


def test_figures_of_a_fleet_without_agents_are_not_zero() -> None:
    tiles = fleet_figures.tiles([cluster(agents=False)], [None])
    assert tiles["agents"]["value"] is None
    assert tiles["gpus"]["value"] is None
    assert tiles["versions"]["value"] is None
    assert said(tiles["ngf"]) == "1; 2.6.7 on every cluster"


def test_no_gpus_and_gpus_that_nobody_knows_of_are_told_apart() -> None:
    two = [cluster("hub"), cluster("new")]
    assert said(fleet_figures.tiles(two[:1], [gpus(0, 0)])["gpus"]) == "0; no GPUs"
    mixed = fleet_figures.tiles(two, [gpus(0, 0), None])["gpus"]
    assert said(mixed) == "0; no data of 1, no cluster has GPUs"


def test_the_sidebar_counts_clusters_that_need_a_person() -> None:
    assert fleet.problems([cluster(agent=FINE)]) is None
    one = fleet.problems([cluster(agent=FINE), cluster("gone", down="gone")])
    assert one == {"n": 1, "status": "err", "words": "1 cluster needs attention"}
    two = fleet.problems([cluster(agent=report(200)), cluster("b", prometheus="403")])
    assert two == {"n": 2, "status": "warn", "words": "2 clusters need attention"}


def test_a_cluster_without_ngf_is_told_once() -> None:
    bare = cluster("bare", ngf=None, detected=False)
    for lacking, titles in (
        ({}, ["Cluster bare is degraded"]),
        ({"bare": 3}, ["No NGF controller on bare"]),
    ):
        made = attention.items({"bare": bare}, [], lacking, [], [])
        assert [one["title"] for one in made] == titles


@pytest.mark.parametrize(
    ("versions", "gaps"),
    [
        ({"a": "2.6.7", "b": "2.6.5"}, ["b by 2 patches"]),
        ({"a": "2.6.7", "b": "2.6.6"}, ["b by 1 patch"]),
        (
            {"a": "2.6.7", "b": "2.4.9", "c": "1.9.9"},
            ["c by 1 major release", "b by 2 minor releases"],
        ),
        ({"a": "v2.6.7", "b": "2.6.7"}, []),
        ({"a": "2.6.7", "b": "2.7.0-rc1"}, []),
        ({"a": "edge"}, []),
        ({}, []),
    ],
)
def test_how_far_behind_a_release_is(versions: dict[str, str], gaps: list[str]) -> None:
    assert [f"{lag.name} by {lag}" for lag in lagging(versions)] == gaps
