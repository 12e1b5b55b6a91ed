"""The grammar of list requests and answers, the same for every kind."""

from typing import Any

from flask import request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.openapi import answer
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


class ListAnswer(BaseModel):
    """A page of a list: how old it is and who did not answer are part of it."""

    items: list[dict[str, Any]]
    total: int = Field(description="Objects after filters")
    as_of: str | None = Field(description="Until when the items are known to be true, UTC")
    clusters_missing: list[dict[str, Any]] = Field(
        description="cluster, reason, since and last_seen of each that did not answer"
    )


def page_answer(page: Page, items: list[Any]) -> Response:
    """The page, or 304 when the client has it."""
    response = answer(
        {
            "items": items,
            "total": page.total,
            "as_of": page.as_of.isoformat() if page.as_of else None,
            "clusters_missing": page.clusters_missing,
        }
    )
    response.set_etag(page.etag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)
