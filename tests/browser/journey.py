"""The words of journeys over resources: what an element says, what an input holds, where we are."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium.webdriver.common.keys import Keys

from tests.browser.tab import Tab


def by(kind: str, value: Any, key: str = "name") -> str:
    """The selector of a component with a pattern id."""
    written = json.dumps({key: value, "type": kind}, sort_keys=True, separators=(",", ":"))
    return f"[id='{written}']"


def field(name: str) -> str:
    """The selector of an input of the editor's form."""
    return by("edit-field", name)


class Window(Tab):
    """A tab in which elements come, go and are covered by others."""

    def open(self, path: str, wait_for: str = "#_pages_content h1") -> "Window":
        super().open(path, wait_for)
        return self

    def one(self, selector: str) -> Any:
        """The first element of ``selector`` that is to be seen."""
        return self.until(
            lambda: next((found for found in self.all(selector) if found.is_displayed()), None),
            f"{selector} to be seen",
        )

    def says(self, selector: str, text: str) -> None:
        """Wait until an element contains ``text``."""
        self.until(
            lambda: any(text in found.text for found in self.all(selector)),
            f"{selector} saying {text!r}",
        )

    def holds(self, selector: str, value: str) -> None:
        """Wait until an input has ``value``."""
        self.until(
            lambda: self.all(selector)[0].get_attribute("value") == value,
            f"{selector} holding {value!r}",
        )

    def hear_of_no_change(self) -> None:
        """Let no word of what changes on the clusters reach the page any more."""
        self.run(
            "const send = window.dispatchEvent.bind(window);"
            "window.dispatchEvent = (one) => one.type === 'ngf:changes' || send(one)"
        )

    def value(self, selector: str) -> str:
        return str(self.one(selector).get_attribute("value"))

    def click(self, css: str) -> None:
        """Press what is to be seen, enabled and not covered."""

        def pressed() -> bool:
            found = self.one(css)
            self.run("arguments[0].scrollIntoView({block: 'center'})", found)
            if found.is_enabled():
                found.click()
                return True
            return False

        self.until(pressed, f"pressing {css}")

    def fill(self, selector: str, value: str) -> None:
        """Replace what an input holds, as typing would."""
        found = self.one(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", found)
        found.send_keys(Keys.CONTROL, "a")
        found.send_keys(value or Keys.DELETE)

    def write(self, text: str) -> None:
        """Replace the editor's YAML, as pasting would."""
        self.paste("#edit-yaml", text)

    def paste(self, selector: str, text: str) -> None:
        """Replace what a textarea holds, as pasting would."""
        self.run(
            "const a = arguments[0];"
            "Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')"
            ".set.call(a, arguments[1]);"
            "a.dispatchEvent(new Event('input', {bubbles: true}))",
            self.one(selector),
            text,
        )

    def ask_to_delete(self) -> None:
        """Open the dialog in which a detail page asks before it deletes."""
        self.click(".dropdown-toggle")
        self.click("#detail-ask")

    def address(self, part: str) -> None:
        """Wait until the address contains ``part``."""
        self.until(lambda: part in self.driver.current_url, f"{part!r} in the address")

    def live(self) -> None:
        """Wait until changes are pushed to the page."""
        self.says("#n-live", "Live")


@contextmanager
def signed_in(chromium: Callable[[], Any], console: Any) -> Iterator[Window]:
    """A window of its own browser, signed in; it ends with the block, so that it costs no more."""
    browser = chromium()
    browser.get(console.sign_in_link())
    yield Window(browser, console)
    browser.quit()
