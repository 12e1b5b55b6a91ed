"""A fleet from a YAML file (``--clusters-config``).

::

    clusters:
      - name: production            # required; letters, digits and dashes
        displayName: Production
        kubeconfig: prod.kubeconfig # required; relative to this file
        context: admin@prod         # otherwise the kubeconfig's current context
        region: eu-central-1
        environment: production
        labels: {team: web}
        default: true               # at most one; otherwise the first entry

The file itself must be right or the console does not start. A kubeconfig that it names may be
missing or broken: that cluster is then shown with the reason, and works as soon as it is mended.
"""

import os
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from services import yaml_text
from services.clusters.fleet import Fleet, Member
from services.clusters.joining import broken_name
from services.errors import Invalid
from services.kube.connection import Connection


def _name(text: str) -> str:
    if rule := broken_name(text):
        raise ValueError(rule)
    return text


class Entry(BaseModel):
    """One cluster of the file."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True)

    name: Annotated[str, AfterValidator(_name)]
    kubeconfig: Annotated[str, Field(min_length=1)]
    display_name: str = ""
    context: str = ""
    region: str = ""
    environment: str = ""
    labels: dict[str, str] = {}
    default: bool = False


class File(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    clusters: Annotated[list[Entry], Field(min_length=1)]


def from_file(path: Path, default: str = "", *, allow_http: bool = False) -> Fleet:
    """The fleet that the file describes; ``default`` names another default than it does.

    Raises Invalid with every field that is wrong.
    """
    entries = read(path)
    flagged = any(entry.default for entry in entries)
    members = [
        Member(
            name=entry.name,
            connect=partial(
                Connection.from_kubeconfig,
                path.parent / os.path.expanduser(entry.kubeconfig),
                entry.context or None,
                allow_http=allow_http,
            ),
            display_name=entry.display_name,
            region=entry.region,
            environment=entry.environment,
            labels=entry.labels,
            default=entry.default or (not flagged and index == 0),
        )
        for index, entry in enumerate(entries)
    ]
    return Fleet(members, default)


def read(path: Path) -> list[Entry]:
    """The checked entries, in the order of the file. Raises Invalid."""
    try:
        content = yaml_text.parse_own(path.read_bytes())
    except OSError as error:
        raise _invalid(path, [("", error.strerror or "unreadable")]) from error
    except ValueError as error:
        raise _invalid(path, [("", str(error))]) from error
    if not isinstance(content, dict):
        raise _invalid(path, [("clusters", "must be a list of clusters")])
    try:
        entries = File.model_validate(content).clusters
    except ValidationError as error:
        raise _invalid(path, [(_where(e["loc"]), _rule(e)) for e in error.errors()]) from error
    problems = [
        ("clusters", f"the name {name!r} is used {count} times")
        for name, count in Counter(entry.name for entry in entries).items()
        if count > 1
    ]
    if sum(entry.default for entry in entries) > 1:
        problems.append(("clusters", "at most one cluster may be the default"))
    if problems:
        raise _invalid(path, problems)
    return entries


def _where(location: tuple[int | str, ...]) -> str:
    """``("clusters", 0, "name")`` to ``clusters[0].name``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _rule(error: Any) -> str:
    if error["type"] != "extra_forbidden":
        return str(error["msg"]).removeprefix("Value error, ")
    fields = (File if len(error["loc"]) == 1 else Entry).model_fields
    known = ", ".join(field.alias or name for name, field in fields.items())
    return f"no such key; there is {known}"


def _invalid(path: Path, problems: list[tuple[str, str]]) -> Invalid:
    return Invalid(
        f"{path}: " + "; ".join(": ".join(filter(None, problem)) for problem in problems),
        fields=[{"field": field, "rule": rule} for field, rule in problems],
    )
