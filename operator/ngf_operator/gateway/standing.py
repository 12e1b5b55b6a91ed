"""Where the children of a bundle stand, as the cluster says of each kind."""

from collections.abc import Callable, Iterator

from ngf_operator.conditions import condition, current, of_condition
from ngf_operator.gateway.abilities import CLASSES
from ngf_operator.gateway.parent import CERT_MANAGER, GATEWAY_API, NGF
from ngf_operator.gateway.policies import said
from ngf_operator.names import OWNER
from ngf_operator.wanting import Obj, Standing, World

Judge = Callable[[Obj, Obj, World], Standing]
_PARAMETERS = ("InvalidParameters", "ParametersRefNotFound", "ParametersRefInvalid")
_NOT_YET = ("Pending", "Reconciling")
_OF_LISTENERS = ("Conflicted", "Accepted", "ResolvedRefs", "Programmed")


def gateway(wanted: Obj, live: Obj, world: World) -> Standing:
    """A Gateway: accepted, every listener programmed, and with an address."""
    accepted = condition(live, "Accepted")
    if accepted is None or accepted.get("status") == "Unknown":
        return _unclaimed(wanted, world)
    for trouble in _listener_troubles(wanted, live, world):
        return trouble
    for given in (accepted, condition(live, "ResolvedRefs"), condition(live, "Programmed")):
        if given is not None and given.get("status") == "False":
            waits = given.get("reason") in _NOT_YET
            found = of_condition(given, "")
            return Standing("Waiting" if waits else "Failed", found.reason, found.message)
    programmed = of_condition(condition(live, "Programmed"), "whether it is programmed")
    if programmed.state == "Ready" and not (live.get("status") or {}).get("addresses"):
        said = "It is programmed and has no address: the Service of its data plane waits for one."
        return Standing("Waiting", "NoAddress", said)
    return programmed


def _unclaimed(wanted: Obj, world: World) -> Standing:
    """Why no controller has said anything of a Gateway as it is now."""
    name = wanted["spec"]["gatewayClassName"]
    found = world.get(CLASSES, "GatewayClass", "", name)
    if found is None and not world.denied(CLASSES, "GatewayClass"):
        text = f"There is no GatewayClass {name}, so no controller takes the Gateway."
        return Standing("Waiting", "GatewayClassNotFound", text)
    taken = condition(found, "Accepted") if found else None
    if taken is not None and taken.get("status") == "False":
        text = f"GatewayClass {name} is not accepted: {taken.get('message', '')}"
        return Standing("Waiting", str(taken.get("reason", "")), text)
    controller = ((found or {}).get("spec") or {}).get("controllerName", "its controller")
    return Standing("Waiting", "WaitingForController", f"{controller} has not judged it yet.")


def _listener_troubles(wanted: Obj, live: Obj, world: World) -> Iterator[Standing]:
    """What keeps listeners from working, what has failed before what waits."""
    told = {one.get("name"): one for one in (live.get("status") or {}).get("listeners") or ()}
    found = [
        _listener(asked, told.get(asked["name"]), live, world)
        for asked in wanted["spec"]["listeners"]
    ]
    bad = [one for one in found if one.state != "Ready"]
    yield from sorted(bad, key=lambda one: one.state != "Failed")


def _listener(asked: Obj, told: Obj | None, live: Obj, world: World) -> Standing:
    name = asked["name"]
    if told is None:
        return Standing("Waiting", "WaitingForController", f"Nothing was said of listener {name}.")
    for kind in _OF_LISTENERS:
        given = current(live, told.get("conditions"), kind)
        bad = "True" if kind == "Conflicted" else "False"
        if given is None or given.get("status") != bad:
            continue
        reason, text = str(given.get("reason", "")), str(given.get("message", ""))
        since = str(given.get("lastTransitionTime", ""))
        issued_soon = reason == "InvalidCertificateRef" and _awaited(asked, live, since, world)
        if issued_soon or reason in _NOT_YET:
            return Standing("Waiting", reason, f"Listener {name} waits: {text}")
        return Standing("Failed", reason, f"Listener {name}: {text}")
    programmed = current(live, told.get("conditions"), "Programmed")
    if programmed is None or programmed.get("status") == "Unknown":
        text = f"Listener {name} is not programmed yet."
        return Standing("Waiting", "WaitingForController", text)
    return Standing("Ready")


