"""The colours of charts in both themes: the one table that Plotly, which reads no CSS, is given.

A test compares it with ``assets/css/tokens.css``.
"""

LIGHT = {
    "canvas": "#f6f7f9",
    "surface": "#ffffff",
    "overlay": "#ffffff",
    "selected": "#e8eefb",
    "line": "#e6e9ee",
    "border": "#dce0e6",
    "border-strong": "#c3cad4",
    "text": "#171c24",
    "text-2": "#4d5765",
    "text-3": "#606a79",
    "accent": "#2f5bc7",
    "ok-fill": "#1f8a4e",
    "warn-fill": "#b97a00",
    "err": "#b42318",
    "err-fill": "#cc3a2c",
    "info-fill": "#2f6bd8",
    "unk-fill": "#75808f",
    "c1": "#2b55a3",
    "c2": "#c66a0c",
    "c3": "#157f6b",
    "c4": "#852070",
    "c5": "#5c6410",
    "c6": "#8468b0",
    "c7": "#3399d6",
    "c8": "#818c9e",
    "q1": "#eef2fb",
    "q2": "#cfdcf5",
    "q3": "#a6bfec",
    "q4": "#769bdf",
    "q5": "#4a74c9",
    "q6": "#2c52a3",
    "q7": "#16316f",
    "p50": "#6c90d8",
    "p95": "#3a64bd",
    "p99": "#16316f",
}

DARK = {
    "canvas": "#0e1116",
    "surface": "#14181f",
    "overlay": "#1a1f27",
    "selected": "#1b2742",
    "line": "#1f252e",
    "border": "#262d37",
    "border-strong": "#3a4350",
    "text": "#e3e7ed",
    "text-2": "#a9b2be",
    "text-3": "#8892a0",
    "accent": "#8fb0ff",
    "ok-fill": "#3fb57d",
    "warn-fill": "#d1932a",
    "err": "#f2766b",
    "err-fill": "#e5604f",
    "info-fill": "#5f8ff0",
    "unk-fill": "#76818f",
    "c1": "#4f7ce0",
    "c2": "#f0912f",
    "c3": "#4abfaf",
    "c4": "#c2688a",
    "c5": "#e8d663",
    "c6": "#b79cf7",
    "c7": "#8fd6f2",
    "c8": "#8793a6",
    "q1": "#1a2333",
    "q2": "#20355b",
    "q3": "#2a4b87",
    "q4": "#3868b5",
    "q5": "#5b8fe0",
    "q6": "#95b9f4",
    "q7": "#dde9ff",
    "p50": "#5576b8",
    "p95": "#7fa9ff",
    "p99": "#dbe7ff",
}

THEMES = {"light": LIGHT, "dark": DARK}

FONT = (
    'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, '
    "sans-serif"
)

OTHER = "c8"
"""The slot of everything that has none of its own."""


def token(name: str, opacity: float = 1.0) -> str:
    """How a figure names a colour of the table; `paint.painted` puts its value in.

    >>> token("c3"), token("c8", 0.55)
    ('--ngf-c3', '--ngf-c8 / 0.55')
    """
    return f"--ngf-{name}" if opacity == 1 else f"--ngf-{name} / {opacity:g}"


def slot(number: int) -> str:
    """The name in the table of a cluster's colour, by the slot that it keeps."""
    return f"c{number}" if 1 <= number <= 8 else OTHER
