"""REST of certificates: lists, one in full, and the ways of a TLS Secret onto a cluster and off it.

A private key comes in with an upload and goes to the cluster. No answer has one.
"""

from dataclasses import replace
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.certificate_models import (
    CertificateList,
    CertificateRead,
    CsrAnswer,
    CsrBody,
    RenewBody,
    UploadBody,
    item,
    whole,
)
from api.conditions import BasedOn, Seen, marked
from api.guard import current_identity, requires
from api.lists import ListParams, fingerprint, page_answer
from api.openapi import V1, Tree, answer, blueprint, cluster_of, in_both_trees
from api.writes import (
    CreateAnswer,
    DeleteAnswer,
    PlanAnswer,
    UpdateAnswer,
    WriteParams,
    plan_body,
    said,
    stored,
)
from services.auth.identity import Role
from services.certificates.storing import Manner, Upload
from services.container import Container
from services.kube.changes import Applied, Plan
from services.kube.deletion import outcome
from services.listing import ListQuery


class NamedCertificate(Tree):
    """One object with certificates; its namespace is a parameter."""

    name: str = Field(description="Name of the Secret")


class CertificateListParams(ListParams):
    """What the list can be asked beside the common."""

    issuer: str = Field("", description="Names of issuers, comma separated")
    holder: str = Field(
        "",
        description="TLS Secret, Secret, Authority, ConfigMap or cert-manager; comma separated",
    )

    def asked(self, clusters: tuple[str, ...] | None) -> ListQuery:
        """The service's question."""
        query = self.query(clusters)
        chosen = {
            name: tuple(filter(None, getattr(self, name).split(",")))
            for name in ("issuer", "holder")
        }
        filters = {**query.filters, **{name: values for name, values in chosen.items() if values}}
        return replace(query, filters=filters)


class FleetCertificateParams(CertificateListParams):
    """The list over several clusters."""

    cluster: str = Field("", description="Clusters, comma separated; empty: all")


class CertificateWhere(BaseModel):
    """Where an object is."""

    namespace: str = Field("default", description="Namespace of the object")
    kind: str = Field("secrets", description="secrets, configmaps, or certificates of cert-manager")


class CertificateChangeParams(WriteParams):
    """How a TLS Secret is changed."""

    namespace: str = Field("default", description="Namespace of the Secret")


class CertificateDeleteParams(CertificateChangeParams):
    """How a TLS Secret is deleted."""

    confirm_used: bool = Field(
        False, alias="confirmUsed", description="Delete it although listeners or policies use it"
    )


