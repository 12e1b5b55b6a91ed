"""Hostnames of listeners and routes: which of them have a name in common.

A leading ``*.`` stands for one label or more (Gateway.spec.listeners.hostname); "" is every name.
"""


def covers(pattern: str, host: str) -> bool:
    """Whether every name that ``host`` means is one that ``pattern`` means."""
    if not pattern or pattern == host:
        return True
    return pattern.startswith("*.") and host.removeprefix("*").endswith(pattern[1:])


def overlap(one: str, other: str) -> bool:
    """Whether two hostnames have a name in common."""
    return covers(one, other) or covers(other, one)


def meet(listener: str, route: tuple[str, ...]) -> tuple[str, ...]:
    """The names under which a listener sends requests to a route, the more specific of each two.

    HTTPRoute.spec.hostnames: a route without hostnames takes those of the listener, and what does
    not match the listener is ignored; () when nothing is left.
    """
    if not route:
        return (listener,)
    if not listener:
        return route
    if len(route) == 1 and covers(listener, route[0]):
        return route
    met: dict[str, None] = {}
    for host in route:
        if covers(listener, host):
            met[host] = None
        elif covers(host, listener):
            met[listener] = None
    return tuple(met)
