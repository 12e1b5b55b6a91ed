"""Questions that are posted like objects and answered at once: who am I, what may I do."""

import secrets
from datetime import datetime, timedelta

from services.demo.api.access import MASTERS, Access, Question, User
from services.demo.api.calls import Call
from services.demo.api.statuses import Cause, Obj, invalid

GROUPS = ("authorization.k8s.io", "authentication.k8s.io")


def review(access: Access, call: Call, body: Obj, now: str) -> Obj:
    """The posted review with its status."""
    kind = call.served.kind
    spec = body.get("spec") or {}
    answer: Obj = {"kind": kind, "apiVersion": call.served.api_version, "metadata": {}}
    if kind == "SelfSubjectReview":
        answer["metadata"]["creationTimestamp"] = now
        return answer | {"status": {"userInfo": _user_info(call.user)}}
    if kind == "SelfSubjectRulesReview":
        return answer | {"spec": {}, "status": _rules(access, call, spec)}
    if kind == "TokenReview":
        found = access.tokens.get(spec.get("token", ""))
        status: Obj = {"authenticated": False, "user": {}}
        if found:
            status = {"authenticated": True, "user": _user_info(found)}
        return answer | {"spec": spec, "status": status}
    user = call.user
    if kind == "SubjectAccessReview":
        user = User(spec.get("user", ""), tuple(spec.get("groups") or ()))
    allowed, reason = access.allowed(_question(call, user, spec))
    status = {"allowed": allowed} | ({"reason": reason} if reason else {})
    return answer | {"spec": spec, "status": status}


def token_request(access: Access, call: Call, body: Obj, now: datetime) -> Obj:
    """A fresh token of the service account that the call names."""
    spec = body.get("spec") or {}
    lasts = timedelta(seconds=int(spec.get("expirationSeconds") or 3600))
    token = secrets.token_urlsafe(32)
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{call.namespace}")
    access.tokens[token] = User(f"system:serviceaccount:{call.namespace}:{call.name}", groups)
    access.expiry[token] = now + lasts
    return {
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"name": call.name, "namespace": call.namespace},
        "spec": {
            "audiences": spec.get("audiences") or ["https://kubernetes.default.svc"],
            "expirationSeconds": int(lasts.total_seconds()),
            "boundObjectRef": None,
        },
        "status": {
            "token": token,
            "expirationTimestamp": (now + lasts).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }


def _question(call: Call, user: User, spec: Obj) -> Question:
    asked, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if (asked is None) == (path is None):
        message = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        cause = Cause("FieldValueInvalid", f"Invalid value: {message}", "spec.resourceAttributes")
        raise invalid(call.served.group, call.served.kind, "", [cause])
    if asked is None:
        path = path or {}
        return Question(user, path.get("verb", ""), path=path.get("path", ""))
    return Question(
        user,
        asked.get("verb", ""),
        asked.get("group", ""),
        asked.get("resource", ""),
        asked.get("subresource", ""),
        asked.get("namespace", ""),
        asked.get("name", ""),
    )


def _rules(access: Access, call: Call, spec: Obj) -> Obj:
    if not spec.get("namespace"):
        cause = Cause("FieldValueRequired", "Required value", "spec.namespace")
        raise invalid(call.served.group, call.served.kind, "", [cause])
    rules: list[Obj] = []
    if MASTERS in call.user.groups:
        rules += [
            {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
            {"verbs": ["*"], "nonResourceURLs": ["*"]},
        ]
    for granted, _ in access.grants(call.user, spec["namespace"]):
        rules += [rule for rule in granted if rule not in rules]
    return {
        "resourceRules": [rule for rule in rules if "resources" in rule],
        "nonResourceRules": [rule for rule in rules if "nonResourceURLs" in rule],
        "incomplete": False,
    }


def _user_info(user: User) -> Obj:
    info: Obj = {"username": user.name}
    if user.uid:
        info["uid"] = user.uid
    return info | {"groups": list(user.all_groups)}
