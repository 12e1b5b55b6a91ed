"""The promise: the console works on the first cluster that answers, never on another one than it
was told, and says what it tried."""

from pathlib import Path

from services.clusters.reach import first_reachable
from tests.real.controlplane import kubeconfig_text
from tests.real.kube_api import KubeApi


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_takes_the_kubeconfig_it_was_given(kube_api: KubeApi, tmp_path: Path) -> None:
    given = written(tmp_path / "given", kube_api.kubeconfig())
    connect, attempts = first_reachable(given, {}, tmp_path)
    assert connect is not None
    assert connect().host == kube_api.url
    assert [(one.source, one.problem) for one in attempts] == [(f"--kubeconfig {given}", "")]


def test_one_that_was_given_is_not_replaced_by_another(kube_api: KubeApi, tmp_path: Path) -> None:
    written(tmp_path / ".kube" / "config", kube_api.kubeconfig())
    connect, attempts = first_reachable(tmp_path / "absent", {}, tmp_path)
    assert connect is None
    assert len(attempts) == 1
    assert "No such file" in attempts[0].problem


def test_goes_on_to_the_next_place_and_remembers_why(kube_api: KubeApi, tmp_path: Path) -> None:
    variable = written(
        tmp_path / "variable",
        kubeconfig_text("x", "https://127.0.0.1:1", kube_api.ca_pem, "t"),
    )
    home = written(tmp_path / ".kube" / "config", kube_api.kubeconfig())
    connect, attempts = first_reachable(None, {"KUBECONFIG": str(variable)}, tmp_path)
    assert connect is not None
    assert [one.source for one in attempts] == [
        f"KUBECONFIG {variable}",
        "in-cluster account",
        str(home),
    ]
    assert "Connection refused" in attempts[0].problem
    assert "not running in a pod" in attempts[1].problem
    assert attempts[2].problem == ""


def test_a_refused_credential_does_not_count_as_an_answer(
    kube_api: KubeApi, tmp_path: Path
) -> None:
    given = written(tmp_path / "given", kubeconfig_text("x", kube_api.url, kube_api.ca_pem, "no"))
    connect, attempts = first_reachable(given, {}, tmp_path)
    assert connect is None
    assert "credential" in attempts[0].problem


def test_a_server_of_another_authority_is_not_trusted(kube_api: KubeApi, tmp_path: Path) -> None:
    from certifi import contents

    foreign = contents().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    given = written(tmp_path / "given", kubeconfig_text("x", kube_api.url, foreign, "t"))
    connect, attempts = first_reachable(given, {}, tmp_path)
    assert connect is None
    assert "certificate verify failed" in attempts[0].problem


def test_several_files_of_the_variable_count_as_one(kube_api: KubeApi, tmp_path: Path) -> None:
    whole = kube_api.kubeconfig()
    context = written(tmp_path / "context", f"current-context: {kube_api.name}\n")
    rest = written(tmp_path / "rest", whole)
    variable = f"{tmp_path / 'absent'}:{context}:{rest}"
    connect, attempts = first_reachable(None, {"KUBECONFIG": variable}, tmp_path)
    assert connect is not None, attempts
