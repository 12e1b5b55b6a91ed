"""Reading conditions: what was said of an object as it is now, and what that makes of a child."""

from datetime import UTC, datetime, timedelta

from ngf_operator.wanting import Obj, Standing


def condition(live: Obj, name: str) -> Obj | None:
    """A condition of the object that was given for what its spec says now."""
    return current(live, (live.get("status") or {}).get("conditions"), name)


def current(live: Obj, conditions: list[Obj] | None, name: str) -> Obj | None:
    """That condition of a list, unless it was given for an earlier generation of the object."""
    for each in conditions or ():
        if each.get("type") == name:
            seen = each.get("observedGeneration")
            stale = seen is not None and seen < live["metadata"].get("generation", 0)
            return None if stale else each
    return None


def lasts(given: Obj, seconds: float) -> bool:
    """Whether a condition has had its status for so long; one that does not say since when has."""
    then = datetime.now(UTC) - timedelta(seconds=seconds)
    return str(given.get("lastTransitionTime") or "") <= f"{then:%Y-%m-%dT%H:%M:%SZ}"


def of_condition(given: Obj | None, waits_for: str) -> Standing:
    """Ready for True, Failed for False with the cluster's words, Waiting for anything else."""
    if given is None or given.get("status") == "Unknown":
        return Standing("Waiting", "WaitingForController", f"Nothing said {waits_for} yet.")
    reason, message = str(given.get("reason", "")), str(given.get("message", ""))
    if given["status"] == "True":
        return Standing("Ready", reason, message)
    return Standing("Failed", reason, message or f"{given['type']} is {given['status']}.")
