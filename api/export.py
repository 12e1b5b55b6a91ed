"""REST of exports: the rows of a dataset as a file, of the fleet or of one cluster."""

from typing import Annotated, Any

from flask import Response, request
from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field, StringConstraints

from api.guard import current_identity
from api.openapi import CLUSTER, V1, blueprint
from api.tables import HEADERS, tell
from api.wire import wait_at_most
from services.container import Container
from services.telemetry.datasets import DATASETS, FILTERS
from services.telemetry.export import MOST, Asked, File
from services.telemetry.export_formats import CONTENT_TYPES, FORMATS, Format
from services.telemetry.windows import RULE, Window

STUCK_S = 60
"""A client that has not taken a slice after so long is cut off: its export holds a place."""

Value = Annotated[str, StringConstraints(max_length=500)]


class ExportPath(BaseModel):
    """What is exported."""

    dataset: str = Field(description=", ".join(DATASETS))


class ExportPathOfCluster(ExportPath):
    """What is exported of one cluster."""

    cluster: str = Field(description="Cluster")


class ExportParams(BaseModel):
    """Which rows, and how they are written. A dataset has some of the filters; empty: all."""

    range: str = Field("1h", max_length=80, description=f"It {RULE}")
    format: Format = Field("json", description=", ".join(FORMATS))
    limit: int | None = Field(None, ge=1, le=MOST, description="Only so many, the newest")
    namespace: Value = ""
    gateway: Value = Field("", description="Name, or namespace/name")
    route: Value = Field("", description="namespace/name")
    host: Value = ""
    method: Value = ""
    status: Value = Field("", description="A code such as 502, or a class such as 5xx")
    upstream: Value = ""
    pool: Value = Field("", description="Name, or namespace/name")
    model: Value = ""
    pod: Value = ""
    node: Value = ""
    source: Value = ""
    picker: Value = ""
    outcome: Value = Field("", description="handled, refused or dropped")
    target: Value = Field("", description="Name of what is scaled")
    kind: Value = ""
    request_id: Value = ""
    trace_id: Value = ""


class FleetExportParams(ExportParams):
    """Which rows of the fleet."""

    cluster: str = Field("", description="Clusters, comma separated; empty: all")


FILE: dict[str, Any] = {
    "responses": {
        "200": {
            "description": "The file",
            "headers": {
                "Content-Disposition": {
                    "description": "Its name",
                    "schema": {"type": "string"},
                },
                **{
                    name: {"description": text, "schema": {"type": "string"}}
                    for name, text in HEADERS.items()
                },
            },
            "content": {
                kind: {"schema": {"type": "array", "items": {"type": "object"}}}
                if kind == "application/json"
                else {"schema": {"type": "string", "format": "binary"}}
                for kind in CONTENT_TYPES.values()
            },
        }
    }
}


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/export/{dataset}`` for the whole fleet and below each cluster."""
    fleet, one = blueprint("export", V1), blueprint("export-cluster", CLUSTER)

    def export(path: ExportPath, query: ExportParams, clusters: tuple[str, ...]) -> Response:
        given = query.model_dump(include=set(FILTERS))
        asked = Asked(
            path.dataset,
            Window.parse(query.range),
            query.format,
            clusters,
            query.namespace,
            {name: value for name, value in given.items() if value},
            query.limit,
        )
        return _sent(container.exports.file(current_identity(), asked))

    @fleet.get("/export/<dataset>", operation_id="export", **FILE)
    def export_fleet(path: ExportPath, query: FleetExportParams) -> Response:
        """Rows of a dataset as Arrow, Parquet, CSV or JSON."""
        names = tuple(filter(None, query.cluster.split(",")))
        return export(path, query, names)

    @one.get("/export/<dataset>", operation_id="export_on_cluster", **FILE)
    def export_on_cluster(path: ExportPathOfCluster, query: ExportParams) -> Response:
        """Rows of a dataset of one cluster as Arrow, Parquet, CSV or JSON."""
        return export(path, query, (path.cluster,))

    server.register_api(fleet)
    server.register_api(one)


def _sent(file: File) -> Response:
    wait_at_most(request.environ, STUCK_S)
    response = Response(file.parts, content_type=file.content_type)
    response.call_on_close(file.close)
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    response.headers["Cache-Control"] = "private, no-store"
    tell(response, file.facts)
    return response
