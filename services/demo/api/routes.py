"""From an HTTP request to a call: identity, path, permission, form; and all that is no resource."""

from aiohttp import web

from services.demo.api import discovery, negotiation, openapi, paths
from services.demo.api.access import Access, Question, User
from services.demo.api.calls import Call
from services.demo.api.listing import Lists
from services.demo.api.operations import Operations
from services.demo.api.resources import Answer, Resources, Sent, dry_run
from services.demo.api.statuses import ApiError, forbidden, method_not_allowed, unauthorized
from services.demo.api.watching import Watch

HEALTH = ("/healthz", "/livez", "/readyz")
OBJECT_FORMS = frozenset({"Table", "PartialObjectMetadata", "PartialObjectMetadataList"})
DISCOVERY_FORMS = frozenset({"APIGroupDiscoveryList"})


class Routes:
    """Answers requests to one cluster."""

    def __init__(
        self, operations: Operations, access: Access, lists: Lists, git_version: str
    ) -> None:
        self._operations = operations
        self._registry = operations.registry
        self._documents = discovery.Documents(self._registry)
        self._access = access
        self._resources = Resources(operations, access, lists)
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
        accept = request.headers.get("Accept", "")
        match parts:
            case []:
                return Answer(200, {"paths": ["/api", "/api/v1", "/apis", "/healthz", "/version"]})
            case ["version"]:
                return Answer(200, discovery.version(self._git_version))
            case ["api"] | ["apis"]:
                held = request.headers.get("If-None-Match", "")
                return self._discovery(accept, parts[0], str(request.host), held)
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

    def _discovery(self, accept: str, root: str, address: str, held: str) -> Answer:
        form = negotiation.wanted(accept, DISCOVERY_FORMS)
        if form.kind and form.version == "v2":
            etag, document = self._documents.of(core=root == "api")
            if held == etag:
                return Answer(304, b"", discovery.AGGREGATED, etag)
            return Answer(200, document, discovery.AGGREGATED, etag)
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
            dry_run=dry_run(query),
            force=negotiation.flag(query, "force"),
            field_validation=query.get("fieldValidation") or "Warn",
        )
        sent = Sent(query, body, request.headers.get("Content-Type", ""), form)
        return self._resources.act(verb, call, sent), call.warnings


def _agent(request: web.BaseRequest) -> str:
    """The field manager of a client that names none: its User-Agent up to the slash."""
    return request.headers.get("User-Agent", "").partition("/")[0][:128] or "unknown"
