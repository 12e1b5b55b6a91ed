"""Promise: a bad option stops the start with its name, its value and the rule."""

from pathlib import Path

import pytest

from services.settings import BadSettings, load


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("NGF_CONSOLE_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"port": "0"}, "--port=0: "),
        ({"port": "x"}, "--port=x: "),
        ({"bind": "0.0.0.0"}, "--bind=0.0.0.0: auth local listens on loopback only"),
        ({"bind": "nowhere"}, "--bind=nowhere: "),
        ({"auth": "none"}, "--auth=none: "),
        ({"auth": "oidc"}, "--auth=oidc: needs --oidc-issuer"),
        ({"metrics": "mock"}, "--metrics=mock: invented numbers"),
        ({"kubeconfig": "/nowhere"}, "--kubeconfig=/nowhere: must name an existing file"),
        ({"prometheus_url": "prom:9090"}, "--prometheus-url=prom:9090: must start with http"),
        ({"oidc_role_mapping": '{"a": "root"}'}, "must map to viewer, operator or admin"),
        ({"multicluster_namespace": "No"}, "--multicluster-namespace=No: "),
        ({"demo": True, "multicluster": True}, "--demo=true: demo data never mixes"),
    ],
)
def test_a_bad_value_is_refused_by_name(given: dict[str, object], said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load(given)
    assert said in str(caught.value)


def test_the_secret_key_is_not_repeated_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NGF_CONSOLE_SECRET_KEY", "planted-secret")
    assert "planted-secret" not in repr(load({}))


def test_the_command_line_wins_over_the_variable_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("port: 1001\nlog-level: debug\nbind: 127.0.0.3\n")
    monkeypatch.setenv("NGF_CONSOLE_PORT", "1002")
    monkeypatch.setenv("NGF_CONSOLE_BIND", "127.0.0.2")
    settings = load({"port": "1003"}, file)
    assert (settings.port, settings.bind, settings.log_level) == (1003, "127.0.0.2", "debug")


def test_a_list_is_comma_separated_in_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NGF_CONSOLE_ALERT_WEBHOOKS", "https://a.example,https://b.example")
    assert load({}).alert_webhooks == ("https://a.example", "https://b.example")


def test_an_unknown_variable_or_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("prot: 1001\n")
    with pytest.raises(BadSettings, match="--prot=1001"):
        load({}, file)
    monkeypatch.setenv("NGF_CONSOLE_PROT", "1")
    with pytest.raises(BadSettings, match="NGF_CONSOLE_PROT=1: no such option"):
        load({})


def test_what_the_demo_keeps_is_apart_from_the_real(tmp_path: Path) -> None:
    real, demo = load({"data": tmp_path}), load({"data": tmp_path, "demo": True})
    assert real.database != demo.database
    assert demo.home.parent == real.home
