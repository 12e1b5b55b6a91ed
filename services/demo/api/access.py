"""Who calls, and what they may do: bearer tokens and role-based access control.

Rules are read from the Role and ClusterRole objects in the store whenever somebody asks, so that
a binding made with kubectl takes effect at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.demo.api.statuses import Obj
from services.demo.api.store import Store

MASTERS = "system:masters"
AUTHENTICATED = "system:authenticated"


@dataclass(frozen=True)
class User:
    """An authenticated caller."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""

    @property
    def all_groups(self) -> tuple[str, ...]:
        if self is ANONYMOUS or AUTHENTICATED in self.groups:
            return self.groups
        return (*self.groups, AUTHENTICATED)


ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))


@dataclass(frozen=True)
class Question:
    """May this user do that? ``path`` is set for what is not a resource (``/version``)."""

    user: User
    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    def refusal(self) -> str:
        """Why not, in the API server's words."""
        who = f'User "{self.user.name}" cannot {self.verb}'
        if self.path:
            return f'{who} path "{self.path}"'
        what = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        where = f'in the namespace "{self.namespace}"' if self.namespace else "at the cluster scope"
        return f'{who} resource "{what}" in API group "{self.group}" {where}'


@dataclass
class Access:
    """Tokens of one cluster and its rules."""

    store: Store
    tokens: dict[str, User] = field(default_factory=dict)
    expiry: dict[str, datetime] = field(default_factory=dict)

    def authenticate(self, header: str, now: datetime) -> User | None:
        """Who bears the token; nobody in particular without one; None for a wrong one."""
        if not header:
            return ANONYMOUS
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or self.expiry.get(token, now) < now:
            return None
        return self.tokens.get(token)

    def allowed(self, question: Question) -> tuple[bool, str]:
        """The answer and, for yes, the binding that gives it."""
        if MASTERS in question.user.groups:
            return True, ""
        for rules, reason in self.grants(question.user, question.namespace):
            if any(_covers(rule, question) for rule in rules):
                return True, reason
        return False, ""

    def grants(self, user: User, namespace: str) -> Iterator[tuple[list[Obj], str]]:
        """Rule lists that bind ``user`` cluster-wide, then in ``namespace``."""
        bindings = [
            (binding, "ClusterRoleBinding", "")
            for binding in self.store.objects("clusterrolebindings.rbac.authorization.k8s.io")
        ]
        if namespace:
            bindings += [
                (binding, "RoleBinding", namespace)
                for binding in self.store.objects(
                    "rolebindings.rbac.authorization.k8s.io", namespace
                )
            ]
        for binding, kind, where in bindings:
            subject = next(
                (s for s in binding.get("subjects") or () if _is_subject(s, user, where)), None
            )
            if subject is None:
                continue
            reference = binding["roleRef"]
            name = binding["metadata"]["name"] + (f"/{where}" if where else "")
            reason = (
                f'RBAC: allowed by {kind} "{name}" of {reference["kind"]} "{reference["name"]}" '
                f'to {subject["kind"]} "{_subject_name(subject)}"'
            )
            yield self._rules(reference, where), reason

    def _rules(self, reference: Mapping[str, str], namespace: str) -> list[Obj]:
        if reference["kind"] == "ClusterRole":
            key, plural = reference["name"], "clusterroles"
        else:
            key, plural = f"{namespace}/{reference['name']}", "roles"
        role = self.store.get(f"{plural}.rbac.authorization.k8s.io", key) or {}
        return list(role.get("rules") or ())


def _is_subject(subject: Obj, user: User, namespace: str) -> bool:
    kind, name = subject.get("kind"), subject.get("name")
    if kind == "User":
        return name == user.name
    if kind == "Group":
        return name in user.all_groups
    where = subject.get("namespace") or namespace
    return user.name == f"system:serviceaccount:{where}:{name}"


def _subject_name(subject: Obj) -> str:
    if subject.get("kind") == "ServiceAccount":
        return f"{subject['name']}/{subject.get('namespace', '')}"
    return str(subject.get("name"))


def _covers(rule: Obj, question: Question) -> bool:
    verbs = rule.get("verbs") or ()
    if "*" not in verbs and question.verb not in verbs:
        return False
    if question.path:
        return any(_path_matches(url, question.path) for url in rule.get("nonResourceURLs") or ())
    groups = rule.get("apiGroups") or ()
    if "*" not in groups and question.group not in groups:
        return False
    resources = rule.get("resources") or ()
    wanted = {"*", question.resource}
    if question.subresource:
        wanted = {
            "*",
            f"{question.resource}/{question.subresource}",
            f"*/{question.subresource}",
        }
    if not wanted.intersection(resources):
        return False
    names = rule.get("resourceNames") or ()
    return not names or question.name in names


def _path_matches(pattern: str, path: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1])
    return pattern == path
