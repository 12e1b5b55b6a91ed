"""The OpenAPI document and a page to read it, both served by the console itself."""

from typing import Any

from flask import Response, render_template
from flask_openapi3 import OpenAPI

from api.openapi import V1, answer
from api.static import HEAD
from api.tables import documented


def register(server: OpenAPI) -> None:
    """Add ``/api/v1/openapi.json`` and ``/api/v1/docs``."""

    @server.route(f"{V1}/openapi.json", methods=["GET"])
    def openapi_document() -> Response:
        return answer(documented(server.api_doc))

    @server.route(f"{V1}/docs", methods=["GET"])
    def openapi_page() -> str:
        document = documented(server.api_doc)
        return render_template(
            "docs.html", head=HEAD, info=document["info"], groups=_groups(document)
        )


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        family = f"{path.removeprefix(V1)}/".replace("/clusters/{cluster}/", "/").split("/")[1]
        family = family or "clusters"
        for method, operation in methods.items():
            groups.setdefault(family, []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "parameters": operation.get("parameters", []),
                    "body": "requestBody" in operation,
                    "statuses": sorted(operation.get("responses", {})),
                }
            )
    return groups
