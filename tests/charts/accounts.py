"""A service account of an applied chart, and what the API server lets it do."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tests.charts.helm import Obj
from tests.real.controlplane import ControlPlane
from tests.real.kube_api import APPLY_PATCH, MERGE_PATCH, Answer, KubeApi
from tests.real.servers import client_of

NAMESPACES = "/api/v1/namespaces"


def applied(plane: ControlPlane, objects: Iterable[Obj], namespace: str) -> KubeApi:
    """The API server after ``kubectl apply`` of the objects; a field it does not know fails."""
    api = client_of(plane)
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    assert api.post(NAMESPACES, body).status in (201, 409)
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    said = api.kubectl(
        "apply", "--server-side", "--validate=strict", "--filename=-", "--namespace=" + namespace,
        stdin=listed,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    return api


@dataclass
class Account:
    """Asks as one service account, with a token that the API server has given for it."""

    api: KubeApi
    namespace: str
    name: str
    token: str = ""

    def __post_init__(self) -> None:
        path = f"{NAMESPACES}/{self.namespace}/serviceaccounts/{self.name}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        self.token = self.api.post(path, request).ok()["status"]["token"]

    def call(self, method: str, path: str, body: Obj | None = None, **params: str) -> Answer:
        """One request; its answer may be a refusal."""
        return self.api.call(method, path, body, token=self.token, user=None, **params)

    def status(self, method: str, path: str, body: Obj | None = None, **params: str) -> int:
        return self.call(method, path, body, **params).status

    def apply(self, path: str, obj: Obj) -> int:
        """The status of a server-side apply."""
        return self.call(
            "PATCH", path, obj, content_type=APPLY_PATCH, fieldManager="test", force="true"
        ).status

    def merge(self, path: str, change: Obj) -> int:
        """The status of a merge patch."""
        return self.call("PATCH", path, change, content_type=MERGE_PATCH).status

    def can_i(self, namespace: str) -> dict[str, set[str]]:
        """Verbs by resource (``pods``, ``deployments.apps``) in a namespace, as kubectl lists them.

        Left out are the reviews by which everybody may ask about themselves.
        """
        who = f"--as=system:serviceaccount:{self.namespace}:{self.name}"
        said = self.api.kubectl(
            "auth", "can-i", "--list", "--no-headers", who, "--namespace", namespace
        )
        assert said.returncode == 0, said.stderr
        found: dict[str, set[str]] = {}
        for line in said.stdout.splitlines():
            resource, *_, verbs = line.rstrip("]").replace("[", " [").split("[")
            name = resource.strip().partition(" ")[0]
            if name and not name.startswith(("[", "selfsubject")):
                found.setdefault(name, set()).update(verbs.split())
        return found
