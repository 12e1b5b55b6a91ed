"""Promise: the console's own metrics are valid, documented, and say what is true."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.conftest import Console
from tests.real.kube_api import wait_until

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_prometheus_own_tool_finds_nothing_to_correct(console: Console) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    text = console.ask("GET", "/metrics").text
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_every_metric_is_documented(console: Console) -> None:
    text = console.ask("GET", "/metrics").text
    families = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
    families = {name for name in families if not name.endswith("_created")}
    assert len(families) >= 7
    documented = DOCS.read_text()
    assert not [name for name in families if f"`{name}`" not in documented]


def test_a_live_watch_says_so(console: Console) -> None:
    live = 'ngf_console_watch_live{cluster="web-fra",kind="httproutes"} 1.0'
    wait_until("live", lambda: live in console.ask("GET", "/metrics").text)
    text = console.ask("GET", "/metrics").text
    assert 'ngf_console_cluster_up{cluster="web-fra"} 1.0' in text
    assert re.search(r'ngf_console_objects\{cluster="web-fra",kind="gateways"\} \d+\.0', text)


def test_methods_that_http_does_not_know_are_one(console: Console) -> None:
    for number in range(3):
        console.ask(f"BREW{number}", "/api/v1/clusters")
        console.ask(f"BREW{number}", "/signin", "")
    text = console.ask("GET", "/metrics").text
    assert "BREW" not in text
    assert re.search(r'ngf_console_http_requests_total\{method="other",.*\} \d', text)


def test_requests_are_counted_by_rule_and_never_by_name(console: Console) -> None:
    console.ask("GET", "/api/v1/clusters/web-fra/httproutes/payments/checkout")
    text = console.ask("GET", "/metrics").text
    assert 'route="/api/v1/clusters/<cluster>/httproutes/<namespace>/<name>"' in text
    assert "payments" not in text
