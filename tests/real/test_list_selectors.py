"""Promise: a list of the console takes and refuses the label selectors that a cluster does, and
selects the same objects."""

import pytest

from services.errors import Invalid
from services.kube.labels import selector
from tests.real.controlplane import ControlPlane
from tests.real.kube_api import KubeApi
from tests.real.objects import config_map, core
from tests.real.servers import client_of

pytestmark = pytest.mark.compiled

LABELS: dict[str, dict[str, str]] = {
    "a": {"tier": "web", "size": "5", "example.com/team": "shop"},
    "b": {"tier": "web", "size": "10"},
    "c": {"tier": "", "size": "1_000"},
    "d": {"size": "99999999999999999999"},
    "e": {},
}
LONGEST = "k" * 63
SELECTORS = (
    *("tier=web", "tier==web", "tier = web", "tier!=web", "tier=", "tier", "!tier", "! tier", ""),
    *("tier in (web,)", "tier in(web)", "tier notin (web)", "tier in ()", "tier in (a b)"),
    *("tier in web", "tier in (web", "tier=a=b", "=web", "tier,,size", "tier,", "!tier=web"),
    *("size>5", "size > 4", "size<10", "size<05", "size>-1", "size>+1", "size>x", "size>", ">5"),
    *("size<9223372036854775807", "size<9223372036854775808", "size>1.5", "size>=5"),
    *("example.com/team=shop", "a/b/c=d", "/team", "example.com/", "Example.com/team"),
    *("a..b/c", "a=\u00fc", "a-/b"),
    *("-a", "a-", "a_/b", LONGEST, LONGEST + "k", f"{'p' * 253}/a", f"{'p' * 254}/a"),
    *(f"a={LONGEST}", f"a={LONGEST}k", f"a in ({LONGEST}k)", "a=-b", "a in (-b)", "a=b/c"),
)


@pytest.fixture(scope="module")
def cluster(real_cluster: ControlPlane) -> KubeApi:
    api = client_of(real_cluster)
    for name, labels in LABELS.items():
        body = config_map(name)
        body["metadata"]["labels"] = {**labels, "these": "ours"}
        api.post(core("default", "configmaps"), body).ok()
    return api


@pytest.mark.parametrize("text", SELECTORS)
def test_a_list_selects_as_the_cluster_does(cluster: KubeApi, text: str) -> None:
    asked = f"{text},these=ours" if text else "these=ours"
    answer = cluster.get(core("default", "configmaps"), labelSelector=asked)
    if answer.status != 200:
        with pytest.raises(Invalid):
            selector(asked)
        return
    selects = selector(asked)
    ours = {name: {**labels, "these": "ours"} for name, labels in LABELS.items()}
    assert [name for name, labels in ours.items() if selects(labels)] == answer.names
