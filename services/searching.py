"""Search over the objects of the fleet: those that may be seen and have all words in their text.

The texts of one kind on one cluster are kept as one, made when the kind changed there. Looking for
words costs reading that, and for each object that has them what it takes to put it in its place.
"""

import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, chain
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from services.auth.identity import Identity
from services.certificates.certificates import Certificates
from services.certificates.holding import holding
from services.certificates.managed import managed
from services.clusters.fleet import Cluster, Fleet
from services.entries import Entries, Key
from services.filtering import Entry
from services.gatewayapi.model.names import Object
from services.gatewayapi.policies.kinds import ALL, PolicyKind
from services.gatewayapi.policies.reading import targets

Hits = list[dict[str, Any]]
Words = Sequence[str]
_SAID = 2
"""How many reasons a hit names."""
_OF_EACH = 4
"""How many of a kind no other kind crowds out."""


@dataclass(frozen=True, slots=True)
class Known:
    """One object: the ``text`` in folded case that it is found by, and ``reasons``, what somebody
    may have meant who did not ask for its name: hosts, the target of a policy."""

    obj: Object
    kind: str
    namespace: str
    name: str
    text: str
    reasons: Words
    labels: Words


Hit = tuple[tuple[int, str, str, str], Known]
"""An object with its place: how near it is, its name, cluster and namespace."""


class Texts:
    """What is known of the objects of a kind, ``made_of`` what stays while none changes."""

    def __init__(self, made_of: object, known: Mapping[Key, Known]) -> None:
        self.made_of = made_of
        self.known = known
        self._listed = list(known.values())
        self._whole = "\n".join(one.text for one in self._listed)
        self._ends = list(accumulate(len(one.text) + 1 for one in self._listed))

    def having(self, words: Words) -> Iterator[Known]:
        """Those with all words; there is at least one, and none has a space in it."""
        longest = max(words, key=len)
        at = self._whole.find(longest)
        while at >= 0:
            index = bisect_right(self._ends, at)
            one = self._listed[index]
            if all(word in one.text for word in words):
                yield one
            at = self._whole.find(longest, self._ends[index])


class Search:
    """``entries`` are the lists of Gateway API kinds, whose rows are made as clusters change.

    Policies and certificates are found by what they say themselves: their own rows speak of the
    whole cluster, and would be made anew for whatever changes there.
    """

    def __init__(
        self, fleet: Fleet, entries: Mapping[str, Entries], certificates: Certificates
    ) -> None:
        self._fleet = fleet
        self._entries = entries
        self._certificates = certificates
        self._texts: WeakKeyDictionary[Cluster, dict[str, Texts]] = WeakKeyDictionary()

    def find(self, who: Identity, text: str, limit: int = 20) -> Hits:
        """At most ``limit`` objects: those whose name begins with the first word, then those with
        all words in namespace and name, then in anything that is said of them, then those with a
        wildcard for the host that was asked for; each by name. Where there are more, the first
        `_OF_EACH` of every kind are among them. ``why`` is what was found of an object that was
        not found by its name."""
        words = text.casefold().split()
        found: dict[str, list[Hit]] = defaultdict(list)
        for cluster in self._fleet.clusters(who) if words else ():
            for texts in self._of(cluster):
                for near, one in _nearness(texts, words):
                    if who.may_see(cluster.name, one.namespace or None):
                        place = (near, one.name, cluster.name, one.namespace)
                        found[one.kind].append((place, one))
        return [_told(place[2], one, words, place[0]) for place, one in _first(found, limit)]

    def _of(self, cluster: Cluster) -> Iterator[Texts]:
        kept = self._texts.setdefault(cluster, {})
        for kind, entries in self._entries.items():
            held = entries.of(cluster, entries.shape.snapshot(cluster))
            if kind not in kept or kept[kind].made_of is not held:
                found = held.entries
                kept[kind] = Texts(held, {key: _listed(one) for key, one in found.items()})
            yield kept[kind]
        for policy in ALL:
            objects = cluster.snapshot(policy.name).objects
            yield _read(kept, policy.name, objects, partial(_policy, policy))
        yield _read(kept, "secrets", self._certificates.held(cluster), _certificate)


