"""From what a page of charts asks (its address) to the question of a service, and what is shown
where the service cannot answer: the panels stay and name it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from components.figures.frame import Span, frame
from components.panels import told
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError, Invalid
from services.telemetry.answers import Answer
from services.telemetry.scope import Scope, scope_of
from services.telemetry.windows import Window

Asked = Mapping[str, Any]
Panels = dict[str, dict[str, Any]]

T = TypeVar("T")

FAILED = "The console could not answer; its log has the cause."

log = structlog.get_logger(__name__)


def many(value: Any) -> list[str]:
    """Values of a key of the address: a list, or text with commas."""
    found = value if isinstance(value, list) else str(value or "").split(",")
    return [str(one) for one in found if one]


def gone(wanted: Sequence[str], names: Collection[str]) -> str:
    """What is said where none of the clusters that an address names is there; "" otherwise."""
    if not wanted or not set(wanted).isdisjoint(names):
        return ""
    return f"There is no cluster named {', '.join(wanted)}."


def question(container: Container, who: Identity, asked: Asked) -> Scope:
    """What ``asked`` is about, as far as ``who`` may see it: a cluster of an old link that is gone
    is left out, and with all of them gone there is nothing to ask about. Of gateways and routes the
    first counts."""
    wanted = many(asked.get("cluster"))
    seen = {cluster.name for cluster in container.fleet.clusters(who)}
    chosen = [name for name in wanted if name in seen]
    if wanted and not chosen:
        return Scope(clusters=())
    return scope_of(
        container.fleet,
        who,
        chosen,
        str(asked.get("namespace") or ""),
        gateway=next(iter(many(asked.get("gateway"))), ""),
        route=next(iter(many(asked.get("route"))), ""),
    )


def window_of(asked: Asked, default: str = "1h") -> Window:
    """The range that is asked for, the page's usual one where the address has none that can be
    read: ``ranges.js`` tells that and takes it out of the address."""
    return _read(asked.get("range")) or Window.parse(default)


def brush_of(asked: Asked) -> Window | None:
    """The part of the range that is looked at, None for the whole."""
    return _read(asked.get("brush"))


def _read(text: Any) -> Window | None:
    try:
        return Window.parse(str(text)) if text else None
    except Invalid:
        return None


def span_of(window: Window, step: int | None = None) -> Span:
    """What a chart of the window shows."""
    return Span(window.start, window.end, step or window.step())


def answered(ask: Callable[[], Answer[T]], window: Window) -> Answer[T]:
    """What a service answers; where it cannot, nothing and why. The rest of a page goes on."""
    try:
        return ask()
    except ConsoleError as error:
        reason = error.message
    except Exception:
        log.exception("a page could not be filled")
        reason = FAILED
    return Answer(None, "the store", None, window, reason)


def panels(ids: Collection[str], window: Window, source: str, make: Callable[[], Panels]) -> Panels:
    """What ``make`` gives; where it fails, each of the ``ids`` with the reason and its axis."""
    try:
        return make()
    except ConsoleError as error:
        reason = error.message
    except Exception:
        log.exception("panels could not be filled", panels=sorted(ids))
        reason = FAILED
    empty = told(frame(span_of(window), None), source, None, window=window, reason=reason)
    return dict.fromkeys(ids, empty)
