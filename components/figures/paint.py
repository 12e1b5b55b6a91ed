"""A figure in a theme: its template, and values in place of the names of colours.

The browser does the same in ``assets/js/figures.js`` with the table and the template of `shipped`.
"""

import re
from typing import Any

from components.figures.palette import FONT, THEMES, token

Figure = dict[str, Any]

_NAME = re.compile(r"--ngf-([a-z0-9-]+)(?: / ([0-9.]+))?")

_AXIS = {
    "showgrid": False,
    "zeroline": False,
    "ticks": "",
    "automargin": False,
    "tickfont": {"size": 11, "color": token("text-3")},
    "gridcolor": token("line"),
}

TEMPLATE: Figure = {
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 11, "color": token("text-3")},
        "margin": {"l": 40, "r": 56, "t": 12, "b": 24},
        "hovermode": "x unified",
        "hoverdistance": 40,
        "dragmode": "zoom",
        "showlegend": False,
        "bargap": 0.1,
        "hoverlabel": {
            "bgcolor": token("overlay"),
            "bordercolor": token("border-strong"),
            "font": {"family": FONT, "size": 12, "color": token("text")},
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "font": {"size": 11, "color": token("text-2")},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "xaxis": {
            **_AXIS,
            "showline": True,
            "linecolor": token("border-strong"),
            "spikecolor": token("text-3"),
            "spikethickness": -2,  # below 0 Plotly draws no outline around it
            "spikedash": "solid",
        },
        "yaxis": {**_AXIS, "showgrid": True, "fixedrange": True, "ticklabelstandoff": 4},
        "newselection": {"line": {"color": token("accent")}},
    }
}
"""What all charts have in common."""


def painted(figure: Figure, theme: str) -> Figure:
    """``figure`` for ``light`` or ``dark``, as Plotly takes it; the given one stays as it is."""
    whole = {**figure, "layout": {**figure.get("layout", {}), "template": TEMPLATE}}
    coloured: Figure = _coloured(whole, THEMES[theme])
    return coloured


def shipped() -> dict[str, Any]:
    """What the browser needs to do the same."""
    return {"template": TEMPLATE, "themes": THEMES}


def _coloured(part: Any, table: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _coloured(value, table) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_coloured(value, table) for value in part]
    if isinstance(part, str) and (found := _NAME.fullmatch(part)):
        name, opacity = found.groups()
        return _with(table[name], float(opacity)) if opacity else table[name]
    return part


def _with(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"
