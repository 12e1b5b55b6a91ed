"""Promise: what a panel shows, chart or table, is there as values: on screen, as CSV, as Parquet
and as JSON, with what they rest on."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet
import pytest
from selenium.webdriver.common.keys import Keys

from services.auth.identity import Identity, Role
from services.inference.benchmark import Order
from tests.browser.journey import Window
from tests.browser.logged import FAILED, GATEWAY, log_lines
from tests.browser.tab import Console, Tab
from tests.engine import Engine, serving
from tests.recorded_picker import CLUSTER, FULLY_LOGGED, POOL, put_recording

pytestmark = pytest.mark.browser


POD = "llama3-70b-7f9c5d8b4-m4q9z"
LLAMA = "/pool?cluster=gpu-iad&namespace=llm&pool=llama3-70b"
PICKED = f"/decisions?cluster={CLUSTER}&pool=llm/{POOL}&range=1h&request={FULLY_LOGGED}"

TABLES = [
    ("/", "overview-clusters", ["name", "gateways", "per_second", "p95_ms"], "web-fra"),
    ("/pools", "pools-kpis", ["figure", "name", "value", "shown", "source"], "hourly_rate"),
    (f"/dashboard?gateway={GATEWAY}", "dashboard-kpis", ["figure", "value"], "failure_share"),
    ("/gpus", "gpus-kpis", ["figure", "value", "shown", "note"], "of 47 allocated"),
    ("/pools", "pools-rows", ["name", "p95_ttft_ms", "hourly_rate", "currency"], "31.8"),
    (LLAMA, "pool-cost", ["figure", "value", "unit", "reason"], "hourly_rate"),
    (f"{LLAMA}&tab=cost", "pool-bill", ["figure", "value"], "monthly_cost"),
    (f"{LLAMA}&tab=pods", "pool-pods", ["pod_name", "queue_depth", "gpu_power_w"], POD),
    (f"{LLAMA}&tab=pods", "pool-devices", ["uuid", "mem_used_mb", "xid"], "GPU-1"),
    (LLAMA, "pool-gpus", ["uuid", "mem_used_mb", "xid"], "GPU-1"),
    ("/autoscaling", "scaling-pools", ["pool", "replicas", "least", "most", "status"], "llama3"),
    ("/autoscaling", "scaling-why", ["status", "sentence", "object", "field", "value"], "err"),
    (
        "/autoscaling",
        "scaling-events",
        ["timestamp", "event", "scaler", "message"],
        "KEDAScalerFailed",
    ),
    (PICKED, "decisions-rows", ["request_id", "picked", "margin", "ttft_ms"], FULLY_LOGGED),
    (PICKED, "decisions-candidates", ["endpoint", "total", "score queue-scorer"], "llama-1"),
    (PICKED, "decisions-time", ["name", "start_ms", "duration_ms", "source"], "Prefill"),
    ("/gpus", "gpus-by-type", ["product", "total", "allocated"], "HBM3"),
    ("/gpus", "gpus-by-cluster", ["name", "total", "utilization", "reason"], "gpu-iad"),
    ("/gpus?q=l40s", "gpus-table", ["cluster", "node", "free", "busy"], "L40S"),
    ("/gpus?by=device", "gpus-table", ["uuid", "node", "power_w", "xid"], "GPU-1"),
    ("/diagnostics?pool=llm/phi4-mini", "diagnostics-factors", [], "No engine has told"),
    ("/diagnostics?pool=llm/phi4-mini", "diagnostics-slow", [], "requests"),
    ("/diagnostics", "benchmark-runs", ["pool", "model", "state"], "measured-here"),
    (f"/logs?gateway={GATEWAY}", "logs-top", ["field", "value", "lines"], "502"),
]


@pytest.fixture(scope="module", autouse=True)
def told(console: Console) -> Iterator[None]:
    """Lines of gateways, a recorded picker, one pod with its GPU as they were read just now, and a
    benchmark."""
    log_lines(console.container)
    put_recording(console.container.store)
    now = datetime.now(UTC) - timedelta(seconds=20)
    pod = {
        "timestamp": f"{now:%Y-%m-%d %H:%M:%S}",
        "cluster_name": "gpu-iad",
        "namespace": "llm",
        "pool_name": "llama3-70b",
        "pod_name": POD,
        "node_name": "gpu-iad-h100-1",
    }
    device = {"source": "DCGM", "gpu_uuid": "GPU-1", "gpu_type": "H100", "gpu_power_w": 93}
    rows = [pod | {"source": "vllm", "queue_depth": 3}, pod | device]
    text = b"\n".join(map(orjson.dumps, rows))
    console.container.store.insert("ngf_pod_metrics", text, "values")
    with serving(Engine(tokens=1)) as url:
        order = Order("llm/llama3-70b", url, "measured-here", concurrent_users=1, duration_s=1)
        console.container.benchmarks.start(Identity("ann", Role.OPERATOR), "gpu-iad", order)
        yield


@pytest.fixture
def page(tab: Tab, tmp_path: Path) -> Window:
    tab.driver.execute_cdp_cmd(
        "Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    return Window(tab.driver, tab.console)


def chosen(page: Window, menu: str, label: str) -> None:
    page.click(f"[data-panel-menu={menu}]")
    next(one for one in page.all(".n-menu .n-item") if one.text == label).click()


def saved(page: Window, folder: Path, name: str) -> bytes:
    path = folder / name
    page.until(path.exists, f"{name} in {sorted(one.name for one in folder.iterdir())}")
    return path.read_bytes()


def test_a_table_is_values_in_each_format(page: Window, tmp_path: Path) -> None:
    page.open(f"/dashboard?gateway={GATEWAY}&by=route", "#dashboard-grid .ag-row")
    chosen(page, "dashboard-rows", "JSON")
    told: dict[str, Any] = json.loads(saved(page, tmp_path, "ngf-console-demo-where.json"))
    assert told["source"] == "access logs"
    assert told["as_of"] > told["window"]["start"]
    rows = {row["route"]: row for row in told["items"]}
    assert rows["payments/checkout"]["failures"] == FAILED
    assert isinstance(rows["payments/checkout"]["p95_ms"], float)
    assert None in rows, "no name for requests whose line has none"

    chosen(page, "dashboard-rows", "CSV")
    text = saved(page, tmp_path, "ngf-console-demo-where.csv").decode()
    told_rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["route"] for row in told_rows] == [row["route"] or "" for row in told["items"]]

    chosen(page, "dashboard-rows", "Parquet")
    content = saved(page, tmp_path, "ngf-console-demo-where.parquet")
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    assert table.column("failures").to_pylist() == [row["failures"] for row in told["items"]]
    assert table.schema.field("newest").type == pyarrow.timestamp("us", tz="UTC")
    facts = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert facts["ngf_console.source"] == "access logs"
    assert facts["ngf_console.as_of"] == told["as_of"]
    assert facts["ngf_console.from"] == told["window"]["start"]
    assert facts["ngf_console.demo"] == "true"

    chosen(page, "dashboard-failed", "Show as table")
    page.says(".n-dialog", "request_id")
    page.says(".n-dialog", "payments/checkout")


@pytest.mark.parametrize(
    ("path", "menu", "columns", "said"), TABLES, ids=[f"{one[0]} {one[1]}" for one in TABLES]
)
def test_every_table_has_its_values(
    page: Window, path: str, menu: str, columns: list[str], said: str
) -> None:
    page.open(path, f"[data-panel-menu={menu}]")

    def shown() -> bool:
        """As soon as they have come."""
        chosen(page, menu, "Show as table")
        heads = [one.text for one in page.all(".n-dialog th")]
        found = set(columns) <= set(heads) and said in page.text(".n-dialog")
        if not found:
            page.press(Keys.ESCAPE)
        return found

    page.until(shown, f"{columns} and {said} of {menu}")
    assert "undefined" not in page.text(".n-dialog")


@pytest.mark.parametrize(
    ("path", "store", "name", "fields"),
    [
        ("/gateways?cluster=web-fra", "gateways-export", "gateways", {"name", "cluster", "routes"}),
        ("/routes?q=checkout", "routes-export", "routes", {"hostnames", "rules"}),
        ("/audit", "audit-export", "audit", {"time", "actor", "verb", "outcome"}),
    ],
)
def test_a_list_is_a_file_in_each_format(
    page: Window, tmp_path: Path, path: str, store: str, name: str, fields: set[str]
) -> None:
    page.open(path, f"[data-files={store}]")
    page.one("#audit-total:not(:empty)" if name == "audit" else ".ag-row")

    def file(label: str, ending: str) -> bytes:
        page.click(f"[data-files={store}]")
        next(one for one in page.all(".n-menu .n-item") if one.text == label).click()
        return saved(page, tmp_path, f"ngf-console-demo-{name}.{ending}")

    told = json.loads(file("JSON", "json"))
    assert set(told) == {"source", "as_of", "window", "reason", "items"}
    table = pyarrow.parquet.read_table(io.BytesIO(file("Parquet", "parquet")))
    text = file("CSV", "csv").decode()
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(told["items"]) == table.num_rows == len(lines)
    for row in told["items"]:
        assert fields <= set(row)
    assert told["items"] or name == "audit"


def test_all_decisions_of_the_range_are_a_file(page: Window, tmp_path: Path) -> None:
    page.open(PICKED, "#decisions-rows tr.sel")
    page.click("[data-files=decisions-export]")
    next(one for one in page.all(".n-menu .n-item") if one.text == "JSON").click()
    page.until(lambda: list(tmp_path.glob("ngf-console-demo-decisions-*.json")), "the file")
    (path,) = tmp_path.glob("ngf-console-demo-decisions-*.json")
    rows = json.loads(path.read_bytes())
    assert FULLY_LOGGED in {row["request_id"] for row in rows}
