"""The promise: a wrong list of clusters stops the start by naming every field; a wrong kubeconfig
in it stops only that cluster, and says why."""

from pathlib import Path

import pytest

from services.clusters.file import from_file
from services.clusters.reach import first_reachable
from services.errors import Invalid, NotFound, Unavailable
from tests.real.kube_api import wait_until


def written(folder: Path, text: str) -> Path:
    path = folder / "clusters.yaml"
    path.write_text(text)
    return path


def problems(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        from_file(written(folder, text))
    return [(one["field"], one["rule"]) for one in caught.value.details["fields"]]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "clusters"),
        ("clusters: []", "clusters"),
        ("clusters: [{name: a}]", "clusters[0].kubeconfig"),
        ("clusters: [{kubeconfig: a}]", "clusters[0].name"),
        ("clusters: [{name: A_b, kubeconfig: a}]", "clusters[0].name"),
        ("clusters: [{name: summary, kubeconfig: a}]", "clusters[0].name"),
        ("clusters: [{name: a, kubeconfig: a, colour: red}]", "clusters[0].colour"),
        ("clusters: [{name: a, kubeconfig: a}, {name: a, kubeconfig: b}]", "clusters"),
        (
            "clusters: [{name: a, kubeconfig: a, default: true},"
            " {name: b, kubeconfig: b, default: true}]",
            "clusters",
        ),
    ],
)
def test_names_the_field_that_is_wrong(tmp_path: Path, text: str, field: str) -> None:
    assert [where for where, _ in problems(tmp_path, text)] == [field]


def test_a_mistyped_key_is_told_those_there_are(tmp_path: Path) -> None:
    keys = "name, kubeconfig, displayName, context, region, environment, labels, default"
    assert problems(tmp_path, "clusters: [{name: a, kubeconfig: a, regoin: x}]") == [
        ("clusters[0].regoin", f"no such key; there is {keys}")
    ]
    assert problems(tmp_path, "clusters: [{name: a, kubeconfig: a}]\ncluster: []") == [
        ("cluster", "no such key; there is clusters")
    ]


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    [(_, rule)] = problems(tmp_path, "clusters:\n- name: a\n  kubeconfig: a\n  name: b")
    assert rule == "must be YAML; line 4, column 3: the key 'name' stands twice"


def test_the_first_entry_is_the_default_unless_one_is_flagged(tmp_path: Path) -> None:
    text = "clusters: [{name: z, kubeconfig: z}, {name: a, kubeconfig: a%s}]"
    assert from_file(written(tmp_path, text % "")).default_name() == "z"
    fleet = from_file(written(tmp_path, text % ", default: true"))
    assert fleet.default_name() == "a"
    assert fleet.names() == ["a", "z"]
    assert [info.default for info in fleet.list()] == [True, False]


def test_another_default_than_the_file_s_can_be_named(tmp_path: Path) -> None:
    text = "clusters: [{name: z, kubeconfig: z, default: true}, {name: a, kubeconfig: a}]"
    fleet = from_file(written(tmp_path, text), "a")
    assert fleet.default_name() == "a"
    assert [info.default for info in fleet.list()] == [True, False]


def test_plain_http_is_taken_where_it_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text(
        "{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}],"
        " clusters: [{name: c, cluster: {server: 'http://10.0.0.1'}}],"
        " users: [{name: u, user: {token: t}}]}"
    )
    path = written(tmp_path, "clusters: [{name: a, kubeconfig: plain}]")
    with pytest.raises(Invalid, match="--allow-http-clusters"):
        from_file(path).get("a").member.connect()
    assert from_file(path, allow_http=True).get("a").member.connect().host == "http://10.0.0.1"
    connect, [attempt] = first_reachable(tmp_path / "plain", {}, tmp_path)
    assert (connect, "--allow-http-clusters" in attempt.problem) == (None, True)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clusters.yaml").write_bytes(b"clusters: \xff")
    with pytest.raises(Invalid, match="must be printable text in UTF-8"):
        from_file(tmp_path / "clusters.yaml")


def test_a_cluster_that_cannot_be_built_is_there_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text(
        "{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}],"
        " clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}],"
        " users: [{name: u, user: {exec: {command: sh}}}]}"
    )
    fleet = from_file(
        written(
            tmp_path,
            "clusters: [{name: gone, kubeconfig: nowhere, displayName: Gone},"
            " {name: bad, kubeconfig: bad}]",
        )
    )
    fleet.start()
    try:
        gone, bad = fleet.get("gone"), fleet.get("bad")
        wait_until("the missing file is named", lambda: "nowhere" in gone.state.reason)
        wait_until("the refused field is named", lambda: "exec" in bad.state.reason)
        assert gone.display_name == "Gone"
        snapshot = gone.snapshot("gateways")
        assert (snapshot.state, len(snapshot.objects), snapshot.as_of) == ("stale", 0, None)
        with pytest.raises(Unavailable, match="nowhere"):
            _ = gone.client
        with pytest.raises(NotFound):
            fleet.get("other")
    finally:
        fleet.stop()
