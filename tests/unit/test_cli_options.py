"""Promise: the command line says what there is, what happens without it, and how it is typed."""

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
    assert [str(problem).partition(" should")[0] for problem in caught.value.problems] == [
        f"--clusters-config={file}: clusters[0].name: String",
        f"--clusters-config={file}: clusters[1].kubeconfig: Field required",
    ]
