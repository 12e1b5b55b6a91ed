"""The parents, told by kopf: it lists and watches them, and leaves no mark on them.

kopf has a thread and an event loop of its own, because it ends every task that began after it when
it ends, and takes the signals of the process.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

import kopf

from ngf_operator.names import GROUP, VERSION
from ngf_operator.served import Resource
from ngf_operator.wanting import Obj

Told = Callable[[str | None, Obj], None]


async def listen(
    resources: Iterable[Resource], login: Callable[[], kopf.ConnectionInfo], told: Told
) -> None:
    """Tell of these parents until cancelled: with None each that a list names, with ADDED, MODIFIED
    and DELETED what a watch says. Raises what kopf cannot go on with, such as a permission that was
    taken away."""
    loop, stop = asyncio.get_running_loop(), threading.Event()
    ended: asyncio.Future[None] = loop.create_future()

    def heard(event: str | None, parent: Obj) -> None:
        if not stop.is_set():  # afterwards the loop may be closed
            loop.call_soon_threadsafe(told, event, parent)

    def end(trouble: BaseException | None) -> None:
        if not ended.done():
            ended.set_exception(trouble or RuntimeError("kopf has ended"))

    def run() -> None:
        trouble = None
        try:
            asyncio.run(
                kopf.operator(
                    registry=_registry(resources, login, heard),
                    clusterwide=True,
                    standalone=True,
                    stop_flag=stop,
                )
            )
        except BaseException as error:
            trouble = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(end, trouble)

    threading.Thread(target=run, name="kopf", daemon=True).start()
    try:
        await ended
    finally:
        stop.set()


def _registry(
    resources: Iterable[Resource],
    login: Callable[[], kopf.ConnectionInfo],
    told: Callable[[str | None, Obj], Any],
) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    @kopf.on.startup(registry=registry)
    def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
        settings.posting.enabled = False
        settings.scanning.disabled = True  # discovery is followed in one place for all kinds
        settings.networking.error_backoffs = (1, 2, 4, 8)
        settings.queueing.idle_timeout = 1.0

    @kopf.on.login(registry=registry)
    def account(**_: Any) -> kopf.ConnectionInfo:
        return login()

    def heard(event: Any, **_: Any) -> None:
        told(event["type"], dict(event["object"]))

    for resource in resources:
        kopf.on.event(GROUP, VERSION, resource.plural, id=resource.plural, registry=registry)(heard)
    return registry
