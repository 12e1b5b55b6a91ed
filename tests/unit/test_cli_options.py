"""Promise: the command line says what there is, what happens without it, and how it is typed."""

import resource
from pathlib import Path

import pytest

from app import main
from cli.options import settings_parser
from cli.source import choose
from services.settings import BadSettings, Settings, load

pytestmark = pytest.mark.usefixtures("own_logs")


def helped(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as caught:
        main([*words, "--help"])
    assert caught.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_help_shows_every_default() -> None:
    text = " ".join(settings_parser().format_help().split())
    assert text.count("(default: ") == len(Settings.model_fields) + len(["--config"])
    for said in (
        "[NGF_CONSOLE_PORT] (default: 8050)",
        "[NGF_CONSOLE_DEMO] (default: off)",
        "[NGF_CONSOLE_KUBECONFIG] (default: none)",
        "[NGF_CONSOLE_CLICKHOUSE_URL] (default: none)",
        "[NGF_CONSOLE_OIDC_CLIENT_SECRET] (default: none)",
        "[NGF_CONSOLE_OIDC_ROLE_MAPPING] (default: none)",
        "[NGF_CONSOLE_CONFIG] (default: none)",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("words", "defaults"),
    [(("token", "create"), 3), (("token", "list"), 1), (("audit", "list"), 11)],
)
def test_help_of_a_subcommand_shows_every_default(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], defaults: int
) -> None:
    text = helped(capsys, *words)
    assert text.startswith(f"usage: ./run {' '.join(words)} ")
    assert text.count("(default: ") == defaults


@pytest.mark.parametrize(
    "words",
    [["--port"], ["audit", "list", "--page", "x"], ["audit", "list", "--sort"], ["token", "make"]],
)
def test_an_argument_error_names_the_command_that_people_type(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    usage, _, error = capsys.readouterr().err.rpartition("\n./run")
    assert usage.startswith("usage: ./run ")
    assert "error: " in error


def test_a_flag_of_several_values_may_be_repeated() -> None:
    words = ["--demo-fault", "web-001=dead", "--demo-fault", "web-002=dead,web-003=slow:1s"]
    given = vars(settings_parser().parse_args(["--demo", *words]))
    faults = load(given).demo_fault
    assert [str(fault) for fault in faults] == ["web-001=dead", "web-002=dead", "web-003=slow:1s"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"demo_fault": "web-003=dead"}, "web-003=dead: there is no such cluster; there is hub-f"),
        ({"demo_fault": "web-001=dead,web-001=slow:1s"}, "web-001: must be named once"),
    ],
)
def test_a_fault_is_that_of_one_cluster_that_is_there(given: dict[str, str], said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        choose(load({"demo": True, "demo_clusters": 5, **given}))
    assert str(caught.value).startswith(f"--demo-fault={said}")


def test_a_demo_too_large_for_this_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    assert choose(load({"demo": True, "demo_clusters": 90})) is not None
    with pytest.raises(BadSettings, match=r"--demo-clusters=100: needs 4112 open files, .* 4096"):
        choose(load({"demo": True, "demo_clusters": 100}))


def test_the_default_of_a_file_of_clusters_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "clusters.yaml"
    file.write_text("clusters: [{name: z, kubeconfig: z}, {name: a, kubeconfig: a}]")
    given = {"clusters_config": file, "multicluster_default": "a"}
    fleet = choose(load(given))
    assert fleet is not None
    assert fleet().default_name() == "a"
    with pytest.raises(BadSettings) as caught:
        choose(load({**given, "multicluster_default": "b"}))
    assert str(caught.value) == (
        "--multicluster-default=b: there is no such cluster; there is a, z"
    )


def test_an_unknown_default_of_the_demo_is_refused_with_the_clusters_there_are() -> None:
    with pytest.raises(BadSettings, match="there is gpu-iad, hub-fra, web-fra"):
        choose(load({"demo": True, "multicluster_default": "default"}))


def test_the_one_cluster_of_a_kubeconfig_has_no_other_name() -> None:
    with pytest.raises(BadSettings, match="there is default"):
        choose(load({"kubeconfig": __file__, "multicluster_default": "b"}))


def test_every_wrong_field_of_a_file_of_clusters_is_named(tmp_path: Path) -> None:
    file = tmp_path / "clusters.yaml"
    file.write_text("clusters: [{name: A_b, kubeconfig: z}, {name: a}]")
    with pytest.raises(BadSettings) as caught:
        choose(load({"clusters_config": file}))
    assert [str(problem).partition(" lower-case")[0] for problem in caught.value.problems] == [
        f"--clusters-config={file}: clusters[0].name: must be",
        f"--clusters-config={file}: clusters[1].kubeconfig: Field required",
    ]
