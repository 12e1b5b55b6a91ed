"""Promise: no callback names a component that no page has.

Dash itself is told to accept unknown ids, because with pages most of them are not in the layout of
the moment; so a typing error would show only as a control that does nothing.
"""

import json
import re
from pathlib import Path
from typing import Any

import dash
from dash.development.base_component import Component

from components import shell
from tests.api.conftest import Console
from tests.unit.test_components_pages import FACTS, components, drawn


def test_every_plain_id_of_a_callback_is_in_some_layout(console: Console) -> None:
    known = {"_pages_location", "_pages_content"}
    trees = [shell.layout(FACTS), *(drawn(page) for page in dash.page_registry.values())]
    for tree in trees:
        known |= {item.id for item in components(tree) if isinstance(_id(item), str)}
    named: dict[str, str] = {}
    for key, callback in console.app.callback_map.items():
        for one in [*callback["inputs"], *callback["state"]]:
            named[one["id"]] = key
    for declaration in console.app._callback_list:
        for output in declaration["output"].strip(".").split("..."):
            if "." in output and not declaration["no_output"]:
                named[output.rsplit(".", 1)[0]] = declaration["output"]
    assert len(named) > 50
    unknown = {
        name: key
        for name, key in named.items()
        if not name.startswith("{") and name not in known and not name.startswith("_pages")
    }
    assert not unknown, json.dumps(unknown, indent=1)


def test_every_callback_declares_its_role(console: Console) -> None:
    registered = console.app.server.extensions["ngf-callbacks"].roles
    server_side = {
        one["output"]
        for one in console.app._callback_list
        if one["clientside_function"] is None and not one["output"].startswith(".._pages")
    }
    assert server_side <= set(registered)


def test_a_page_waits_for_all_answers_to_what_it_asks(console: Console) -> None:
    scripts = Path(shell.__file__).parent.glob("assets/js/pages/*.js")
    said = re.compile(r'ngf\.panelPage\(\{[^)]*?store: "([^"]+)", answers: \[([^\]]+)\]')
    awaited = {
        asked: set(re.findall(r'"([^"]+)"', answers))
        for script in scripts
        for asked, answers in said.findall(script.read_text())
    }
    given: dict[str, set[str]] = {asked: set() for asked in awaited}
    for declaration in console.app._callback_list:
        if declaration["clientside_function"] is None:
            for one in declaration["inputs"]:
                if one["id"] in given:
                    given[one["id"]].add(declaration["output"].removesuffix(".data"))
    assert len(awaited) >= 9
    assert awaited == given


def _id(item: Component) -> Any:
    return getattr(item, "id", None)
