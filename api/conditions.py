"""Conditional requests: an answer the client has already, a change of what it has seen.

RFC 9110 section 13, as far as it makes sense here. The ETag of an object is its resourceVersion, so
``If-Match`` takes that with and without quotes, and weak ones too, which proxies that compress make
of strong ones.
"""

from pydantic import BaseModel, Field
from werkzeug.http import parse_etags
from werkzeug.wrappers import Response

from services.errors import Invalid


class Seen(BaseModel):
    """What the client has already."""

    if_none_match: str = Field(
        "", alias="If-None-Match", description="ETag of the last answer; 304 while it holds"
    )


class BasedOn(BaseModel):
    """The version the client saw."""

    if_match: str = Field(
        "",
        alias="If-Match",
        description="resourceVersion or ETag the change is based on, * for any; without it the"
        " body's resourceVersion, and without that whatever is live",
    )

    def version(self, otherwise: str = "") -> str:
        """The resourceVersion that must still be live; empty for any. Raises Invalid."""
        if not self.if_match:
            return otherwise
        tags = parse_etags(self.if_match)
        if tags.star_tag:
            return ""
        versions = tags.as_set(include_weak=True) - {None}
        if len(versions) != 1:
            rule = {"field": "If-Match", "rule": "must be one version, or *"}
            raise Invalid("The change is based on several versions.", fields=[rule])
        return str(versions.pop())


def marked(response: Response, etag: str, seen: Seen, *, weak: bool = True) -> Response:
    """``response`` with its ETag, or 304 when the client has it."""
    response.set_etag(etag, weak=weak)
    response.headers["Cache-Control"] = "private, no-cache"
    if seen.if_none_match and parse_etags(seen.if_none_match).contains_weak(etag):
        response.status_code = 304
        response.set_data(b"")
    return response
