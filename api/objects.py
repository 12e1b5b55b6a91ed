"""What REST does with Gateway API objects, the same for every kind: list, read and change them."""

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from api import models
from api.conditions import BasedOn, Seen, marked
from api.guard import current_identity
from api.lists import ListParams, page_answer
from api.openapi import Named, Tree, answer, cluster_of
from api.writes import (
    CreateAnswer,
    DeleteAnswer,
    ObjectAnswer,
    PlanAnswer,
    UpdateAnswer,
    WriteParams,
    plan_body,
    said,
    stored,
)
from services.container import Container
from services.gatewayapi import merging
from services.kube.deletion import outcome

Object = Mapping[str, Any]
Read = Callable[[Object], dict[str, Any]]
Merge = Callable[[Object, Object], dict[str, Any]]

ONE: dict[str, Any] = {"responses": {"200": ObjectAnswer, "304": None}}
MADE: dict[str, Any] = {"responses": {"201": CreateAnswer, "200": PlanAnswer}}
CHANGED: dict[str, Any] = {"responses": {"200": UpdateAnswer}}
GONE: dict[str, Any] = {"responses": {"200": DeleteAnswer}}
"""What the document says of the answers of each view."""


class Objects:
    """The objects of one ``kind``; ``read`` says one in the API's flat fields, ``merge`` lays what
    a client sends over the live one."""

    def __init__(
        self, container: Container, kind: str, read: Read, merge: Merge = merging.onto
    ) -> None:
        self.kind = kind
        self._read = read
        self._merge = merge
        self._fleet, self._resources = container.fleet, container.resources
        self._changes, self._impacts = container.changes, container.impacts

    def listed(self, path: Tree, query: ListParams, seen: Seen) -> Response:
        """A page of the objects on one cluster. Raises NotFound where it does not serve them."""
        who = current_identity()
        cluster = self._fleet.visible(who, self._where(path)).name
        self._resources.require_installed(cluster, self.kind)
        page = self._resources.list(who, self.kind, query.query((cluster,)))
        return page_answer(page, [self._read(obj) for obj in page.objects], seen)

    def got(self, path: Tree, namespace: str, name: str, seen: Seen) -> Response:
        """One object."""
        obj = self._resources.raw(current_identity(), self._where(path), self.kind, namespace, name)
        version = obj["metadata"]["resourceVersion"]
        return marked(answer(self._read(obj)), version, seen, weak=False)

    def created(self, path: Tree, query: WriteParams, body: models.Sent) -> Response:
        """A new object, or what would be stored."""
        who, cluster = current_identity(), self._where(path)
        obj = merging.new_object(body.given())
        if query.dry_run:
            return answer(
                plan_body(self._changes.plan_create(who, cluster, self.kind, obj), self._impacts)
            )
        done = self._changes.create(
            who,
            cluster,
            self.kind,
            obj,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        return answer(self._read(stored(done)), 201, said(done))

    def updated(
        self, path: Named, query: WriteParams, header: BasedOn, body: models.Sent
    ) -> Response:
        """The live object with what was sent laid over it, or what would be stored."""
        who, place = current_identity(), self._place(path)
        based_on = header.version(body.resourceVersion or "")

        def edit(live: Object) -> dict[str, Any]:
            wanted = self._merge(live, body.given())
            if based_on:
                wanted["metadata"]["resourceVersion"] = based_on
            return wanted

        if query.dry_run:
            return answer(plan_body(self._changes.plan_update(who, *place, edit), self._impacts))
        done = self._changes.update(
            who,
            *place,
            edit,
            resource_version=based_on,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        return answer(self._read(stored(done)), 200, said(done))

    def deleted(self, path: Named, query: WriteParams, header: BasedOn) -> Response:
        """That an object is gone, or what would dangle."""
        who, place = current_identity(), self._place(path)
        based_on = header.version()
        if query.dry_run:
            return answer(
                plan_body(self._changes.plan_delete(who, *place, based_on), self._impacts)
            )
        done = self._changes.delete(
            who,
            *place,
            resource_version=based_on,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        body = {"message": outcome(done.object), "name": path.name, "namespace": path.namespace}
        return answer(body, 200, said(done))

    def _where(self, path: Tree) -> str:
        return cluster_of(path, self._fleet)

    def _place(self, path: Named) -> tuple[str, str, str, str]:
        return self._where(path), self.kind, path.namespace, path.name