def _read(
    kept: dict[str, Texts],
    kind: str,
    objects: Mapping[Key, Object],
    known: Callable[[Object], Known],
) -> Texts:
    """The texts of ``objects``; only those of changed ones are made anew."""
    before = kept.get(kind)
    if before is None or before.made_of is not objects:
        old = before.known if before else {}
        made = {
            key: old[key] if key in old and old[key].obj is obj else known(obj)
            for key, obj in objects.items()
        }
        before = kept[kind] = Texts(objects, made)
    return before


def _listed(entry: Entry) -> Known:
    hosts = entry.row.get("hostnames") or entry.row.get("hosts") or []
    return _known(entry.obj, entry.kind, [entry.text], hosts)


def _policy(kind: PolicyKind, obj: Object) -> Known:
    aims = [f"{one.ref.kind} {one.ref.name}" for one in targets(obj)]
    return _known(obj, kind.name, [kind.kind, *aims], [f"for {one}" for one in aims])


def _certificate(obj: Object) -> Known:
    if obj.get("kind") == "Certificate":
        names = managed(obj).names
        return _known(obj, "certificates", names, names)
    held = holding(obj)
    leaf = held.leaf if held else None
    about = [*leaf.names, leaf.common_name, leaf.issuer_name] if leaf else []
    kind = "configmaps" if obj.get("kind") == "ConfigMap" else "secrets"
    return _known(obj, kind, about, leaf.names if leaf else ())


def _known(obj: Object, kind: str, texts: Words, reasons: Words) -> Known:
    metadata = obj["metadata"]
    labels = [f"{key}={value}" for key, value in (metadata.get("labels") or {}).items()]
    namespace, name = metadata.get("namespace", ""), metadata["name"]
    text = " ".join((namespace, name, *texts, *labels)).casefold()
    return Known(obj, kind, namespace, name, text, reasons, labels)


def _first(found: Mapping[str, Sequence[Hit]], limit: int) -> Sequence[Hit]:
    best = [heapq.nsmallest(limit, hits, _in_order) for hits in found.values()]
    certain = heapq.nsmallest(limit, chain(*(hits[:_OF_EACH] for hits in best)), _in_order)
    rest = chain(*(hits[_OF_EACH:] for hits in best))
    return sorted(
        (*certain, *heapq.nsmallest(limit - len(certain), rest, _in_order)), key=_in_order
    )


_in_order = itemgetter(0)


def _told(cluster: str, one: Known, words: Words, near: int) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "cluster": cluster,
        "namespace": one.namespace,
        "name": one.name,
        "why": _why(one, words) if near >= _BY_TEXT else "",
    }


_BY_NAME, _BY_PLACE, _BY_TEXT, _BY_WILDCARD = range(4)


def _nearness(texts: Texts, words: Words) -> Iterator[tuple[int, Known]]:
    """Those that have the words, or a wildcard for the one host that they are."""
    for one in texts.having(words):
        place = f"{one.namespace}/{one.name}".casefold()
        if not all(word in place for word in words):
            yield _BY_TEXT, one
        else:
            yield (_BY_NAME if one.name.casefold().startswith(words[0]) else _BY_PLACE), one
    if wildcard := _wildcard(words):
        for one in texts.having([wildcard]):
            if words[0] not in one.text:
                yield _BY_WILDCARD, one


def _wildcard(words: Words) -> str:
    """The wildcard for a host of three labels or more; "" for anything else."""
    _, _, parent = words[0].partition(".")
    return f"*.{parent}" if len(words) == 1 and "." in parent.strip(".") else ""


def _why(one: Known, words: Words) -> str:
    """The reasons and labels that have a word or its wildcard, else the first reasons."""
    wanted = [*words, *filter(None, [_wildcard(words)])]
    fitting = [
        said
        for said in (*one.reasons, *one.labels)
        if any(word in said.casefold() for word in wanted)
    ]
    return ", ".join((fitting or list(one.reasons))[:_SAID])
