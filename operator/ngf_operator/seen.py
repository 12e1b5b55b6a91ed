"""What was seen of the cluster: the objects that builders read, in memory, from watches."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from ngf_operator import names
from ngf_operator.managers import set_by_others
from ngf_operator.reads import merged
from ngf_operator.served import Served
from ngf_operator.wanting import CHILDREN, Obj, Reads

Place = tuple[str, str]
"""Namespace ("" for none) and name."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """One object, whatever the version."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else self.text

    @property
    def place(self) -> tuple[str, str, str]:
        """Kind, namespace and name: its key in a status."""
        return self.kind, self.namespace, self.name

    @property
    def text(self) -> str:
        """Kind and name."""
        return f"{self.kind} {self.name}"

    def seen_from(self, home: str) -> str:
        """How sentences about a parent in the namespace ``home`` name it: who reads them may see no
        other namespace."""
        return self.text if self.namespace in ("", home) else f"{self.kind} of another namespace"


@dataclass(frozen=True, slots=True, order=True)
class Parent:
    """A bundle, stack or publication."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}"

    @classmethod
    def of(cls, obj: Obj) -> "Parent":
        """The key of a parent object."""
        return cls(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"])


def ref_of(obj: Obj) -> Ref:
    """The key of an object."""
    group = obj["apiVersion"].rpartition("/")[0]
    about = obj["metadata"]
    return Ref(group, obj["kind"], about.get("namespace", ""), about["name"])


def owner_of(obj: Obj) -> Parent | None:
    """The parent that a child names as its own. What another controller made of a child may carry
    the same annotations (KEDA copies those of a ScaledObject), and is that controller's."""
    about = obj["metadata"]
    for each in about.get("ownerReferences") or ():
        if each.get("controller") and each["kind"] not in names.LABELS:
            return None
    said = (about.get("annotations") or {}).get(names.OWNER, "")
    parts = said.split("/")
    return Parent(*parts) if len(parts) == 3 else None


def version_of(obj: Obj) -> int:
    """Its resourceVersion, which grows with every change; 0 where there is none."""
    text = str(obj["metadata"].get("resourceVersion", ""))
    return int(text) if text.isdecimal() else 0


def lean(obj: Obj) -> Obj:
    """The object without what nobody reads."""
    about = obj["metadata"]
    about.pop("managedFields", None)
    (about.get("annotations") or {}).pop("kubectl.kubernetes.io/last-applied-configuration", None)
    return obj


@dataclass(slots=True)
class Shelf:
    """The objects of one ``Reads``, and the version that they are of.

    ``touched`` are the children among them whose content others have set a field of, ``denied``
    says what the account may not do.
    """

    reads: Reads
    objects: dict[Place, Obj] = field(default_factory=dict)
    touched: set[Place] = field(default_factory=set)
    since: str = ""
    denied: str = ""

    @property
    def version(self) -> int:
        """Up to which every change is known; 0 while that is not known."""
        return int(self.since) if self.since.isdecimal() else 0


