"""Promise: the chart's operator may do all that its work needs, and says so when it is asked."""

from pathlib import Path

import pytest
from ngf_operator.builders import RECIPES
from ngf_operator.wanting import CHILDREN, Reads

from tests.charts.accounts import Account, applied
from tests.charts.helm import CHARTS, Obj, render
from tests.operator.replica import REAL, Replica, running
from tests.real.controlplane import ControlPlane, kubeconfig_text
from tests.real.definitions import load
from tests.real.kube_api import wait_until

NAMESPACE = "agent-operator"
READ = {"get", "list", "watch"}
WRITTEN = {"create", "patch", "delete"}
EVERY = sorted(
    {each for recipe in RECIPES for each in recipe.reads},
    key=lambda each: (each.group, each.kind, each.labels),
)


def plural(kind: str) -> str:
    if kind.endswith(("Proxy", "Policy")):
        return f"{kind.lower()[:-1]}ies"
    return f"{kind.lower()}es" if kind.endswith(("s", "sh")) else f"{kind.lower()}s"


@pytest.fixture(scope="module")
def role() -> list[Obj]:
    objects = render("ngf-console-agent", "values", "everything")
    [found] = [
        each
        for each in objects
        if each["kind"] == "ClusterRole" and each["metadata"]["name"].endswith("-operator")
    ]
    rules: list[Obj] = found["rules"]
    return rules


@pytest.mark.parametrize("reads", EVERY, ids=lambda each: f"{each.kind}.{each.group}")
def test_the_role_covers_what_recipes_read_and_make(role: list[Obj], reads: Reads) -> None:
    verbs: set[str] = set()
    for rule in role:
        if reads.group in rule["apiGroups"] and plural(reads.kind) in rule["resources"]:
            verbs |= set(rule["verbs"])
    assert verbs >= (READ | WRITTEN if reads.labels == CHILDREN else READ)


@pytest.mark.compiled
def test_the_operator_misses_nothing_with_the_account_of_the_chart(
    real_cluster: ControlPlane, tmp_path: Path
) -> None:
    definitions = load(CHARTS / "ngf-console-agent" / "crds")
    objects = render("ngf-console-agent", "values", "everything", namespace=NAMESPACE)
    api = applied(real_cluster, [*definitions, *objects], NAMESPACE)
    name = "edge-ngf-console-agent-operator"
    account = Account(api, NAMESPACE, name)
    replica = Replica(api, tmp_path, NAMESPACE, "one", f"--lease={name}")
    replica.use(kubeconfig_text("real", api.url, api.ca_pem, account.token))
    with running(replica, REAL):
        wait_until("ready", lambda: replica.page("/readyz") == (200, "ok\n"))
        assert "may not" not in replica.log
