"""How a topology is drawn: Cytoscape's style sheet in each theme, from the colours of charts.
Cytoscape draws on a canvas and reads no CSS.

What an element is stands in its data (see `callbacks.topology_words`): ``st`` its status, ``as``
what it is drawn as. The classes ``sel``, ``hot``, ``dim`` and ``on`` are given in the browser
(``assets/js/pages/topology.js``): chosen, on its way, beside it, under the pointer.
"""

from typing import Any
from urllib.parse import quote

from components.figures.palette import FONT, THEMES

HEIGHT = 27
ICON = 12

_PATHS = {
    "ok": '<circle cx="6" cy="6" r="5.5" fill="{fill}"/>'
    '<path d="M3.5 6.2l1.8 1.8 3.2-3.7" fill="none" stroke="{paper}" stroke-width="1.4"/>',
    "warn": '<path d="M6 .6l5.8 10.4H.2z" fill="{fill}"/>'
    '<path d="M6 4.2v3.2M6 8.6v1" stroke="{paper}" stroke-width="1.3"/>',
    "err": '<path d="M3.7.5h4.6l3.2 3.2v4.6l-3.2 3.2H3.7L.5 8.3V3.7z" fill="{fill}"/>'
    '<path d="M4.1 4.1l3.8 3.8M7.9 4.1L4.1 7.9" stroke="{paper}" stroke-width="1.4"/>',
    "info": '<circle cx="6" cy="6" r="5" fill="none" stroke="{fill}" stroke-width="1.2"/>'
    '<path d="M6 1a5 5 0 0 1 0 10z" fill="{fill}"/>',
    "unknown": '<circle cx="6" cy="6" r="5" fill="none" stroke="{fill}" stroke-width="1.3" '
    'stroke-dasharray="2 1.6"/>',
}
_FILLS = {"ok": "ok-fill", "warn": "warn-fill", "err": "err-fill", "info": "info-fill"}

Rule = dict[str, Any]


def shipped() -> dict[str, list[Rule]]:
    """The style sheet of each theme."""
    return {theme: _sheet(table) for theme, table in THEMES.items()}


def _icon(status: str, table: dict[str, str]) -> str:
    fill = table[_FILLS.get(status, "unk-fill")]
    drawn = _PATHS[status].format(fill=fill, paper=table["surface"])
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 12 12">'
        f"{drawn}</svg>"
    )
    return "data:image/svg+xml;utf8," + quote(svg)


def _rule(selector: str, **style: Any) -> Rule:
    return {
        "selector": selector,
        "style": {name.replace("_", "-"): value for name, value in style.items()},
    }


def _sheet(table: dict[str, str]) -> list[Rule]:
    return [
        _rule(
            "node",
            font_family=FONT,
            font_size=12,
            color=table["text"],
            label="data(label)",
            text_valign="center",
            text_events="yes",
            min_zoomed_font_size=4,
            overlay_opacity=0,
        ),
        _rule(
            "node[as = 'object'], node[as = 'group']",
            shape="round-rectangle",
            width="data(w)",
            height=HEIGHT,
            background_color=table["surface"],
            border_width=1,
            border_color=table["border-strong"],
            background_width=ICON,
            background_height=ICON,
            background_fit="none",
            background_position_x=8,
            background_position_y="50%",
            background_image_containment="over",
            # A label has no left edge within its node: it stands right of it and is pulled back.
            text_halign="right",
            text_margin_x="data(in)",
            text_wrap="ellipsis",
            text_max_width="data(tw)",
        ),
        _rule("node[as = 'group']", background_color=table["canvas"]),
        *(
            _rule(f"node[st = '{status}']", background_image=_icon(status, table))
            for status in _PATHS
        ),
        _rule("node[st = 'warn']", border_color=table["warn-fill"], border_width=1.5),
        _rule("node[st = 'err']", border_color=table["err-fill"], border_width=1.5),
        _rule("node[st = 'unknown']", border_style="dashed", border_color=table["unk-fill"]),
        _rule("node[?gone]", border_style="dashed", background_color=table["canvas"]),
        _rule("node[?policy]", shape="cut-rectangle"),
        _rule(
            "node[?match]",
            underlay_color=table["accent"],
            underlay_opacity=0.18,
            underlay_padding=4,
        ),
        _rule(
            "node[as = 'note'], node[as = 'head']",
            width=1,
            height=1,
            opacity=1,
            background_opacity=0,
            events="no",
            font_size=11,
            color=table["text-3"],
        ),
        _rule("node[as = 'note']", text_halign="left"),
        _rule("node[as = 'head']", text_halign="right", font_weight=500),
        _rule(
            "edge",
            width=1.25,
            line_color=table["border-strong"],
            curve_style="unbundled-bezier",
            edge_distances="node-position",
            control_point_weights="data(cw)",
            control_point_distances="data(cd)",
            source_endpoint="50% 0%",
            target_endpoint="-50% 0%",
            overlay_opacity=0,
        ),
        _rule(
            "edge[label]",
            label="data(label)",
            font_family=FONT,
            font_size=11,
            color=table["text-3"],
            text_background_color=table["surface"],
            text_background_opacity=1,
            text_background_padding=2,
            text_background_shape="round-rectangle",
            min_zoomed_font_size=4,
        ),
        _rule(
            "edge[?broken]",
            line_color=table["err-fill"],
            line_style="dashed",
            line_dash_pattern=[4, 3],
        ),
        _rule("edge[?policy]", line_style="dotted"),
        _rule("node.dim", opacity=0.45),
        _rule("edge.dim", opacity=0.3),
        _rule("edge.hot", line_color=table["accent"], width=1.75, z_index=9),
        _rule("edge[?broken].hot", line_color=table["err-fill"]),
        _rule("node.on", border_color=table["accent"]),
        _rule(
            "node.sel",
            background_color=table["selected"],
            border_color=table["accent"],
            border_width=2,
        ),
    ]