class Seen:
    """Every shelf, and whose child each object is."""

    def __init__(self, served: Served, reads: Iterable[Reads]) -> None:
        self._served = served
        self.shelves = [Shelf(each) for each in merged(reads)]
        self._of_kind: dict[tuple[str, str], list[Shelf]] = defaultdict(list)
        for shelf in self.shelves:
            self._of_kind[shelf.reads.group, shelf.reads.kind].append(shelf)
        self._children: dict[Parent, set[Ref]] = defaultdict(set)

    def served(self, group: str, kind: str) -> str | None:
        """The apiVersion that is best among those that builders speak and the server serves."""
        for shelf in self._of_kind.get((group, kind), ()):
            if found := self._served.find(group, kind, shelf.reads.versions):
                return found.api_version
        return None

    def get(self, group: str, kind: str, namespace: str, name: str) -> Obj | None:
        """One object."""
        for shelf in self._of_kind.get((group, kind), ()):
            if found := shelf.objects.get((namespace, name)):
                return found
        return None

    def all(
        self, group: str, kind: str, namespace: str | None = None, labels: str = ""
    ) -> Iterator[Obj]:
        """The objects of a kind, of one namespace or of all, or of one selector; each once."""
        given: set[Place] = set()
        for shelf in self._of_kind.get((group, kind), ()):
            if labels not in ("", shelf.reads.labels):
                continue
            for place, obj in shelf.objects.items():
                if place not in given and namespace in (None, place[0]):
                    yield obj
            given.update(shelf.objects)

    def denied(self, group: str, kind: str) -> str:
        """What the account may not do with a kind, as a phrase; "" when all is allowed."""
        for shelf in self._of_kind.get((group, kind), ()):
            if shelf.denied:
                return shelf.denied
        return ""

    def touched(self, ref: Ref) -> bool:
        """Whether others have set a field of the content of a child."""
        shelves = self._of_kind.get((ref.group, ref.kind), ())
        return any((ref.namespace, ref.name) in shelf.touched for shelf in shelves)

    def children(self, parent: Parent) -> list[Obj]:
        """The live objects that name this parent as theirs."""
        found = (self.get(*_parts(ref)) for ref in sorted(self._children.get(parent, ())))
        return [obj for obj in found if obj and owner_of(obj) == parent]

    def parents(self) -> list[Parent]:
        """Every parent that a live object names."""
        return [parent for parent, children in self._children.items() if children]

    def put(self, shelf: Shelf, obj: Obj) -> bool:
        """Remember an object unless a newer one is known. True when that is news."""
        place = place_of(obj)
        known = shelf.objects.get(place)
        if known and version_of(known) > version_of(obj):
            return False
        shelf.touched.discard(place)
        if shelf.reads.labels == CHILDREN and set_by_others(obj):
            shelf.touched.add(place)
        kept = lean(shelf.reads.keep(obj))
        shelf.objects[place] = kept
        self._index(kept)
        return known is None or not same(known, kept)

    def drop(self, shelf: Shelf, obj: Obj) -> bool:
        """Forget an object unless a newer one is known. True when it was known."""
        place = place_of(obj)
        known = shelf.objects.get(place)
        if known is None or version_of(known) > version_of(obj):
            return False
        del shelf.objects[place]
        shelf.touched.discard(place)
        if (owner := owner_of(known)) and self.get(*_parts(ref_of(known))) is None:
            self._children[owner].discard(ref_of(known))
        return True

    def only(self, shelf: Shelf, listed: set[Place], version: int) -> list[Obj]:
        """Forget what a list of that version did not name; what was forgotten."""
        gone = [
            obj
            for place, obj in shelf.objects.items()
            if place not in listed and version_of(obj) <= version
        ]
        for obj in gone:
            self.drop(shelf, obj)
        return gone

    def remember(self, obj: Obj) -> None:
        """What the server answered to our own write, which the watches tell later. Where one told
        it before the answer came, it may have told also that the object is gone."""
        ref, labels = ref_of(obj), obj["metadata"].get("labels") or {}
        ours = labels.get(names.MANAGED_BY) == names.MANAGED_BY_US
        for shelf in self._of_kind.get((ref.group, ref.kind), ()):
            concerned = shelf.reads.labels == "" or (ours and shelf.reads.labels == CHILDREN)
            if concerned and version_of(obj) > shelf.version:
                self.put(shelf, obj)

    def _index(self, obj: Obj) -> None:
        if owner := owner_of(obj):
            self._children[owner].add(ref_of(obj))


class Asking:
    """A world that remembers what it was asked, so that only who asked hears of a change."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self.asked: set[Hashable] = set()

    def served(self, group: str, kind: str) -> str | None:
        self.asked.add((group, kind))
        return self._seen.served(group, kind)

    def get(self, group: str, kind: str, namespace: str, name: str) -> Obj | None:
        self.asked.add(Ref(group, kind, namespace, name))
        return self._seen.get(group, kind, namespace, name)

    def all(
        self, group: str, kind: str, namespace: str | None = None, labels: str = ""
    ) -> Iterable[Obj]:
        self.asked.add((group, kind, namespace, labels))
        return self._seen.all(group, kind, namespace, labels)

    def denied(self, group: str, kind: str) -> str:
        self.asked.add((group, kind))
        return self._seen.denied(group, kind)


class Readers:
    """Which parents asked what, and so whom a change concerns."""

    def __init__(self) -> None:
        self._asked: dict[Parent, set[Hashable]] = {}
        self._readers: dict[Hashable, set[Parent]] = defaultdict(set)

    def note(self, parent: Parent, asked: set[Hashable]) -> None:
        """What a parent asked last."""
        for gone in self._asked.pop(parent, set()) - asked:
            self._readers[gone].discard(parent)
            if not self._readers[gone]:
                del self._readers[gone]
        for each in asked:
            self._readers[each].add(parent)
        if asked:
            self._asked[parent] = asked

    def add(self, parent: Parent, asked: set[Hashable]) -> None:
        """What a parent has asked as well."""
        self.note(parent, self._asked.get(parent, set()) | asked)

    def of_object(self, ref: Ref, labels: str) -> set[Parent]:
        """Who asked for an object that was heard of by a selector, or for all of its kind, or for
        all of that selector."""
        questions: set[Hashable] = {ref}
        for space, chosen in product((ref.namespace, None), ("", labels)):
            questions.add((ref.group, ref.kind, space, chosen))
        return set().union(*(self._readers.get(each, ()) for each in questions))

    def of_kind(self, group: str, kind: str) -> set[Parent]:
        """Who asked whether a kind is served, or allowed."""
        return set(self._readers.get((group, kind), ()))


def _parts(ref: Ref) -> tuple[str, str, str, str]:
    return ref.group, ref.kind, ref.namespace, ref.name


def place_of(obj: Obj) -> Place:
    """Where it stands on its shelf."""
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def same(one: Obj, other: Obj) -> bool:
    """Whether two states differ in nothing but their version."""
    return _unversioned(one) == _unversioned(other)


def _unversioned(obj: Obj) -> Obj:
    return {**obj, "metadata": {**obj["metadata"], "resourceVersion": ""}}
