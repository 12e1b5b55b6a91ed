"""The check of what really came: requests of the last minutes, where the log names the route."""

from services.diagnostics.checks import Check
from services.errors import ConsoleError
from services.gatewayapi.model.names import Ref
from services.telemetry.log_filters import Filters
from services.telemetry.log_lines import LogLines
from services.telemetry.scope import Scope
from services.telemetry.store import Store
from services.telemetry.windows import Window

TRAFFIC = "Traffic Seen"
SECONDS = 15 * 60.0

_LOGGED = ("HTTPRoute", "GRPCRoute")


def traffic(store: Store, scope: Scope, route: Ref) -> Check:
    """Requests of the last 15 minutes by class of status. That none came is no fault; that all of
    them failed is worth a look. ``scope`` is the cluster with that route."""
    if route.kind not in _LOGGED:
        return Check(TRAFFIC, "skip", f"Access logs do not tell of {route.kind}s.")
    window = Window.last(SECONDS)
    try:
        lines = LogLines(store)
        found = lines.top(scope, window, Filters(), "status_class")
    except ConsoleError as error:
        return Check(TRAFFIC, "skip", error.message)
    if not found.value:
        return Check(TRAFFIC, "skip", found.reason or "No request was logged for it.")
    total = sum(one.lines for one in found.value)
    failed = sum(one.lines for one in found.value if one.value == "5xx")
    evidence = tuple(f"{one.lines:,} of class {one.value}." for one in found.value)
    plural = "" if total == 1 else "s"
    message = f"{total:,} request{plural} in the last 15 minutes."
    if failed == total:
        return Check(
            TRAFFIC,
            "warn",
            f"{message[:-1]}, every one of them answered with 5xx.",
            evidence,
            "Open the log of the route: its backends answer with errors, or nothing does.",
            link=route,
        )
    return Check(TRAFFIC, "pass", message, evidence, link=route)
