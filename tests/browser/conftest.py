"""A console on the demo fleet for each file of browser tests, and one Chromium for all of them.

The application is the real one: services on the demo's Kubernetes APIs, guard, headers, sockets.
It runs under gunicorn's threads' stand-in, Werkzeug with a thread per request. Chromium comes from
the machine (see README); without it these tests are skipped with that reason.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.common.desired_capabilities import DesiredCapabilities
from selenium.webdriver.remote.remote_connection import RemoteConnection

from app import create_app
from cli.source import demo
from services.container import Container
from services.demo.places import PLACES
from services.settings import Settings
from tests.browser import fleet_of_two, managed_hub
from tests.browser.journey import Window, signed_in
from tests.browser.tab import Console, Tab
from tests.serving import free_port, loopback
from tests.stores import fresh_store

BINARY = Path("/usr/lib/chromium/chromium-headless-shell")
"""Chromium without the interface that nobody sees; its wrapper in the PATH hides it from the
driver."""

# selenium 3.141.0 hands urllib3 2.x a timeout that is no number unless one is set.
RemoteConnection.set_timeout(120)


@contextmanager
def on_the_demo(data: Path, *, operator: bool) -> Iterator[Console]:
    """A console on the demo fleet, with or without the operators of its clusters."""
    port = free_port()
    settings = Settings(data=data, demo=True, demo_traffic=False, demo_operator=operator, port=port)
    container = Container.build(settings, demo(settings, PLACES), fresh_store())
    server = loopback(create_app(container).server, port)
    container.start()
    container.fleet.wait_ready(60)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Console(f"http://127.0.0.1:{server.server_port}", container)
    container.stop()
    server.shutdown()
    thread.join(10)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console on its demo fleet, on which nothing works but what is asked for."""
    with on_the_demo(tmp_path_factory.mktemp("console"), operator=False) as started:
        yield started


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console of its own on the demo fleet, whose clusters have operators."""
    with on_the_demo(tmp_path_factory.mktemp("operated"), operator=True) as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[[], Any]]:
    """Starts browsers; all of them end with the session."""
    driver = shutil.which("chromedriver")
    if not BINARY.exists() or not driver:
        pytest.skip(f"{BINARY} or chromedriver is not installed")
    started: list[Any] = []

    def start() -> Any:
        options = Options()
        options.binary_location = str(BINARY)
        for argument in (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--force-prefers-reduced-motion",  # colours are measured, not caught half-way
            "--window-size=1440,900",
        ):
            options.add_argument(argument)
        wanted = DesiredCapabilities.CHROME.copy()
        wanted["goog:loggingPrefs"] = {"browser": "ALL", "performance": "ALL"}
        browser = webdriver.Chrome(driver, options=options, desired_capabilities=wanted)
        started.append(browser)
        return browser

    yield start
    for browser in started:
        with suppress(Exception):  # a window that is done with has ended its browser itself
            browser.quit()


@pytest.fixture(scope="session")
def browser(chromium: Callable[[], Any]) -> Any:
    """One for all files: a start takes longer than a sign-in."""
    return chromium()


@pytest.fixture(scope="module")
def signed_in_browser(browser: Any, console: Console) -> Any:
    browser.get(console.sign_in_link())
    return browser


@pytest.fixture
def tab(signed_in_browser: Any, console: Console) -> Iterator[Tab]:
    """A signed-in admin's empty tab, light, 1440 x 900; what it leaves behind is cleared."""
    tab = Tab(signed_in_browser, console)
    tab.size(1440)
    tab.console_errors()
    tab.requests()
    yield tab
    tab.forget()


@pytest.fixture(scope="module")
def pair() -> Iterator[fleet_of_two.Console]:
    """A console of its own on two small clusters, which the test may change and stop."""
    with fleet_of_two.running() as started:
        yield started


@pytest.fixture(scope="module")
def opened(pair: fleet_of_two.Console, chromium: Callable[[], Any]) -> Iterator[Window]:
    """A signed-in admin's window on it."""
    with signed_in(chromium, pair) as window:
        yield window


@pytest.fixture
def late(chromium: Callable[[], Any]) -> Iterator[tuple[fleet_of_two.Late, Window]]:
    """A console that starts while ``web`` does not answer, and a signed-in admin's window on it."""
    with fleet_of_two.started(fleet_of_two.Late) as console, signed_in(chromium, console) as window:
        yield console, window


@pytest.fixture(scope="module")
def hub() -> Iterator[managed_hub.Hub]:
    """A console of its own on a hub of ManagedClusters, of which ``web`` is one."""
    with managed_hub.running() as started:
        started.register("web", region="eu-central-1", environment="production")
        yield started


@pytest.fixture(scope="module")
def admin(hub: managed_hub.Hub, chromium: Callable[[], Any]) -> Iterator[Window]:
    """A signed-in admin's window on it."""
    with signed_in(chromium, hub) as window:
        yield window
