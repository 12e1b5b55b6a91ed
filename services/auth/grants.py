"""What a claim of the identity provider is worth: a role, within limits where some are given."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from services.auth import names
from services.auth.identity import Role
from services.errors import Invalid


class Grant(BaseModel):
    """A role; ``clusters`` and ``namespaces`` limit it, None does not. A mere role will do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    clusters: frozenset[str] | None = None
    namespaces: frozenset[str] | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_role(cls, value: Any) -> Any:
        return {"role": value} if isinstance(value, str) else value

    @field_validator("role", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        if value not in list(Role):
            raise ValueError(f"must be viewer, operator or admin, not {value!r}")
        return value

    @field_validator("clusters", "namespaces")
    @classmethod
    def _names(cls, value: frozenset[str] | None, info: ValidationInfo) -> frozenset[str] | None:
        try:
            return names.limits(str(info.field_name), value)
        except Invalid as error:
            raise ValueError(error.message) from error


def strongest(grants: Iterable[Grant]) -> Grant:
    """The strongest role given, within the limits of all that give it; at least one is needed.

    Weaker roles do not count, also where they would reach further: an identity has one role.
    """
    given = list(grants)
    role = max((grant.role for grant in given), key=lambda role: role.rank)
    same = [grant for grant in given if grant.role is role]
    return Grant(
        role=role,
        clusters=_union(grant.clusters for grant in same),
        namespaces=_union(grant.namespaces for grant in same),
    )


def _union(limits: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found = list(limits)
    return None if None in found else frozenset().union(*filter(None, found))