def register(server: OpenAPI, container: Container) -> None:
    """Add both trees and the fleet-wide list."""
    fleet, certificates, storing = container.fleet, container.certificates, container.storing

    def where(path: Tree) -> str:
        return fleet.visible(current_identity(), cluster_of(path, fleet)).name

    def list_certificates(path: Tree, query: CertificateListParams, header: Seen) -> Response:
        """List certificates: TLS Secrets, other Secrets with some, authorities, cert-manager's."""
        page = certificates.list(current_identity(), "", query.asked((where(path),)))
        return page_answer(page, [item(row) for row in page.items], header)

    def list_expiring_certificates(
        path: Tree, query: CertificateListParams, header: Seen
    ) -> Response:
        """List certificates that end within 30 days or have ended, the first to end first."""
        page = certificates.expiring(current_identity(), query.asked((where(path),)))
        items = [item(row) for row in page.items]
        body = {
            "items": items,
            "total": page.total,
            "as_of": page.as_of.isoformat() if page.as_of else None,
            "clusters_missing": page.clusters_missing,
        }
        etag = fingerprint([items, page.total, page.clusters_missing])
        return marked(answer(body), etag, header)

    def get_certificate(path: NamedCertificate, query: CertificateWhere, header: Seen) -> Response:
        """One object with certificates: chain, names, users, findings. The ETag is its version."""
        found = certificates.detail(
            current_identity(), where(path), query.namespace, path.name, query.kind
        )
        return marked(answer(whole(found)), fingerprint(whole(found)), header)

    def done(made: Plan | Applied, path: Tree, status: int) -> Response:
        if isinstance(made, Plan):
            return answer(plan_body(made, container.impacts))
        found = certificates.told(current_identity(), where(path), "secrets", stored(made))
        return answer(whole(found), status, said(made))

    def manner(query: WriteParams, version: str = "") -> Manner:
        return Manner(query.reason, query.confirm_owned, version)

    @requires(Role.OPERATOR)
    def create_certificate(path: Tree, query: WriteParams, body: UploadBody) -> Response:
        """Store a chain with its key as a TLS Secret. The key is in no answer and no record."""
        made = storing.upload(
            current_identity(),
            where(path),
            body.namespace,
            body.name,
            _upload(body),
            manner(query),
            dry_run=query.dry_run,
        )
        return done(made, path, 201)

    @requires(Role.OPERATOR)
    def request_certificate(path: Tree, query: WriteParams, body: CsrBody) -> Response:
        """Make a key and a certificate request. The key goes into a TLS Secret that waits for its
        certificate, the answer has the request."""
        asked, made = storing.request(
            current_identity(),
            where(path),
            body.namespace,
            body.name,
            body.hosts,
            manner(query),
            common_name=body.commonName,
            algorithm=body.algorithm,
            dry_run=query.dry_run,
        )
        if isinstance(made, Plan):
            return answer(plan_body(made, container.impacts))
        told = {"name": body.name, "namespace": body.namespace, "csr": asked}
        return answer(told, 201, said(made))

    @requires(Role.OPERATOR)
    def replace_certificate(
        path: NamedCertificate, query: CertificateChangeParams, header: BasedOn, body: RenewBody
    ) -> Response:
        """Renew a TLS Secret, or complete a request: the chain, with its key where that is new."""
        made = storing.renew(
            current_identity(),
            where(path),
            query.namespace,
            path.name,
            _upload(body),
            manner(query, header.version(body.resourceVersion or "")),
            dry_run=query.dry_run,
        )
        return done(made, path, 200)

    @requires(Role.OPERATOR)
    def delete_certificate(
        path: NamedCertificate, query: CertificateDeleteParams, header: BasedOn
    ) -> Response:
        """Delete a TLS Secret; other Secrets are refused. 409 names its users until confirmed."""
        made = storing.delete(
            current_identity(),
            where(path),
            query.namespace,
            path.name,
            manner(query, header.version()),
            confirm_used=query.confirm_used,
            dry_run=query.dry_run,
        )
        if isinstance(made, Plan):
            return answer(plan_body(made, container.impacts))
        body = {"message": outcome(made.object), "name": path.name, "namespace": query.namespace}
        return answer(body, 200, said(made))

    listed: dict[str, Any] = {"responses": {"200": CertificateList, "304": None}}
    in_both_trees(
        server,
        "certificates",
        [
            ("get", "/certificates", list_certificates, listed),
            ("get", "/certificates/expiring", list_expiring_certificates, listed),
            (
                "get",
                "/certificates/<name>",
                get_certificate,
                {"responses": {"200": CertificateRead, "304": None}},
            ),
            (
                "post",
                "/certificates",
                create_certificate,
                {"responses": {"201": CreateAnswer, "200": PlanAnswer}},
            ),
            (
                "post",
                "/certificates/csr",
                request_certificate,
                {"responses": {"201": CsrAnswer, "200": PlanAnswer}},
            ),
            (
                "put",
                "/certificates/<name>",
                replace_certificate,
                {"responses": {"200": UpdateAnswer}},
            ),
            (
                "delete",
                "/certificates/<name>",
                delete_certificate,
                {"responses": {"200": DeleteAnswer}},
            ),
        ],
    )
    server.register_api(_fleet_wide(container, listed))


def _fleet_wide(container: Container, listed: dict[str, Any]) -> Any:
    group = blueprint("global-certificates", f"{V1}/global")

    @group.get("/certificates", operation_id="list_all_certificates", **listed)
    def certificates(query: FleetCertificateParams, header: Seen) -> Response:
        """Certificates of the whole fleet."""
        who = current_identity()
        names = filter(None, query.cluster.split(","))
        chosen = tuple(container.fleet.visible(who, name).name for name in names)
        page = container.certificates.list(who, "", query.asked(chosen or None))
        items = [
            {
                "clusterName": row["cluster"],
                "clusterRegion": page.asked[row["cluster"]].place["region"],
                "certificate": item(row),
            }
            for row in page.items
        ]
        return page_answer(page, items, header)

    return group


def _upload(body: UploadBody | RenewBody) -> Upload:
    return Upload(
        certificate=body.certificate,
        key=body.key.get_secret_value() if body.key else "",
        authorities=body.ca,
        confirm_expired=body.confirmExpired,
        reorder=body.reorder,
    )
