"""REST of what the operator works on, GatewayBundles and InferenceStacks: one family each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api import operated_models as shapes
from api.conditions import BasedOn, Seen, marked
from api.guard import current_identity, requires
from api.lists import LIST, ListParams
from api.objects import GONE, Objects, Place
from api.openapi import Named, Tree, answer, cluster_of, in_both_trees
from api.writes import PlanAnswer, WriteParams, plan_body, said
from services import operated_edits as edits
from services.auth.identity import Identity, Role
from services.container import Container
from services.gatewayapi.impact import Impact
from services.kube.changes import Plan
from services.operated import Operated, hurried
from services.previews import Previews

ONE: dict[str, Any] = {"responses": {"200": shapes.OperatedAnswer, "304": None}}
MADE: dict[str, Any] = {"responses": {"201": shapes.OperatedMade, "200": PlanAnswer}}
CHANGED: dict[str, Any] = {"responses": {"200": shapes.OperatedChanged}}
STATUS: dict[str, Any] = {"responses": {"200": shapes.OperatedStatus, "304": None}}
DEPLOYED: dict[str, Any] = {"responses": {"200": shapes.DeployAnswer}}
PREVIEWED: dict[str, Any] = {"responses": {"200": shapes.PreviewAnswer}}


class PreviewParams(BaseModel):
    """What is previewed."""

    edit: bool = Field(
        False, description="The body laid over the one of its name, as PUT does, not a new one"
    )


class Consequences:
    """What a change of a parent does to traffic: by its children."""

    def __init__(self, previews: Previews) -> None:
        self._previews = previews

    def of_plan(self, who: Identity, plan: Plan) -> Impact:
        """Of what a dry-run says that the server would store or remove."""
        return self._previews.of_plan(who, plan).impact or Impact(concerned=False)


class OperatedObjects(Objects):
    """The objects of one kind that the operator works on. ``labelled`` is whether labels are for
    its Gateway."""

    def __init__(
        self,
        container: Container,
        operated: Operated,
        *,
        labelled: bool,
        merge: Callable[..., dict[str, Any]] = edits.onto,
    ) -> None:
        super().__init__(
            container,
            operated.kind,
            shapes.flat,
            partial(merge, labelled_spec=labelled),
            partial(edits.new, labelled_spec=labelled),
            Consequences(container.previews),
        )
        self.operated = operated
        self._previews = container.previews

    def status(self, path: Named, seen: Seen) -> Response:
        """What came of one."""
        who = current_identity()
        obj = self.operated.get(who, self._where(path), path.namespace, path.name)
        version = obj["metadata"]["resourceVersion"]
        return marked(answer(shapes.status(obj)), version, seen, weak=False)

    def deployed(self, place: Place, query: WriteParams) -> Response:
        """That the operator was asked to apply every child anew, or the plan of asking."""
        who, (cluster, _, namespace, name) = current_identity(), place
        if query.dry_run:
            plan = self._changes.plan_update(who, *place, hurried)
            return answer(plan_body(plan, self._impacts))
        done = self.operated.reconcile_now(who, cluster, namespace, name, reason=query.reason)
        body = {"message": "reconciliation triggered", "name": name, "namespace": namespace}
        return answer(body, 200, said(done))

    def previewed(self, path: Tree, query: PreviewParams, body: shapes.Draft) -> Response:
        """What would come of a new one, or of a change."""
        who, cluster, given = current_identity(), self._where(path), body.given()
        if query.edit:
            place = str(given.get("namespace") or ""), str(given.get("name") or "")
            base = dict(self.operated.get(who, cluster, *place))
            found = self._previews.of(who, cluster, self.kind, self._merge(base, given), base)
        else:
            found = self._previews.of(who, cluster, self.kind, self._make(given))
        judged = _Judged(found.impact)
        plan = plan_body(found.plan, judged) if found.plan else None
        return answer(shapes.preview(found, plan))

    def _plan_delete(self, who: Identity, place: Place, based_on: str) -> Plan:
        cluster, _, namespace, name = place
        return self.operated.plan_delete(who, cluster, namespace, name, based_on)


class _Judged:
    """An impact that is known."""

    def __init__(self, impact: Impact | None) -> None:
        self._impact = impact or Impact(concerned=False)

    def of_plan(self, _who: Identity, _plan: Plan) -> Impact:
        return self._impact


@dataclass(frozen=True)
class Family:
    """One kind: where it is, the word of one in operation ids and its words in sentences, and what
    a client sends."""

    rule: str
    one: str
    many: str
    spoken: str
    create: type[shapes.OperatedSent]
    update: type[shapes.OperatedSent]


BUNDLES = Family(
    "/gatewaybundles",
    "gatewaybundle",
    "gatewaybundles",
    "GatewayBundle",
    shapes.BundleCreate,
    shapes.BundleUpdate,
)
STACKS = Family(
    "/inference/stacks",
    "inferencestack",
    "inferencestacks",
    "InferenceStack",
    shapes.StackCreate,
    shapes.StackUpdate,
)


def register(server: OpenAPI, container: Container) -> None:
    """Add both families to both trees."""
    for family, operated in ((BUNDLES, container.bundles), (STACKS, container.stacks)):
        in_both_trees(server, family.many, _views(family, operated, container))


def place_of(container: Container, path: Named, kind: str) -> Place:
    """The place that a path names. Raises NotFound as ``cluster_of``."""
    return cluster_of(path, container.fleet), kind, path.namespace, path.name


def _views(family: Family, operated: Operated, container: Container) -> list[Any]:
    labelled = family is BUNDLES
    objects = OperatedObjects(container, operated, labelled=labelled)
    patches = OperatedObjects(container, operated, labelled=labelled, merge=edits.patched)

    def listed(path: Tree, query: ListParams, header: Seen) -> Response:
        return objects.listed(path, query, header)

    def got(path: Named, header: Seen) -> Response:
        return objects.got(path, path.namespace, path.name, header)

    def status(path: Named, header: Seen) -> Response:
        return objects.status(path, header)

    @requires(Role.OPERATOR)
    def created(path: Tree, query: WriteParams, body: Any) -> Response:
        return objects.created(path, query, body)

    @requires(Role.OPERATOR)
    def updated(path: Named, query: WriteParams, header: BasedOn, body: Any) -> Response:
        return objects.updated(path, query, header, body)

    @requires(Role.OPERATOR)
    def patched(path: Named, query: WriteParams, header: BasedOn, body: Any) -> Response:
        return patches.updated(path, query, header, body)

    @requires(Role.OPERATOR)
    def deleted(path: Named, query: WriteParams, header: BasedOn) -> Response:
        return objects.deleted(path, query, header)

    @requires(Role.OPERATOR)
    def deployed(path: Named, query: WriteParams) -> Response:
        return objects.deployed(place_of(container, path, operated.kind), query)

    @requires(Role.OPERATOR)
    def previewed(path: Tree, query: PreviewParams, body: shapes.Draft) -> Response:
        return objects.previewed(path, query, body)

    created.__annotations__["body"] = family.create
    for view in (updated, patched):
        view.__annotations__["body"] = family.update
    rule, spoken, one = family.rule, family.spoken, family.one
    named = f"{rule}/<namespace>/<name>"
    says: list[tuple[str, str, Callable[..., Any], str, str, dict[str, Any]]] = [
        ("get", rule, listed, f"list_{family.many}", f"List {spoken} objects.", LIST),
        ("post", rule, created, f"create_{one}", f"Create one {spoken}.", MADE),
        (
            "post",
            f"{rule}/preview",
            previewed,
            f"preview_{one}",
            f"What would come of one {spoken}: the server's verdict, its children, what the cluster"
            " lacks, and what it does to traffic. Nothing is changed.",
            PREVIEWED,
        ),
        ("get", named, got, f"get_{one}", f"One {spoken}, nothing left out.", ONE),
        (
            "put",
            named,
            updated,
            f"update_{one}",
            f"Change one {spoken}; what the body does not mention stays, in sections as well.",
            CHANGED,
        ),
        (
            "patch",
            named,
            patched,
            f"patch_{one}",
            f"Change one {spoken} by a merge patch (RFC 7386) of these fields.",
            CHANGED,
        ),
        ("delete", named, deleted, f"delete_{one}", f"Delete one {spoken} and its children.", GONE),
        ("get", f"{named}/status", status, f"get_{one}_status", "What came of it.", STATUS),
        (
            "post",
            f"{named}/deploy",
            deployed,
            f"deploy_{one}",
            "Ask the operator to apply every child anew.",
            DEPLOYED,
        ),
    ]
    views = []
    for method, where, view, name, doc, options in says:
        view.__name__, view.__doc__ = name, doc
        views.append((method, where, view, options))
    return views
