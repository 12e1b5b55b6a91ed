"""Promise: a kind that the server fails to list keeps nobody from what is known of the others."""

import asyncio
from collections.abc import AsyncIterator

from ngf_operator.client import Api, Refused
from ngf_operator.seen import Seen
from ngf_operator.served import Resource, Served
from ngf_operator.wanting import CHILDREN, Obj, Reads
from ngf_operator.watching import Watching

WEBHOOK = "conversion webhook for widgets.example.com failed"


class Broken(Api):
    """Lists one ConfigMap, and Widgets only once their webhook works."""

    def __init__(self, refused: Refused | None = None) -> None:
        self.works = False
        self.refused = refused or Refused(500, "InternalError", WEBHOOK)

    async def pages(
        self, path: str, *, labels: str = "", accept: str = ""
    ) -> AsyncIterator[tuple[list[Obj], str]]:
        if "widgets" in path and not self.works:
            raise self.refused
        yield [{"metadata": {"name": "web", "namespace": "shop", "resourceVersion": "1"}}], "1"

    async def watch(
        self, path: str, since: str, *, labels: str = "", accept: str = ""
    ) -> AsyncIterator[Obj]:
        await asyncio.Event().wait()
        yield {}


class Discovered(Served):
    """Both kinds are served, unless they are ``gone``."""

    gone = ""

    def find(self, group: str, kind: str, versions: tuple[str, ...]) -> Resource | None:
        found = Resource(group, "v1", kind, f"{kind.lower()}s", True)
        return None if kind == self.gone else found


def test_a_kind_that_cannot_be_listed_is_noted_until_it_can() -> None:
    asyncio.run(_noted())


async def _noted() -> None:
    api, again = Broken(), asyncio.Event()
    served = Discovered(api, lambda: None, 60.0)
    reads = (Reads("", "ConfigMap", ("v1",), CHILDREN), Reads("w.example", "Widget", ("v1",), ""))
    seen = Seen(served, reads)

    def told_kind(group: str, kind: str) -> None:
        if api.works:
            again.set()

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        watching = Watching(api, served, seen, lambda obj, labels: None, told_kind, tasks, 60.0)
        watching.adjust()
        await watching.settled()
        said = f"cannot list widgets.w.example: {WEBHOOK}"
        assert seen.denied("w.example", "Widget") == said
        assert seen.denied("", "ConfigMap") == ""
        assert len(list(seen.all("", "ConfigMap"))) == 1
        api.works = True
        await again.wait()
        assert seen.denied("w.example", "Widget") == ""
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()


def test_a_kind_that_is_uninstalled_is_not_denied_any_more() -> None:
    asyncio.run(_uninstalled())


async def _uninstalled() -> None:
    api = Broken(Refused(403, "Forbidden", 'cannot list resource "widgets"'))
    served = Discovered(api, lambda: None, 60.0)
    seen = Seen(served, [Reads("w.example", "Widget", ("v1",), "")])
    nothing, heard = (lambda obj, labels: None), list[str]()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        watching = Watching(
            api, served, seen, nothing, lambda group, kind: heard.append(kind), tasks, 60.0
        )
        watching.adjust()
        await watching.settled()
        assert seen.denied("w.example", "Widget") == "may not list widgets.w.example"
        heard.clear()
        served.gone = "Widget"
        watching.adjust()
        assert seen.denied("w.example", "Widget") == ""
        assert heard == ["Widget"]
