"""What REST does with Gateway API objects, the same for every kind: list, read and change them."""

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from api import models
from api.conditions import BasedOn, Seen, marked
from api.guard import current_identity
from api.lists import ListParams, page_answer
from api.openapi import Named, Tree, answer, cluster_of
from api.refusals import version_of
from api.writes import (
    CreateAnswer,
    DeleteAnswer,
    Judge,
    ObjectAnswer,
    PlanAnswer,
    UpdateAnswer,
    WriteParams,
    plan_body,
    said,
    stored,
)
from services.auth.identity import Identity
from services.container import Container
from services.gatewayapi import merging
from services.kube.changes import Edit, Plan
from services.kube.deletion import outcome

Object = Mapping[str, Any]
Read = Callable[[Object], dict[str, Any]]
Merge = Callable[[Object, Object], dict[str, Any]]
Place = tuple[str, str, str, str]
"""Cluster, kind, namespace, name."""

ONE: dict[str, Any] = {"responses": {"200": ObjectAnswer, "304": None}}
MADE: dict[str, Any] = {"responses": {"201": CreateAnswer, "200": PlanAnswer}}
CHANGED: dict[str, Any] = {"responses": {"200": UpdateAnswer}}
GONE: dict[str, Any] = {"responses": {"200": DeleteAnswer}}
"""What the document says of the answers of each view."""


class Objects:
    """The objects of one ``kind``; ``read`` says one in the API's flat fields, ``make`` makes a new
    one of those, ``merge`` lays what a client sends over the live one, ``impacts`` tells what a
    change does to traffic."""

    def __init__(
        self,
        container: Container,
        kind: str,
        read: Read,
        merge: Merge = merging.onto,
        make: Read = merging.new_object,
        impacts: Judge | None = None,
    ) -> None:
        self.kind = kind
        self._read = read
        self._merge, self._make = merge, make
        self._fleet, self._resources = container.fleet, container.resources
        self._changes, self._impacts = container.changes, impacts or container.impacts

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
        obj = self._make(body.given())
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
        place = self._place(path)
        based_on = version_of(header, self._changes, "update", place, query, body.resourceVersion)
        return self.edited(place, query, lambda live: self._merge(live, body.given()), based_on)

    def edited(self, place: Place, query: WriteParams, edit: Edit, based_on: str = "") -> Response:
        """The live object as ``edit`` makes it, or what would be stored."""
        who = current_identity()

        def wanted(live: dict[str, Any]) -> dict[str, Any]:
            result = edit(live)
            if based_on:
                result["metadata"]["resourceVersion"] = based_on
            return result

        if query.dry_run:
            return answer(plan_body(self._changes.plan_update(who, *place, wanted), self._impacts))
        done = self._changes.update(
            who,
            *place,
            wanted,
            resource_version=based_on,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        return answer(self._read(stored(done)), 200, said(done))

    def deleted(self, path: Named, query: WriteParams, header: BasedOn) -> Response:
        """That an object is gone, or what would dangle."""
        place = self._place(path)
        based_on = version_of(header, self._changes, "delete", place, query)
        return self.removed(place, query, based_on)

    def removed(self, place: Place, query: WriteParams, based_on: str = "") -> Response:
        """The same of the object at a place."""
        who = current_identity()
        if query.dry_run:
            return answer(plan_body(self._plan_delete(who, place, based_on), self._impacts))
        done = self._changes.delete(
            who,
            *place,
            resource_version=based_on,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        body = {"message": outcome(done.object), "name": place[3], "namespace": place[2]}
        return answer(body, 200, said(done))

    def _plan_delete(self, who: Identity, place: Place, based_on: str) -> Plan:
        return self._changes.plan_delete(who, *place, based_on)

    def _where(self, path: Tree) -> str:
        return cluster_of(path, self._fleet)

    def _place(self, path: Named) -> Place:
        return self._where(path), self.kind, path.namespace, path.name
