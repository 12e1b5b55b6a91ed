"""A console on the demo fleet and one Chromium for all browser tests of a session.

The application is the real one: services on the demo's Kubernetes APIs, guard, headers, sockets.
It runs under gunicorn's threads' stand-in, Werkzeug with a thread per request. Chromium comes from
the machine (see README); without it these tests are skipped with that reason.
"""

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.common.by import By
from selenium.webdriver.common.desired_capabilities import DesiredCapabilities
from selenium.webdriver.remote.remote_connection import RemoteConnection

from app import create_app
from cli.source import demo
from services.auth.identity import CONSOLE, Role
from services.container import Container
from services.settings import Settings
from tests.serving import loopback

DEADLINE_S = 20.0

# selenium 3.141.0 hands urllib3 2.x a timeout that is no number unless one is set.
RemoteConnection.set_timeout(120)


@dataclass(frozen=True)
class Console:
    """A running console: its address, its services, and a fresh sign-in link."""

    url: str
    container: Container

    def sign_in_link(self) -> str:
        return f"{self.url}/signin?code={self.container.signin.mint()}"

    def token(self, role: Role, **limits: Any) -> str:
        """The text of a new API token."""
        name = f"{role}-{time.monotonic_ns()}"
        return self.container.tokens.create(CONSOLE, name, role, **limits)[1]


class Tab:
    """One browser tab, spoken to in the words of a test: waits are deadlines, never sleeps."""

    def __init__(self, driver: Any, console: Console) -> None:
        self.driver = driver
        self.console = console

    def open(self, path: str, wait_for: str = "#_pages_content h1") -> "Tab":
        self.driver.get(self.console.url + path)
        self.find(wait_for)
        return self

    def until(self, condition: Callable[[], Any], what: str = "") -> Any:
        """The first true value of ``condition``; fails with ``what`` after the deadline."""
        end = time.monotonic() + DEADLINE_S
        last: Exception | None = None
        while time.monotonic() < end:
            try:
                if found := condition():
                    return found
            except Exception as error:
                last = error
            threading.Event().wait(0.05)
        raise AssertionError(f"{what or 'the condition'} did not come: {last}")

    def find(self, css: str) -> Any:
        return self.until(lambda: self.driver.find_element(By.CSS_SELECTOR, css), css)

    def all(self, css: str) -> list[Any]:
        return list(self.driver.find_elements(By.CSS_SELECTOR, css))

    def click(self, css: str) -> None:
        self.until(lambda: self._clicked(css), f"clicking {css}")

    def _clicked(self, css: str) -> bool:
        self.driver.find_element(By.CSS_SELECTOR, css).click()
        return True

    def text(self, css: str) -> str:
        return str(self.find(css).text)

    def has(self, css: str, text: str) -> None:
        """Wait until the element's text contains ``text``."""
        self.until(lambda: text in self.driver.find_element(By.CSS_SELECTOR, css).text, text)

    def press(self, *keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(*keys)

    def query(self) -> str:
        return str(self.run("return location.pathname + location.search"))

    def run(self, script: str, *args: Any) -> Any:
        return self.driver.execute_script(script, *args)

    def theme(self, name: str) -> None:
        """Switch and wait until it is painted: colours change with a transition of one frame."""
        self.driver.execute_async_script(
            "ngfTheme.set(arguments[0]); const done = arguments[1];"
            "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));",
            name,
        )

    def size(self, width: int, height: int = 900) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def console_errors(self) -> list[str]:
        """What the page has logged as an error since the last call."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] == "SEVERE"
        ]

    def requests(self) -> list[str]:
        """Addresses the browser has asked for since the last call."""
        entries = (json.loads(entry["message"]) for entry in self.driver.get_log("performance"))
        return [
            entry["message"]["params"]["request"]["url"]
            for entry in entries
            if entry["message"]["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console on its demo fleet."""
    settings = Settings(data=tmp_path_factory.mktemp("console"), demo=True)
    container = Container.build(settings, demo())
    server = loopback(create_app(container).server)
    container.start()
    container.fleet.wait_ready(60)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Console(f"http://127.0.0.1:{server.server_port}", container)
    container.stop()
    server.shutdown()
    thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[[], Any]]:
    """Starts browsers; all of them end with the session."""
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not binary or not driver:
        pytest.skip("Chromium and chromedriver are not installed")
    started: list[Any] = []
    profiles: list[Path] = []

    def start() -> Any:
        profile = Path(tempfile.mkdtemp(prefix="ngf-chromium-"))
        profiles.append(profile)
        options = Options()
        options.binary_location = binary
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
            f"--user-data-dir={profile}",
        ):
            options.add_argument(argument)
        wanted = DesiredCapabilities.CHROME.copy()
        wanted["goog:loggingPrefs"] = {"browser": "ALL", "performance": "ALL"}
        browser = webdriver.Chrome(driver, options=options, desired_capabilities=wanted)
        started.append(browser)
        return browser

    yield start
    for browser in started:
        browser.quit()
    for profile in profiles:
        shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture(scope="session")
def _browser(chromium: Callable[[], Any], console: Console) -> Any:
    browser = chromium()
    browser.get(console.sign_in_link())
    return browser


@pytest.fixture
def tab(_browser: Any, console: Console) -> Tab:
    """A signed-in admin's tab on the overview, light, 1440 x 900, logs read."""
    tab = Tab(_browser, console)
    tab.size(1440)
    tab.open("/")
    tab.run(
        "localStorage.clear(); ngfTheme.set('light'); delete document.documentElement.dataset.side"
    )
    tab.console_errors()
    tab.requests()
    return tab
