"""Accept and Content-Type: which form of an object a client wants, and which it sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

import orjson
import yaml

from services.demo.api import protobuf
from services.demo.api.statuses import bad_request, not_acceptable, unsupported_media_type

JSON = "application/json"
YAML = "application/yaml"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

_OFFERED = (
    JSON,
    YAML,
    protobuf.MEDIA_TYPE,
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf;stream=watch",
)


@dataclass(frozen=True)
class Form:
    """How to show an object: as itself, as a row of a Table, or only its metadata."""

    media_type: str = JSON
    kind: str = ""  # "", "Table", "PartialObjectMetadata", "APIGroupDiscoveryList"
    version: str = ""


def wanted(accept: str, transforms: frozenset[str]) -> Form:
    """The first acceptable form a client names; raises 406 when there is none."""
    for clause in (accept or "*/*").split(","):
        parsed = Message()
        parsed["content-type"] = clause.strip()
        media_type = parsed.get_content_type()
        options = dict(parsed.get_params() or ())
        if clause.strip().startswith("*/*") or media_type in ("application/*", "*/*"):
            return Form()
        if media_type not in (JSON, YAML):
            continue
        kind = str(options.get("as", ""))
        if not kind:
            return Form(media_type)
        if kind.removesuffix("List") in transforms or kind in transforms:
            return Form(JSON, kind, str(options.get("v", "v1")))
    raise not_acceptable(_OFFERED)


def decode(body: bytes, content_type: str, kind: str, custom: bool) -> Any:
    """A request body as data. Raises 400 for broken text and 415 for another format."""
    media_type = content_type.partition(";")[0].strip().lower() or JSON
    if media_type == JSON:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            shown = body[:64].decode(errors="replace") or "<empty>"
            raise bad_request(
                f"the object provided is unrecognized (must be of type {kind}): couldn't get "
                f"version/kind; json parse error: {error.msg} ({shown})"
            ) from error
    if media_type in (YAML, "application/x-yaml", "text/yaml"):
        return load_yaml(body)
    if media_type == protobuf.MEDIA_TYPE and not custom:
        return protobuf.decode(body)
    accepted = [JSON, YAML] if custom else [JSON, YAML, protobuf.MEDIA_TYPE]
    raise unsupported_media_type(accepted)


def load_json(body: bytes) -> Any:
    """A patch; raises 400."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"error decoding patch: {error}") from error


def load_yaml(body: bytes) -> Any:
    """YAML, of which JSON is a part; raises 400."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        # A timestamp must stay the text it is, and orjson gives plain JSON types back.
        return orjson.loads(orjson.dumps(yaml.load(body, Loader=_TextLoader)))  # noqa: S506
    except (yaml.YAMLError, TypeError) as error:
        raise bad_request(f"error decoding YAML: {error}") from error


class _TextLoader(yaml.SafeLoader):
    """Safe loading without YAML 1.1 timestamps, which Kubernetes does not know."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def patch_types(custom: bool) -> list[str]:
    types = [JSON_PATCH, MERGE_PATCH, APPLY_PATCH]
    return types if custom else [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH]


def flag(query: Mapping[str, str], name: str) -> bool:
    """A boolean query parameter as Go parses it: present and empty means true."""
    value = query.get(name)
    return value is not None and value.lower() not in ("false", "0")
