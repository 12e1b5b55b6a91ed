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
        ({"bind": "nowhere"}, "--bind=nowhere: must be an IP address or localhost"),
        ({"auth": "none"}, "--auth=none: "),
        ({"auth": "oidc"}, "--auth=oidc: needs --oidc-issuer"),
        ({"metrics": "mock"}, "--metrics=mock: invented numbers"),
        ({"kubeconfig": "/nowhere"}, "--kubeconfig=/nowhere: must name an existing file"),
        ({"prometheus_url": "prom:9090"}, "--prometheus-url=prom:9090: must start with http"),
        ({"prometheus_url": "http://169.254.169.254"}, ".254: must not be a link-local"),
        ({"prometheus_url": "http://p/?x=1"}, "http://p/?x=1: must be an address without"),
        ({"prometheus_cluster_label": "a-b"}, "--prometheus-cluster-label=a-b: "),
        ({"oidc_role_mapping": '{"a": "root"}'}, "must be viewer, operator or admin"),
        ({"oidc_role_mapping": '{"a": {"role": "viewer", "cluster": "x"}}'}, "Extra inputs"),
        ({"oidc_role_mapping": '{"a": {"role": "viewer", "namespaces": []}}'}, "at least one"),
        ({"oidc_role_mapping": "admin"}, "--oidc-role-mapping=admin: must be a JSON object"),
        ({"public_url": "http://x:99999"}, "--public-url=http://x:99999: must start with http"),
        ({"public_url": "https://"}, "--public-url=https://: must start with http"),
        ({"public_url": "https://[::1"}, "--public-url=https://[::1: must start with http"),
        ({"public_url": "https://x/?a=b"}, "--public-url=https://x/?a=b: must be without user, q"),
        ({"data": __file__}, f"--data={__file__}: must be a folder"),
        ({"config_db": "/nowhere/x.db"}, "--config-db=/nowhere/x.db: there is no folder /nowhere"),
        ({"config_db": "/"}, "--config-db=/: must name a file"),
        ({"config_db": "mysql://h/d"}, "--config-db=mysql://h/d: must be postgresql://"),
        ({"config_db": "foo://x"}, "--config-db=foo://x: must be postgresql://"),
        ({"config_db": "postgresql://h:port/d"}, "--config-db=postgresql://h:port/d: must be "),
        ({"config_db": "sqlite://"}, "--config-db=sqlite://: must be postgresql://"),
        ({"multicluster_namespace": "No"}, "--multicluster-namespace=No: "),
        ({"demo_clusters": 4}, "--demo-clusters=4: is for --demo only"),
        ({"demo_routes": 20}, "--demo-routes=20: is for --demo only"),
        ({"demo_fault": "a=dead,b=slow:1s"}, "--demo-fault=a=dead,b=slow:1s: is for --demo only"),
        ({"demo": True, "demo_clusters": "2"}, "--demo-clusters=2: "),
        ({"demo": True, "demo_clusters": "501"}, "--demo-clusters=501: "),
        ({"demo": True, "demo_routes": "-1"}, "--demo-routes=-1: "),
        ({"demo": True, "demo_fault": "a=dead,b"}, "--demo-fault=b: must be NAME=dead or"),
        ({"demo": True, "demo_fault": "a=slow:0s"}, "--demo-fault=a=slow:0s: must be NAME=dead"),
        ({"demo": True, "demo_fault": "a=slow:10"}, "--demo-fault=a=slow:10: must be NAME=dead"),
        ({"demo": True, "demo_fault": "a=slow:11m"}, "--demo-fault=a=slow:11m: must be NAME="),
        ({"demo": True, "multicluster": True}, "--demo=true: demo data never mixes"),
    ],
)
def test_a_bad_value_is_refused_by_name(given: dict[str, object], said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load(given)
    assert said in str(caught.value)


@pytest.mark.parametrize("option", ["cors_allowed_origins", "embed_origins"])
@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example",
        "https://portal.example/",
        "https://portal.example/path",
        "https://Portal.example",
        "https://portal.example:443",
        "https://portal.example:99999",
        "https://user@portal.example",
        "https://x; script-src *",
        "https://x\r\ny",
        "portal.example",
        "null",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(option: str, origin: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load({option: f"https://good.example,{origin}"})
    [problem] = caught.value.problems
    assert (problem.option, problem.value) == (f"--{option.replace('_', '-')}", origin)
    assert problem.rule.startswith("must be exactly scheme://host")


def test_origins_as_browsers_send_them_are_taken() -> None:
    given = "https://portal.example, http://127.0.0.1:8080,https://[2001:db8::1]:8443"
    assert load({"embed_origins": given}).embed_origins == (
        "https://portal.example",
        "http://127.0.0.1:8080",
        "https://[2001:db8::1]:8443",
    )


LONG = "planted-" + "k" * 24


def test_the_secret_key_is_never_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NGF_CONSOLE_SECRET_KEY", LONG)
    assert LONG not in repr(load({}))


@pytest.mark.parametrize("key", ["", "planted-x", LONG[:-1], LONG[:-1] + "\n", " " * 40])
def test_a_secret_key_that_could_be_guessed_is_refused_unprinted(key: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load({"secret_key": key})
    said = str(caught.value)
    assert said.startswith("--secret-key")
    assert said.endswith(": must have at least 32 characters, all of them printable")
    assert "planted" not in said
    assert load({"secret_key": LONG}).secret_key is not None


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("clickhouse_url", "ftp://u:planted-pw@h", "--clickhouse-url=ftp://u:***@h: must start"),
        ("clickhouse_url", "ftp://u:a@planted-pw@h", "--clickhouse-url=ftp://u:***@h: must start"),
        (
            "clickhouse_url",
            "https://u:planted-pw@h:8443/telemetry",
            "--clickhouse-url=https://u:***@h:8443/telemetry: must be without path",
        ),
        ("config_db", "mysql://u:a/planted-pw@h", "--config-db=mysql://u:***@h: must be "),
    ],
)
def test_a_password_in_a_bad_value_is_masked(option: str, value: str, said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load({option: value})
    assert str(caught.value).startswith(said)
    assert "planted" not in str(caught.value)


def test_a_secret_under_a_misspelt_name_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NGF_CONSOLE_SECRETKEY", LONG)
    with pytest.raises(BadSettings, match=r"NGF_CONSOLE_SECRETKEY=\*\*\*: no such option"):
        load({})


def test_the_command_line_wins_over_the_variable_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("port: 1001\nlog-level: debug\nbind: 127.0.0.3\n")
    monkeypatch.setenv("NGF_CONSOLE_PORT", "1002")
    monkeypatch.setenv("NGF_CONSOLE_BIND", "127.0.0.2")
    settings = load({"port": "1003"}, file)
    assert (settings.port, settings.bind, settings.log_level) == (1003, "127.0.0.2", "debug")


def test_an_empty_variable_counts_as_not_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("port: 8079\n")
    monkeypatch.setenv("NGF_CONSOLE_PORT", "")
    monkeypatch.setenv("NGF_CONSOLE_SECRET_KEY", "")
    settings = load({}, file)
    assert (settings.port, settings.secret_key) == (8079, None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"port: \xff", "must be printable text in UTF-8"),
        (b"port: 1\nsecret_key: [planted-x\nbind: x", "must be YAML; line 3, column 5: "),
        (b"since: 2020-99-99", "must be YAML; month must be in"),
        (b"[" * 5000, "must be YAML; it is nested too deeply"),
        (b"- port", "must hold a mapping of options"),
        (
            b"port: 1\nbind: x\nport: 2",
            "must be YAML; line 3, column 1: the key 'port' stands twice",
        ),
        (b"log-level: info\nlog_level: debug", "an option stands there twice"),
    ],
)
def test_a_file_that_is_no_yaml_is_refused_without_quoting_it(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "options.yaml"
    file.write_bytes(content)
    with pytest.raises(BadSettings) as caught:
        load({}, file)
    assert str(caught.value).startswith(f"--config={file}: {said}")
    assert "planted" not in str(caught.value)


def test_a_list_is_comma_separated_in_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NGF_CONSOLE_ALERT_WEBHOOKS", "https://a.example,https://b.example")
    assert load({}).alert_webhooks == ("https://a.example", "https://b.example")


def test_faults_of_the_demo_are_read_from_wherever_they_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [("a", None), ("b", 10.0), ("c", 0.25), ("d", 120.0)]
    given = ["a=dead", "b=slow:10s", "c=slow:250ms", "d=slow:2m"]
    file = tmp_path / "options.yaml"
    file.write_text(f"demo: true\ndemo-fault: {given}\n")
    assert [(one.cluster, one.delay) for one in load({}, file).demo_fault] == wanted
    monkeypatch.setenv("NGF_CONSOLE_DEMO_FAULT", ",".join(given))
    assert [(one.cluster, one.delay) for one in load({"demo": True}).demo_fault] == wanted


def test_an_unknown_variable_or_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("prot: planted\nsecret-kye: planted\n")
    with pytest.raises(BadSettings) as caught:
        load({}, file)
    rule = "no such option; see --help for all"
    assert list(map(str, caught.value.problems)) == [
        f"--config={file}: prot: {rule}",
        f"--config={file}: secret-kye: {rule}",
    ]
    monkeypatch.setenv("NGF_CONSOLE_PROT", "1")
    with pytest.raises(BadSettings, match="NGF_CONSOLE_PROT=1: no such option"):
        load({})


def test_what_the_demo_keeps_is_apart_from_the_real(tmp_path: Path) -> None:
    real, demo = load({"data": tmp_path}), load({"data": tmp_path, "demo": True})
    assert real.database != demo.database
    assert demo.home.parent == real.home
