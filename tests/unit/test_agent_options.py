"""Promise: an agent that cannot work as set up does not start and says which option and why."""

import argparse
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from agent import options
from agent.options import BadOptions

ROOT = Path(__file__).parents[2]


def understood(variables: dict[str, str], *flags: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_to(parser, options.HEARTBEAT)
    return options.for_heartbeat(parser.parse_args(flags), variables)


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    token = tmp_path / "token"
    token.write_text("t")
    return {
        "CLUSTER_NAME": "web-fra",
        "HUB_API_ENDPOINT": "https://hub.example/console/",
        "HUB_TOKEN_FILE": str(token),
        "KUBERNETES_SERVICE_HOST": "10.96.0.1",
        "KUBERNETES_SERVICE_PORT": "443",
    }


def said(variables: dict[str, str]) -> list[str]:
    """What the program says of its options, one sentence a line, instead of starting."""
    result = subprocess.run(
        [sys.executable, "-m", "agent", "heartbeat"],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 2
    return result.stderr.splitlines()


def judged(variables: dict[str, str]) -> list[str]:
    """The same without a process."""
    with pytest.raises(BadOptions) as bad:
        understood(variables)
    return bad.value.sentences


def test_everything_that_is_missing_is_named_at_once() -> None:
    assert said({}) == [
        "CLUSTER_NAME (--cluster-name) is missing: name the cluster is registered under.",
        "HUB_API_ENDPOINT (--hub-api) is missing: URL of the hub, without /api/v1.",
        "HUB_TOKEN_FILE (--hub-token-file) is missing: file with the cluster's token.",
    ]


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("CLUSTER_NAME", "Web_Fra", "must be lower case letters, digits, - and ., as names"),
        ("HUB_API_ENDPOINT", "hub.example", "must be an http:// or https:// URL with a host"),
        ("HUB_API_ENDPOINT", "https://hub.example:port", "must be an http:// or https:// URL"),
        ("HUB_API_ENDPOINT", "https://hub.example?x=1", "must be a URL without user, query"),
        ("HUB_API_ENDPOINT", "http://hub.example", "must begin with https://: the token would"),
        ("HUB_TOKEN_FILE", "/nonexistent/token", "must be a file that exists"),
        ("HUB_CA_FILE", "/nonexistent/ca", "must be a file that exists"),
        ("HUB_ALLOW_HTTP", "perhaps", "must be true or false"),
        ("HEARTBEAT_INTERVAL", "4", "must be a whole number from 5 to 3600"),
        ("HEARTBEAT_INTERVAL", "30s", "must be a whole number from 5 to 3600"),
        ("GPU_PROBE_PORT", "tcp://10.0.0.7:8082", "must be a whole number from 1 to 65535"),
        ("GPU_RESOURCES", "gpu", "must be resource names like example.com/gpu"),
        ("KUBERNETES_API_SERVER", "http://10.0.0.1", "must begin with https:// unless it is on"),
        ("LOG_LEVEL", "loud", "must be one of debug, info, warning, error"),
    ],
)
def test_a_bad_value_is_named_with_the_rule(
    good: dict[str, str], variable: str, value: str, rule: str
) -> None:
    known = {option.variable: option for option in options.HEARTBEAT}
    [sentence] = judged({**good, variable: value})
    assert sentence.startswith(f"{variable} ({known[variable].flag}) {rule}")


def test_a_password_in_an_address_is_not_repeated(good: dict[str, str]) -> None:
    [sentence] = judged({**good, "HUB_API_ENDPOINT": "https://me:hidden@hub.example"})
    assert "hidden" not in sentence


def test_outside_of_a_pod_the_api_server_has_to_be_named(good: dict[str, str]) -> None:
    del good["KUBERNETES_SERVICE_HOST"]
    [sentence] = judged(good)
    assert sentence.startswith("KUBERNETES_API_SERVER (--api-server) is missing")


def test_a_port_in_use_is_said(good: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sentences = said({**good, "HEALTH_BIND": "127.0.0.1", "HEALTH_PORT": port})
    assert sentences == [
        f"HEALTH_BIND and HEALTH_PORT (127.0.0.1, {port}): Address already in use."
    ]


def test_a_flag_wins_over_its_variable_and_an_empty_variable_counts_as_none(
    good: dict[str, str],
) -> None:
    values = understood({**good, "HEARTBEAT_INTERVAL": ""}, "--cluster-name", "gpu-iad")
    assert (values.cluster_name, values.interval) == ("gpu-iad", 30)
    assert values.hub_api == "https://hub.example/console"


@pytest.mark.parametrize(
    ("address", "allow", "fine"),
    [
        ("http://127.0.0.1:8050", "false", True),
        ("http://[::1]:8050", "false", True),
        ("http://localhost:8050", "false", True),
        ("http://127.0.0.1.example", "false", False),
        ("http://hub.ngf-system.svc", "true", True),
        ("http://hub.ngf-system.svc", "false", False),
    ],
)
def test_the_token_travels_unencrypted_on_this_machine_only_unless_allowed(
    good: dict[str, str], address: str, allow: str, fine: bool
) -> None:
    variables = {**good, "HUB_API_ENDPOINT": address, "HUB_ALLOW_HTTP": allow}
    if fine:
        assert understood(variables).hub_api == address
    else:
        assert len(judged(variables)) == 1


def test_the_api_server_of_a_pod_may_have_an_address_of_version_six(good: dict[str, str]) -> None:
    variables = {**good, "KUBERNETES_SERVICE_HOST": "fd00::1"}
    assert understood(variables).api_server == "https://[fd00::1]:443"


@pytest.mark.parametrize("option", [*options.HEARTBEAT, *options.GPU_PROBE], ids=lambda o: o.flag)
def test_every_option_is_documented(option: options.Option) -> None:
    documented = (ROOT / "docs" / "agent.md").read_text()
    assert f"`{option.flag}`" in documented
    assert f"`{option.variable}`" in documented