def _awaited(asked: Obj, live: Obj, since: str, world: World) -> bool:
    """Whether a Secret of a listener is still to be filled by cert-manager, or was filled after the
    listener had been judged, or in that second."""
    refs = (asked.get("tls") or {}).get("certificateRefs") or ()
    own = live["metadata"]["namespace"]
    secrets = {one["name"] for one in refs if one.get("namespace", own) == own}
    for one in world.all(CERT_MANAGER, "Certificate", own):
        if (one.get("spec") or {}).get("secretName") in secrets:
            ready = condition(one, "Ready") or {}
            issued = str(ready.get("lastTransitionTime", ""))
            if ready.get("status") != "True" or (issued and issued >= since):
                return True
    return False


def nginx_proxy(wanted: Obj, live: Obj, world: World) -> Standing:
    """An NginxProxy has no status; the Gateway of its bundle says whether it can be used."""
    namespace, name = live["metadata"]["namespace"], live["metadata"]["name"]
    owner = str((live["metadata"].get("annotations") or {}).get(OWNER, ""))
    gateway = world.get(GATEWAY_API, "Gateway", namespace, owner.rpartition("/")[2]) or {}
    ref = ((gateway.get("spec") or {}).get("infrastructure") or {}).get("parametersRef") or {}
    accepted = condition(gateway, "Accepted") if ref.get("name") == name else None
    if accepted is None or accepted.get("status") == "Unknown":
        return Standing("Waiting", "NotInUse", "No Gateway has said yet that it uses it.")
    for given in (accepted, condition(gateway, "ResolvedRefs") or {}):
        if given.get("reason") in _PARAMETERS:
            return Standing("Failed", str(given["reason"]), str(given.get("message", "")))
    return Standing("Ready", "InUse", f"Gateway {gateway['metadata']['name']} uses it.")


def policy(wanted: Obj, live: Obj, world: World) -> Standing:
    """A policy or filter of NGF: accepted by NGF, and nothing of it failed."""
    return _judged(live, ("Accepted",), "It does so only when it runs with --snippets.")


def route_policy(wanted: Obj, live: Obj, world: World) -> Standing:
    """A policy of a route: accepted by NGF, and taken up by the data plane where NGF says that."""
    return _judged(live, ("Accepted", "Programmed"), "It does so once it has judged the route.")


def waf_policy(wanted: Obj, live: Obj, world: World) -> Standing:
    """A WAFPolicy: accepted, found, and taken up by the data plane where NGF says that."""
    return _judged(live, ("Accepted", "ResolvedRefs", "Programmed"), "It does so with NGINX Plus.")


def _judged(live: Obj, conditions: tuple[str, ...], when: str) -> Standing:
    found = {kind: list(said(live, kind)) for kind in conditions}
    if not found["Accepted"]:
        text = f"NGF has not said whether it accepts it. {when}"
        return Standing("Waiting", "WaitingForController", text)
    for kind in conditions:
        for given in found[kind]:
            result = of_condition(given, f"of {kind}")
            if result.state != "Ready":
                waits = result.state == "Waiting" or result.reason in _NOT_YET
                return Standing("Waiting" if waits else "Failed", result.reason, result.message)
    return of_condition(found["Accepted"][0], "")


def certificate(wanted: Obj, live: Obj, world: World) -> Standing:
    """A Certificate: ready; failed when its issuance has, until the next attempt."""
    ready, issuing = condition(live, "Ready"), condition(live, "Issuing")
    if ready is not None and ready.get("status") == "True":
        return of_condition(ready, "")
    if issuing is not None and issuing.get("status") == "False":
        return of_condition(issuing, "")
    text = str((issuing or ready or {}).get("message") or "cert-manager has not issued it yet.")
    return Standing("Waiting", str((issuing or ready or {}).get("reason") or "Issuing"), text)


JUDGES: dict[tuple[str, str], Judge] = {
    (GATEWAY_API, "Gateway"): gateway,
    (NGF, "NginxProxy"): nginx_proxy,
    (NGF, "SnippetsFilter"): policy,
    (NGF, "SnippetsPolicy"): policy,
    (NGF, "WAFPolicy"): waf_policy,
    (NGF, "ClientSettingsPolicy"): route_policy,
    (NGF, "ProxySettingsPolicy"): route_policy,
    (CERT_MANAGER, "Certificate"): certificate,
}
"""By group and kind; a ReferenceGrant is in force as soon as it exists."""
