"""What a request does to a resource once it is allowed: the verbs, and the form of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.demo.api import incoming, negotiation, patches, reviews, scale, strategic
from services.demo.api.access import Access
from services.demo.api.calls import Call
from services.demo.api.deletion import DeleteOptions, delete
from services.demo.api.forms import Shown
from services.demo.api.kinds import Served
from services.demo.api.listing import Lists
from services.demo.api.operations import Change, Operations
from services.demo.api.statuses import ApiError, Cause, Obj, invalid, unsupported_media_type
from services.demo.api.watching import Watch


@dataclass(frozen=True)
class Answer:
    """An answer to encode, unless it is bytes; a watch is streamed instead."""

    code: int
    body: Any
    content_type: str = negotiation.JSON
    etag: str = ""


@dataclass(frozen=True)
class Sent:
    """What came with the request besides its path."""

    query: Mapping[str, str]
    body: bytes
    content_type: str
    form: negotiation.Form

    def data(self, served: Served) -> Any:
        """The body as data. Raises 400 and 415."""
        return negotiation.decode(self.body, self.content_type, served.kind, served.custom)


class Resources:
    """Carries out calls on one cluster."""

    def __init__(self, operations: Operations, access: Access, lists: Lists) -> None:
        self._operations = operations
        self._access = access
        self._lists = lists

    def act(self, verb: str, call: Call, sent: Sent) -> Answer | Watch:
        """Do it. Raises ApiError."""
        query, operations = sent.query, self._operations
        shown = Shown(call.served, sent.form, query.get("includeObject", ""), operations.now)
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
            return self._create(call, sent.data(call.served), shown)
        if verb == "update":
            data = sent.data(call.served)
            if call.subresource == "scale":
                changed = operations.patch(call, scale.through(call.served, lambda _: dict(data)))
                return Answer(200, scale.shown(call.served, changed))
            code, updated = operations.update(call, data)
            return Answer(code, shown.one(updated))
        if verb == "patch":
            code, patched = self._patch(call, sent)
            if call.subresource == "scale":
                return Answer(code, scale.shown(call.served, patched))
            return Answer(code, shown.one(patched))
        options = DeleteOptions.parse(sent.data(call.served) if sent.body.strip() else None, query)
        if verb == "delete":
            code, deleted = delete(operations, call, options)
            return Answer(code, deleted)
        return self._delete_collection(call, query, options)

    def _create(self, call: Call, data: Any, shown: Shown) -> Answer:
        operations = self._operations
        if call.subresource == "token":
            operations.get(call)
            node = operations.schemas.core("authentication.v1.TokenRequest")
            incoming.check_types(call.served, node, data, "", "TokenRequest")
            return Answer(201, reviews.token_request(self._access, call, data, operations.now()))
        if call.served.group in reviews.GROUPS:
            node = operations.schemas.of(call.served)
            incoming.check_types(call.served, node, data, "", call.served.kind)
            return Answer(201, reviews.review(self._access, call, data, operations.timestamp()))
        return Answer(201, shown.one(operations.create(call, data)))

    def _patch(self, call: Call, sent: Sent) -> tuple[int, Obj]:
        media_type = sent.content_type.partition(";")[0].strip().lower()
        accepted = negotiation.patch_types(call.served.custom)
        if media_type not in negotiation.patch_types(custom=False):
            message = "415: Unsupported Media Type"
            raise ApiError(415, "UnsupportedMediaType", message, {})
        if media_type not in accepted:
            raise unsupported_media_type(accepted)
        operations = self._operations
        if media_type == negotiation.APPLY_PATCH:
            if not sent.query.get("fieldManager"):
                message = "Required value: is required for apply patch"
                _refuse_option("FieldValueRequired", message, "fieldManager")
            return operations.apply(call, negotiation.load_yaml(sent.body))
        if "force" in sent.query:
            message = "Forbidden: may not be specified for non-apply patch"
            _refuse_option("FieldValueForbidden", message, "force")
        change = self._change(call, media_type, negotiation.load_json(sent.body))
        if call.subresource == "scale":
            change = scale.through(call.served, change)
        return 200, operations.patch(call, change)

    def _change(self, call: Call, media_type: str, patch: Any) -> Change:
        if media_type == negotiation.JSON_PATCH:
            return lambda live: patches.json_patch(live, patch)
        if media_type == negotiation.MERGE_PATCH:
            return lambda live: patches.merge_patch(live, patch)
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


def dry_run(query: Mapping[str, str]) -> bool:
    """Whether a request asks for its result only. Raises 422."""
    value = query.get("dryRun")
    if value in (None, ""):
        return False
    if value != "All":
        message = f'Unsupported value: ["{value}"]: supported values: "All"'
        _refuse_option("FieldValueNotSupported", message, "dryRun")
    return True
