"""Promise: styles, scripts and fonts come from this console alone, compressed and cached."""

import gzip
import re
from collections.abc import Callable

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import static


@pytest.fixture
def client() -> FlaskClient:
    server = Flask(__name__, static_folder=None)
    static.install(server)

    @server.get("/_dash-component-suites/some/suite.js")
    def suite() -> tuple[str, dict[str, str]]:
        return "let a = 1;\n" * 200, {"Content-Type": "application/javascript"}

    return server.test_client()


def test_one_sheet_has_bootstrap_its_icons_and_ours_in_this_order(client: FlaskClient) -> None:
    sheet = client.get(f"{static.PREFIX}console.css").text
    places = [sheet.index(mark) for mark in ("Bootstrap  v5", "Bootstrap Icons", "--ngf-canvas:")]
    assert places == sorted(places)
    assert not re.search(r"""url\(["']?(https?:)?//""", sheet)


def test_fingerprinted_files_are_kept_for_a_year_and_others_revalidated(
    client: FlaskClient,
) -> None:
    kept = client.get(f"{static.PREFIX}bootstrap-icons.woff2")
    assert "immutable" in kept.headers["Cache-Control"]
    other = client.get("/static/older/console.css")
    assert other.headers["Cache-Control"] == "no-cache"
    again = client.get(
        "/static/older/console.css", headers={"If-None-Match": other.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(("name", "decode"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_text_is_compressed_as_the_browser_asks(
    client: FlaskClient, name: str, decode: Callable[[bytes], bytes]
) -> None:
    plain = client.get("/_dash-component-suites/some/suite.js")
    small = client.get("/_dash-component-suites/some/suite.js", headers={"Accept-Encoding": name})
    assert small.headers["Content-Encoding"] == name
    assert "Accept-Encoding" in small.headers["Vary"]
    assert decode(small.data) == plain.data


def test_a_name_that_is_no_file_is_not_found(client: FlaskClient) -> None:
    assert client.get("/static/x/..%2f..%2fapp.py").status_code == 404
    assert client.get("/static/x/passwd").status_code == 404


def test_the_charts_library_is_kept_for_a_year_and_small_on_the_line(client: FlaskClient) -> None:
    answer = client.get(f"{static.PREFIX}plotly.min.js", headers={"Accept-Encoding": "gzip, br"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) < 1_300_000
    theme = client.get(f"{static.PREFIX}theme.js").text
    assert "_dashPlotlyJSURL" in theme
    assert "plotly.min.js" in theme
