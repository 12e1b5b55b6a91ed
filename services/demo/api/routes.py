"""From an HTTP request to an operation: path, identity, permission, verb, form of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from services.demo.api import (
    discovery,
    negotiation,
    openapi,
    patches,
    paths,
    reviews,
    scale,
    strategic,
)
from services.demo.api.access import Access, Question, User
from services.demo.api.calls import Call
from services.demo.api.deletion import DeleteOptions, delete
from services.demo.api.forms import Shown
from services.demo.api.kinds import Served
from services.demo.api.listing import Lists
from services.demo.api.operations import Change, Operations
from services.demo.api.statuses import (
    ApiError,
    Cause,
    Obj,
    forbidden,
    invalid,
    method_not_allowed,
    unauthorized,
    unsupported_media_type,
)
from services.demo.api.watching import Watch

HEALTH = ("/healthz", "/livez", "/readyz")
OBJECT_FORMS = frozenset({"Table", "PartialObjectMetadata", "PartialObjectMetadataList"})
DISCOVERY_FORMS = frozenset({"APIGroupDiscoveryList"})


@dataclass(frozen=True)
class Answer:
    """An encoded answer; a watch is streamed instead."""

    code: int
    body: Any
    content_type: str = negotiation.JSON


class Routes:
    """Answers requests to one cluster."""

    def __init__(
        self, operations: Operations, access: Access, lists: Lists, git_version: str
    ) -> None:
        self._operations = operations
        self._registry = operations.registry
        self._access = access
        self._lists = lists
        self._git_version = git_version

    def answer(self, request: web.BaseRequest, body: bytes) -> tuple[Answer | Watch, list[str]]:
        """The answer and the warnings that go with it. Raises ApiError."""
        user = self._identify(request)
        parts = [part for part in request.path.split("/") if part]
        target = paths.target(self._registry, parts)
        if target is None:
            self._authorize_path(user, request)
            return self._other(request, parts), []
        return self._resource(request, body, user, target)

    def _identify(self, request: web.BaseRequest) -> User:
        header = request.headers.get("Authorization", "")
        user = self._access.authenticate(header, self._operations.now())
        if user is None:
            raise unauthorized()
        asked = request.headers.get("Impersonate-User")
        if asked:
            question = Question(user, "impersonate", "", "users", name=asked)
            self._authorize(question)
            groups = tuple(request.headers.getall("Impersonate-Group", ()))
            return User(asked, groups)
        return user

    def _authorize(self, question: Question) -> None:
        allowed, _ = self._access.allowed(question)
        if not allowed:
            if question.path:
                raise ApiError(403, "Forbidden", f"forbidden: {question.refusal()}", {})
            raise forbidden(question.group, question.resource, question.name, question.refusal())

    def _authorize_path(self, user: User, request: web.BaseRequest) -> None:
        self._authorize(Question(user, request.method.lower(), path=request.path))

    # What is no resource

    def _other(self, request: web.BaseRequest, parts: list[str]) -> Answer:
        path = request.path
        if path in HEALTH or path.startswith(("/healthz/", "/livez/", "/readyz/")):
            return Answer(200, "ok", "text/plain; charset=utf-8")
        if request.method not in ("GET", "HEAD"):
            raise method_not_allowed()
        if path == "/version":
            return Answer(200, discovery.version(self._git_version))
        accept = request.headers.get("Accept", "")
        match parts:
            case []:
                return Answer(200, {"paths": ["/api", "/api/v1", "/apis", "/healthz", "/version"]})
            case ["api"] | ["apis"]:
                return self._discovery(accept, parts[0], str(request.host))
            case ["api", "v1"]:
                return Answer(200, discovery.resources(self._registry, "", "v1"))
            case ["apis", group]:
                versions = self._registry.groups().get(group)
                if versions:
                    kind = {"kind": "APIGroup", "apiVersion": "v1"}
                    return Answer(200, kind | discovery.group(group, versions))
            case ["apis", group, version]:
                if version in self._registry.groups().get(group, ()):
                    return Answer(200, discovery.resources(self._registry, group, version))
            case ["openapi", "v3"]:
                return Answer(200, openapi.index(self._registry))
            case ["openapi", "v3", "api", "v1"]:
                return Answer(200, openapi.document(self._registry, "", "v1"))
            case ["openapi", "v3", "apis", group, version]:
                return Answer(200, openapi.document(self._registry, group, version))
            case _:
                pass
        return Answer(404, "404 page not found\n", "text/plain; charset=utf-8")

    def _discovery(self, accept: str, root: str, address: str) -> Answer:
        form = negotiation.wanted(accept, DISCOVERY_FORMS)
        if form.kind and form.version == "v2":
            content_type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            return Answer(
                200, discovery.aggregated(self._registry, core=root == "api"), content_type
            )
        if root == "api":
            return Answer(200, discovery.core_versions(address))
        return Answer(200, discovery.groups(self._registry))

    # Resources

    def _resource(
        self, request: web.BaseRequest, body: bytes, user: User, target: paths.Target
    ) -> tuple[Answer | Watch, list[str]]:
        query = request.query
        verb = paths.verb(request.method, target, query)
        served = target.served
        name = target.name
        self._authorize(
            Question(
                user,
                verb,
                served.group,
                served.plural,
                target.subresource,
                target.namespace,
                name,
            )
        )
        if not target.subresource and verb not in served.verbs:
            raise method_not_allowed()
        if verb in ("create", "update", "patch") and served.namespaced and not target.namespace:
            raise method_not_allowed()
        form = negotiation.wanted(request.headers.get("Accept", ""), OBJECT_FORMS)
        call = Call(
            served=served,
            namespace=target.namespace,
            name=name,
            subresource=target.subresource,
            user=user,
            manager=query.get("fieldManager") or _agent(request),
            dry_run=_dry_run(query),
            force=negotiation.flag(query, "force"),
            field_validation=query.get("fieldValidation") or "Warn",
        )
        return self._act(verb, call, request, body, form), call.warnings

    def _act(
        self, verb: str, call: Call, request: web.BaseRequest, body: bytes, form: negotiation.Form
    ) -> Answer | Watch:
        query, operations = request.query, self._operations
        content_type = request.headers.get("Content-Type", "")
        kind, custom = call.served.kind, call.served.custom
        shown = Shown(call.served, form, query.get("includeObject", ""), operations.now())
        if verb == "watch":
            return Watch(operations.store, call, query, shown.event())
        if verb == "list":
            listed = self._lists.page(call, query)
            items = [_item(call.served, item) for item in listed.items]
            return Answer(200, shown.many(items, listed.metadata))
        if verb == "get":
            obj = operations.get(call)
            if call.subresource == "scale":
                return Answer(200, scale.shown(call.served, obj))
            return Answer(200, shown.one(obj))
        if verb == "create":
            data = negotiation.decode(body, content_type, kind, custom)
            if call.subresource == "token":
                operations.get(call)
                token = reviews.token_request(self._access, call, data, operations.now())
                return Answer(201, token)
            if call.served.group in reviews.GROUPS:
                answer = reviews.review(self._access, call, data, operations.timestamp())
                return Answer(201, answer)
            return Answer(201, shown.one(operations.create(call, data)))
        if verb == "update":
            data = negotiation.decode(body, content_type, kind, custom)
            if call.subresource == "scale":
                changed = operations.patch(call, scale.through(call.served, lambda _: dict(data)))
                return Answer(200, scale.shown(call.served, changed))
            code, updated = operations.update(call, data)
            return Answer(code, shown.one(updated))
        if verb == "patch":
            code, patched = self._patch(call, query, body, content_type)
            if call.subresource == "scale":
                return Answer(code, scale.shown(call.served, patched))
            return Answer(code, shown.one(patched))
        options = DeleteOptions.parse(
            negotiation.decode(body, content_type, kind, custom) if body.strip() else None, query
        )
        if verb == "delete":
            code, deleted = delete(operations, call, options)
            return Answer(code, deleted)
        return self._delete_collection(call, query, options)

    def _patch(
        self, call: Call, query: Mapping[str, str], body: bytes, sent: str
    ) -> tuple[int, Obj]:
        media_type = sent.partition(";")[0].strip().lower()
        accepted = negotiation.patch_types(call.served.custom)
        if media_type not in negotiation.patch_types(custom=False):
            message = "415: Unsupported Media Type"
            raise ApiError(415, "UnsupportedMediaType", message, {})
        if media_type not in accepted:
            raise unsupported_media_type(accepted)
        operations = self._operations
        if media_type == negotiation.APPLY_PATCH:
            if not query.get("fieldManager"):
                message = "Required value: is required for apply patch"
                _refuse_option("FieldValueRequired", message, "fieldManager")
            return operations.apply(call, negotiation.load_yaml(body))
        if "force" in query:
            message = "Forbidden: may not be specified for non-apply patch"
            _refuse_option("FieldValueForbidden", message, "force")
        change = self._change(call, media_type, negotiation.load_json(body))
        if call.subresource == "scale":
            change = scale.through(call.served, change)
        return 200, operations.patch(call, change)

    def _change(self, call: Call, media_type: str, patch: Any) -> Change:
        if media_type == negotiation.JSON_PATCH:
            return lambda live: patches.json_patch(live, patch)
        if media_type == negotiation.MERGE_PATCH:
            return lambda live: patches.merge(live, patch)
        node = self._operations.schemas.of(call.served)
        return lambda live: strategic.patched(node, live, patch)

    def _delete_collection(
        self, call: Call, query: Mapping[str, str], options: DeleteOptions
    ) -> Answer:
        listed = self._lists.page(call, query)
        for item in listed.items:
            metadata = item["metadata"]
            one = replace(call, namespace=metadata.get("namespace", ""), name=metadata["name"])
            try:
                delete(self._operations, one, options)
            except ApiError as error:
                if error.code != 404:
                    raise
        served = call.served
        return Answer(
            200,
            {
                "kind": served.list_kind,
                "apiVersion": served.api_version,
                "metadata": listed.metadata,
                "items": [_item(served, item) for item in listed.items],
            },
        )


def _refuse_option(reason: str, message: str, field: str) -> None:
    raise invalid("meta.k8s.io", "PatchOptions", "", [Cause(reason, message, field)])


def _item(served: Served, obj: Obj) -> Obj:
    """An object in a list: of built-in kinds Go leaves out what the list already says."""
    shown = served.shown(obj)
    if served.custom:
        return shown
    return {key: value for key, value in shown.items() if key not in ("kind", "apiVersion")}


def _agent(request: web.BaseRequest) -> str:
    """The field manager of a client that names none: its User-Agent up to the slash."""
    return request.headers.get("User-Agent", "").partition("/")[0][:128] or "unknown"


def _dry_run(query: Mapping[str, str]) -> bool:
    value = query.get("dryRun")
    if value in (None, ""):
        return False
    if value != "All":
        message = f'Unsupported value: ["{value}"]: supported values: "All"'
        _refuse_option("FieldValueNotSupported", message, "dryRun")
    return True
