"""The account of an operator on a demo cluster: it has the rights that the chart gives."""

from collections.abc import Iterator
from pathlib import Path

from services import yaml_text
from services.demo.seed.objects import Obj

NAMESPACE = "ngf-system"
ACCOUNT = "ngf-console-agent-operator"
USER = f"system:serviceaccount:{NAMESPACE}:{ACCOUNT}"
GROUPS = ("system:serviceaccounts", f"system:serviceaccounts:{NAMESPACE}")
CHART = Path(__file__).parents[2] / "charts" / "ngf-console-agent" / "templates" / "operator.yaml"
_RBAC = "rbac.authorization.k8s.io"


def account() -> Iterator[Obj]:
    """Its objects, the namespace first."""
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    about = {"name": ACCOUNT, "namespace": NAMESPACE}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": dict(about)}
    for kind, rules in _roles().items():
        metadata = {"name": ACCOUNT} if kind == "ClusterRole" else dict(about)
        api_version = f"{_RBAC}/v1"
        yield {"apiVersion": api_version, "kind": kind, "metadata": metadata, "rules": rules}
        yield {
            "apiVersion": api_version,
            "kind": f"{kind}Binding",
            "metadata": dict(metadata),
            "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": ACCOUNT},
            "subjects": [{"kind": "ServiceAccount", **about}],
        }


def _roles() -> dict[str, list[Obj]]:
    """The rules of the chart's roles by kind. What only some installations get, they all have."""
    found: dict[str, list[Obj]] = {}
    for document in CHART.read_text().split("\n---\n"):
        head, _, rules = document.partition("\nrules:\n")
        kind = next((line[6:] for line in head.splitlines() if line.startswith("kind: ")), "")
        if rules:
            plain = "\n".join(line for line in rules.splitlines() if "{{" not in line)
            found.setdefault(kind, []).extend(yaml_text.parse_own(plain.encode()))
    return found
