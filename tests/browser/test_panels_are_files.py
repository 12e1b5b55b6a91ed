"""Promise: what a panel shows, chart or table, is there as values: on screen, as CSV, as Parquet
and as JSON, with what they rest on."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from tests.browser.journey import Window
from tests.browser.logged import FAILED, GATEWAY, log_lines
from tests.browser.tab import Console, Tab

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def lines(console: Console) -> None:
    log_lines(console.container)


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
