"""Search over objects; pages are found in the browser."""

from typing import Any

from dash import Input, Output

from callbacks.registrar import Callbacks
from components import ids
from components.kinds import KINDS, href

MOST = 20


def register(callbacks: Callbacks) -> None:
    """Register the one callback behind Ctrl K."""
    fleet_search, fleet = callbacks.container.search, callbacks.container.fleet

    @callbacks.on(
        Output(ids.SEARCH_RESULTS, "data"),
        Input(ids.SEARCH_QUERY, "data"),
        prevent_initial_call=True,
    )
    def search(asked: dict[str, Any]) -> dict[str, Any]:
        found = fleet_search.find(callbacks.who(), asked["text"], MOST)
        items = [
            {
                "href": href(hit["kind"], hit["cluster"], hit["namespace"], hit["name"]),
                "icon": KINDS[hit["kind"]].icon,
                "label": KINDS[hit["kind"]].one,
                "cluster": hit["cluster"],
                "slot": fleet.slot(hit["cluster"]),
                "namespace": hit["namespace"],
                "name": hit["name"],
                "why": hit["why"],
            }
            for hit in found
            if hit["kind"] in KINDS
        ]
        return {"id": asked["id"], "text": asked["text"], "items": items}
