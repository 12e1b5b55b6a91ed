"""Which rows of a list pass: words, labels, namespace, and filters by what a row says.

A filter names values to keep; one with ``!`` in front is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.clusters.fleet import Cluster
from services.kube.labels import selector

PLACES = ("environment", "region")
"""Filters that choose clusters, and through them rows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object, its row and its searchable text in folded case; ``kind`` is its plural."""

    obj: Mapping[str, Any]
    row: dict[str, Any]
    text: str
    kind: str


def matcher(
    namespace: str | None, labels: str, search: str, filters: Mapping[str, Iterable[str]]
) -> Callable[[Entry, str], bool]:
    """Whether an entry with a status passes namespace, words, labels and filters."""
    checks: list[Callable[[Entry, str], bool]] = []
    if namespace:
        checks.append(lambda entry, _: entry.row["namespace"] == namespace)
    for word in search.casefold().split():
        checks.append(partial(_has, word))
    if labels.strip():
        selects = selector(labels)
        checks.append(lambda entry, _: selects(entry.obj["metadata"].get("labels") or {}))
    for name, values in filters.items():
        if name not in PLACES:
            checks.append(partial(_passes, name, accepts(values)))
    return lambda entry, status: all(check(entry, status) for check in checks)


def _has(word: str, entry: Entry, _status: str) -> bool:
    return word in entry.text


def _passes(
    name: str, accepted: Callable[[Iterable[str]], bool], entry: Entry, status: str
) -> bool:
    return accepted(values_of(name, None, entry, status))


def values_of(name: str, cluster: Cluster | None, entry: Entry, status: str) -> list[str]:
    """What a filter compares: the status, the place of the cluster, or a field of the row."""
    if name == "status":
        return [status]
    value = cluster.place[name] if cluster and name in PLACES else entry.row.get(name)
    return list(filter(None, value if isinstance(value, list) else [value]))


def accepts(values: Iterable[str]) -> Callable[[Iterable[str]], bool]:
    """A test of texts: one of those wanted, none of those with ``!`` in front."""
    wanted = {value for value in values if not value.startswith("!")}
    refused = {value[1:] for value in values if value.startswith("!")}
    return lambda texts: refused.isdisjoint(texts) and (not wanted or not wanted.isdisjoint(texts))
