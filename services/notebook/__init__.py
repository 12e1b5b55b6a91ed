"""The console in a notebook: every query of its REST API as a pandas DataFrame.

    from services.notebook import Console

    console = Console("https://console.example", token)
    lines = console.logs(range="1h", cluster="web-fra", status="5xx")
    routes = console.red("route", range="24h", cluster="web-fra")

This folder needs requests, pandas and pyarrow and nothing else of the console: it may be copied to
where notebooks run. Times are aware and in UTC; integers and truths are pandas' nullable types; a
gap among floats is NaN; texts that repeat are categories. What rows rest on (source, newest sample,
window, why something is missing, whether it is the demo's) is in ``DataFrame.attrs``. What goes
wrong is raised as an ``Error`` with the console's own sentence.
"""

from .client import Console
from .errors import BrokenOff, Busy, Error, Invalid, NotAllowed, NotFound, NotSignedIn, Unavailable

__all__ = [
    "BrokenOff",
    "Busy",
    "Console",
    "Error",
    "Invalid",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "Unavailable",
]
