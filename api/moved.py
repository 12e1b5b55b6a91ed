"""Addresses that pages had before: a link to one leads to where its content is now."""

from urllib.parse import urlencode

from flask import Flask, redirect, request
from werkzeug.wrappers import Response


def register(server: Flask) -> None:
    """Answer the old addresses."""
    server.add_url_rule("/httproutes", view_func=_http_routes)


def _http_routes() -> Response:
    """The list of HTTP routes: that of all routes, which shows these."""
    asked = {"kind": "HTTPRoute", **request.args.to_dict()}
    return redirect(f"/routes?{urlencode(asked, safe='/,')}")
