"""A browser tab in the words of a test, and the console that it looks at."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from selenium.webdriver.common.by import By

from services.auth.identity import CONSOLE, Role
from services.container import Container

DEADLINE_S = 20.0


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

    def forget(self) -> None:
        """Leave the page, and nothing in the browser that the next test would find."""
        self.run("localStorage.clear(); sessionStorage.clear()")
        self.driver.get("about:blank")

    def until(
        self, condition: Callable[[], Any], what: str = "", within_s: float = DEADLINE_S
    ) -> Any:
        """The first true value of ``condition``; fails with ``what`` after the deadline."""
        end = time.monotonic() + within_s
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
