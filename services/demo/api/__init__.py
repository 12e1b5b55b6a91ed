"""An in-process Kubernetes API: one cluster of the demo fleet.

A request comes in over HTTPS (``server``), is understood (``routes``, ``paths``, ``negotiation``),
allowed (``access``) and turned into a ``Call``, which ``resources`` carries out. Reads are answered
from the ``store`` (``listing``, ``watching``) in the form the client wants (``forms``). Writes take
one road (``operations``): the body is checked (``incoming``), shaped (``admission``), its fields
get owners (``ownership``), the result is completed and validated, and the store numbers the change
and tells every watch. Behind the writes the ``collector`` finishes deletions. Which kinds exist is
the ``registry``'s business: the built-in ones (``kinds``, ``core_fields``) and those that
CustomResourceDefinitions add (``crds``); both are walked as one kind of schema (``schemas``).

The measure of every module is the real API server: the tests of Kubernetes behaviour run against
both. It is not built on kmock's emulator, which merges JSON into a dictionary and leaves out
resourceVersion, optimistic concurrency, selectors, bookmarks and 410, subresources, server-side
apply, schemas, permissions and Table output: all that clients depend on here.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.demo.api.access import User
    from services.demo.api.server import DemoApi
    from services.demo.api.statuses import ApiError

__all__ = ["ApiError", "DemoApi", "User"]
_FROM = {"ApiError": "statuses", "DemoApi": "server", "User": "access"}


def __getattr__(name: str) -> Any:
    """Imports what is asked for only then: who needs the schemas alone needs no server."""
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FROM[name]}"), name)
