"""The grammar of list requests and answers, the same for every kind."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.conditions import Seen, marked
from api.openapi import Time, answer, with_headers
from services.listing import ListQuery, Page

PAGE_SIZE_MAX = 500


class ListParams(BaseModel):
    """What a list can be asked."""

    namespace: str = Field("", description="Only objects of this namespace")
    label_selector: str = Field(
        "", alias="labelSelector", description="As kubectl takes it: app=web,tier in (a,b),!canary"
    )
    search: str = Field("", description="Words that must all occur in the row")
    sort: str = Field("", description="Field path, such as metadata.name; - in front: descending")
    status: str = Field("", description="ok, warn, err, info, unknown or stale; comma separated")
    page: int = Field(1, ge=1, le=1_000_000, description="From 1")
    page_size: int = Field(50, alias="pageSize", ge=1, le=PAGE_SIZE_MAX, description="Rows a page")

    def query(self, clusters: tuple[str, ...] | None) -> ListQuery:
        """The service's question."""
        chosen = tuple(filter(None, self.status.split(",")))
        return ListQuery(
            clusters=clusters,
            namespace=self.namespace or None,
            label_selector=self.label_selector,
            search=self.search,
            sort=self.sort,
            page=self.page,
            page_size=self.page_size,
            filters={"status": chosen} if chosen else {},
        )


class MissingCluster(BaseModel):
    """A cluster that did not answer: what the list has of it is old, or not there."""

    name: str
    reason: str
    since: Time | None = Field(description="Since when it does not answer, UTC")
    last_seen: Time | None = Field(description="Until when its items are known to be true, UTC")


class ListAnswer(BaseModel):
    """A page of a list: how old it is and who did not answer are part of it."""

    model_config = with_headers("ETag")

    items: list[dict[str, Any]]
    total: int = Field(description="Objects after filters")
    as_of: Time | None = Field(description="Until when the items are known to be true, UTC")
    clusters_missing: list[MissingCluster]


LIST: dict[str, Any] = {"responses": {"200": ListAnswer, "304": None}}
"""What the document says of a list's answers."""


def page_answer(page: Page, items: list[Any], seen: Seen) -> Response:
    """The page, or 304 when the client has it."""
    body = {
        "items": items,
        "total": page.total,
        "as_of": page.as_of.isoformat() if page.as_of else None,
        "clusters_missing": page.clusters_missing,
    }
    return marked(answer(body), page.etag, seen)


def own_answer(items: list[Any], total: int, seen: Seen) -> Response:
    """A list of what the console itself keeps: true now, and no cluster is asked for it."""
    now = datetime.now(UTC).isoformat()
    body = {"items": items, "total": total, "as_of": now, "clusters_missing": []}
    return marked(answer(body), fingerprint([items, total]), seen)


def fingerprint(said: Any) -> str:
    """An ETag for what is said."""
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:20]
