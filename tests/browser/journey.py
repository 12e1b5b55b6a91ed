"""A browser window for journeys: every step waits for its condition, none waits for a time."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

DEADLINE_S = 20
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def by(kind: str, value: Any, key: str = "name") -> str:
    """The selector of a component with a pattern id."""
    written = json.dumps({key: value, "type": kind}, sort_keys=True, separators=(",", ":"))
    return f"[id='{written}']"


def field(name: str) -> str:
    """The selector of an input of the editor's form."""
    return by("edit-field", name)


class Window:
    """One browser window, signed in."""

    def __init__(self, driver: Chrome, url: str) -> None:
        self.driver = driver
        self.url = url

    def open(self, path: str) -> None:
        self.driver.get(self.url + path)

    def all(self, selector: str) -> list[WebElement]:
        found: list[WebElement] = self.driver.find_elements_by_css_selector(selector)
        return found

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """The first true value of ``condition``; elements may come and go meanwhile."""

        def tried(_: Any) -> Any:
            try:
                return condition()
            except Exception:
                return False

        return WebDriverWait(self.driver, DEADLINE_S, 0.05).until(tried, what)

    def one(self, selector: str) -> WebElement:
        """The first element of ``selector`` that is to be seen."""
        return self.until(
            lambda: next((found for found in self.all(selector) if found.is_displayed()), None),
            f"{selector} is not to be seen",
        )

    def says(self, selector: str, text: str) -> None:
        """Wait until an element contains ``text``."""
        self.until(
            lambda: any(text in found.text for found in self.all(selector)),
            f"{selector} does not say {text!r}",
        )

    def holds(self, selector: str, value: str) -> None:
        """Wait until an input has ``value``."""
        self.until(
            lambda: self.all(selector)[0].get_attribute("value") == value,
            f"{selector} does not hold {value!r}",
        )

    def value(self, selector: str) -> str:
        return str(self.one(selector).get_attribute("value"))

    def click(self, selector: str) -> None:
        def pressed() -> bool:
            found = self.one(selector)
            if not found.is_enabled():
                return False
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
            found.click()
            return True

        self.until(pressed, f"{selector} cannot be pressed")

    def fill(self, selector: str, value: str) -> None:
        """Replace what an input holds, as typing would."""
        found = self.one(selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        found.send_keys(Keys.CONTROL, "a")
        found.send_keys(value if value else Keys.DELETE)

    def address(self, part: str) -> None:
        """Wait until the address contains ``part``."""
        self.until(
            lambda: part in self.driver.current_url,
            f"the address has no {part!r}: {self.driver.current_url}",
        )

    def errors(self) -> list[str]:
        """What the console of the browser complains about."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] == "SEVERE"
        ]


@contextmanager
def window(url: str, code: str, width: int = 1440, height: int = 900) -> Iterator[Window]:
    """A signed-in window of its own; ``code`` is a sign-in code of the console."""
    RemoteConnection.set_timeout(60)  # selenium 3 with urllib3 2 has no usable default
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for switch in (*SWITCHES, f"--window-size={width},{height}", f"--user-data-dir={profile}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options=options)
        try:
            driver.set_window_size(width, height)
            driver.get(f"{url}/signin?code={code}")
            yield Window(driver, url)
        finally:
            driver.quit()
