"""Promise: a page stays small enough for Dash 4.4.1 to draw it at once.

Every newly drawn Dash component makes the renderer walk all of them again, so time grows with the
square: 300 components take 0.15 s, 1,200 take seconds.
"""

import inspect
from pathlib import Path
from typing import Any

import dash
import pytest
from dash._pages import _path_to_page
from dash.development.base_component import Component

from components import editor, shell
from components.kinds import KINDS

ROOT = Path(__file__).parents[2]
MOST = 300
FACTS = {
    "version": "1.0.0",
    "demo": True,
    "user": {"name": "mara.keller", "role": "operator", "clusters": None, "namespaces": None},
}


@pytest.fixture(scope="module")
def pages() -> dict[str, Any]:
    """The registered pages. Dash keeps them in one place per process, so an application that a
    test has made before has registered the same ones."""
    if not dash.page_registry:
        dash.Dash("app", use_pages=True, pages_folder=str(ROOT / "pages"))
    return dict(dash.page_registry)


def components(root: Any) -> list[Component]:
    found = [item for item in root._traverse() if isinstance(item, Component)]
    return [root, *found]


def drawn(page: dict[str, Any]) -> Any:
    layout = page["layout"]
    if not callable(layout):
        return layout
    template = page.get("path_template") or ""
    names = [part.strip("<>") for part in template.split("/") if part.startswith("<")]
    given = {"kind_": "gateways"}
    return layout(**{name: given.get(name, "some") for name in names})


def test_frame_and_page_together_stay_below_the_limit(pages: dict[str, Any]) -> None:
    frame = len(components(shell.layout(FACTS)))
    for page in pages.values():
        total = frame + len(components(drawn(page)))
        assert total <= MOST, f"{page['module']} has {total} components"


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_editor_stays_below_the_limit_with_the_frame(kind: str, create: bool) -> None:
    layout = editor.layout(kind, "some", "some", "some", create=create)
    total = len(components(shell.layout(FACTS))) + len(components(layout))
    assert total <= MOST, f"the editor of {kind} has {total} components"


def test_every_page_has_one_title_and_takes_any_query(pages: dict[str, Any]) -> None:
    for page in pages.values():
        titles = [item for item in components(drawn(page)) if item._type == "H1"]
        assert len(titles) == 1, page["module"]
        title = page["title"]
        assert (title() if callable(title) else title).endswith("NGF Console"), page["module"]
        parameters = inspect.signature(page["layout"]).parameters.values()
        assert any(one.kind is one.VAR_KEYWORD for one in parameters), page["module"]


def test_addresses_resolve_to_the_page_that_owns_them(pages: dict[str, Any]) -> None:
    for page in pages.values():
        if page.get("path_template"):
            path = "/".join(
                "some" if part.startswith("<") else part
                for part in page["path_template"].split("/")
            )
            assert _path_to_page(path.strip("/"))[0]["module"] == page["module"]


def test_no_two_components_of_a_page_share_an_id(pages: dict[str, Any]) -> None:
    frame = [item.id for item in components(shell.layout(FACTS)) if hasattr(item, "id")]
    for page in pages.values():
        ids = [str(item.id) for item in components(drawn(page)) if hasattr(item, "id")]
        twice = {one for one in [*frame, *ids] if [*frame, *ids].count(one) > 1}
        assert not twice, f"{page['module']}: {twice}"


def test_the_menu_shows_only_pages_that_exist(pages: dict[str, Any]) -> None:
    paths = {page["path"] for page in pages.values()}
    for item in components(shell.layout(FACTS)):
        if hasattr(item, "data-go"):
            assert item.href in paths


TOLD = ("overview", "dashboard", "pools", "pool", "decisions", "autoscaling", "gpus", "diagnostics")
"""Pages of telemetry."""
OWN = ("Benchmark",)
"""Panels of what is typed, not of what was measured."""


SENTENCES = {"Why this pod", "Replay", "Needs attention", "Recent changes"}
"""Panels of sentences, not of values."""


def heads(pages: dict[str, Any]) -> list[tuple[str, str, list[Component]]]:
    """Page, title and parts of the head of each panel of telemetry."""
    found = []
    for page in (pages[f"pages.{name}"] for name in TOLD):
        for section in components(drawn(page)):
            parts = section.children if section._type == "Section" else None
            if not isinstance(parts, list) or getattr(parts[0], "_type", "") != "Header":
                continue
            head = components(parts[0])
            title = next(item.children for item in head if item._type == "H2")
            found.append((page["module"], title, head))
    return [one for one in found if one[1] not in OWN]


def test_every_panel_of_telemetry_has_a_place_for_its_source(pages: dict[str, Any]) -> None:
    assert not [
        (page, title)
        for page, title, head in heads(pages)
        if not any(getattr(item, "className", "") == "src" for item in head)
    ]


def test_every_panel_of_telemetry_has_a_menu_of_its_values(pages: dict[str, Any]) -> None:
    assert not [
        (page, title)
        for page, title, head in heads(pages)
        if title not in SENTENCES
        and not any("data-panel-menu" in item.to_plotly_json()["props"] for item in head)
    ]
