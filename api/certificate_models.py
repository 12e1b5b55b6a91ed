"""What REST takes and tells of certificates."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.lists import MissingCluster
from api.openapi import Time, with_headers

NAME = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
NAMESPACE = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _Chain(_Body):
    certificate: str = Field(
        max_length=65536, description="PEM: the server's certificate, then its issuers in order"
    )
    ca: str = Field("", max_length=65536, description="PEM of authorities, stored as ca.crt")
    confirmExpired: bool = Field(False, description="Store it although it has expired")
    reorder: bool = Field(False, description="Put the certificates into order first")


class UploadBody(_Chain):
    """A chain and its key."""

    name: str = Field(pattern=NAME, description="Name of the new Secret")
    namespace: str = Field("default", pattern=NAMESPACE, description="Its namespace")
    key: SecretStr = Field(
        max_length=65536, description="PEM of the private key, not encrypted; never told again"
    )


class RenewBody(_Chain):
    """Another chain for a TLS Secret."""

    key: SecretStr | None = Field(
        None,
        max_length=65536,
        description="PEM of its private key; without it the certificate must belong to the key"
        " that is there, which is not read: the request or the certificate there tells",
    )
    resourceVersion: str | None = Field(None, description="The version it is based on")


class CsrBody(_Body):
    """What a certificate is requested for."""

    name: str = Field(pattern=NAME, description="Name of the new Secret")
    namespace: str = Field("default", pattern=NAMESPACE, description="Its namespace")
    hosts: list[str] = Field(min_length=1, max_length=100, description="DNS names and addresses")
    commonName: str = Field("", max_length=64, description="Common name of the subject")
    algorithm: Literal[
        "ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519"
    ] = Field("ecdsa-p256", description="Of the private key that is made")


class CsrAnswer(BaseModel):
    """The request to have signed."""

    model_config = with_headers("ETag", "X-Audit-Id")

    name: str
    namespace: str
    csr: str = Field(description="PKCS #10 in PEM")


class CertificateList(BaseModel):
    """A page of certificates."""

    model_config = with_headers("ETag")

    items: list[dict[str, Any]]
    total: int = Field(description="Objects after filters")
    as_of: Time | None = Field(description="Until when the items are known to be true, UTC")
    clusters_missing: list[MissingCluster]


class CertificateRead(BaseModel):
    """One object with certificates; further fields as in lists."""

    model_config = with_headers("ETag", extra="allow")

    name: str
    namespace: str
    domains: list[str] = Field(description="DNS names, addresses and URIs it may be served for")
    daysLeft: int | None = Field(
        description="Whole days to its end, negative once ended; null where it cannot be read"
    )
    chain: list[dict[str, Any]] = Field(description="Every certificate, in the order of the text")
    usedBy: list[dict[str, Any]] = Field(description="Listeners with hosts and routes, policies")
    findings: list[dict[str, Any]]


def item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a list."""
    return {
        "name": row["name"],
        "namespace": row["namespace"],
        "kind": row["kind_name"],
        "holder": row["holder"],
        "status": row["status"],
        "statusText": row["status_word"],
        "reason": row["reason"],
        "message": row["message"],
        "domains": row["hosts"],
        "subject": row["subject"],
        "issuer": row["issuer"],
        "notBefore": row["not_before"],
        "notAfter": row["not_after"],
        "daysLeft": row["days"],
        "daysLeftReason": row["days_reason"],
        "keyType": row["key"],
        "fingerprint": row["fingerprint"],
        "managedBy": row["managed_by"],
        "pending": row["pending"],
        "createdAt": row["created"],
        "users": row.get("used_by", []),
        "usersHidden": row.get("used_hidden", 0),
    }


def whole(found: Mapping[str, Any]) -> dict[str, Any]:
    """One object in full."""
    metadata = found["object"]["metadata"]
    users = list(
        dict.fromkeys(
            "/".join(filter(None, (one["namespace"], one["name"], one["listener"])))
            for one in found["used_by"]
        )
    )
    return {
        **item({**found, "used_by": users}),
        "labels": metadata.get("labels") or {},
        "resourceVersion": metadata.get("resourceVersion"),
        "field": found["field"],
        "problem": found["problem"],
        "chain": found["chain"],
        "chainState": found["chain_state"],
        "chainMessage": found["chain_message"],
        "authorities": found["authorities"],
        "others": found["others"],
        "pem": found["pem"],
        "csr": found["request"],
        "keyMatch": found["key_match"],
        "usedBy": found["used_by"],
        "otherUsers": found["other_users"],
        "findings": [
            {
                "severity": one.severity,
                "kind": one.ref.kind,
                "namespace": one.ref.namespace,
                "name": one.ref.name,
                "field": one.field,
                "reason": one.reason,
                "message": one.message,
                "section": one.section,
                "remedy": one.remedy,
            }
            for one in found["findings"]
        ],
        "renewal": found["renewal"],
        "asOf": found["as_of"],
    }
