"""The custom resource definitions that tests load, and where they come from.

Gateway API, KEDA and cert-manager publish theirs as Go modules; ``tests.real.binaries`` copies
them into the user's cache folder. Those of NGINX Gateway Fabric and of the inference extension
are in no registry, so tests use the demo's own, unless ``NGF_CONSOLE_UPSTREAM_CRDS`` names a
folder with upstream files, laid out as ``<set>/<version>/*.yaml``. Where a set is at hand from
nowhere, the demo's definitions of the same group stand in.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.demo.definitions import definitions

KINDS = (
    "CustomResourceDefinition",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
)


def cache_folder() -> Path:
    """What is made once and kept: ``~/.cache/ngf-console`` unless XDG_CACHE_HOME says otherwise."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ngf-console"


@dataclass(frozen=True)
class DefinitionSet:
    """One project's definitions in one version, as ``<name>/<version>/<channel>/*.yaml``."""

    name: str
    version: str
    groups: tuple[str, ...]
    channel: str = ""
    module: str = ""
    module_folder: str = ""

    def folder(self, root: Path | None = None) -> Path:
        return (root or cache_folder() / "definitions") / self.name / self.version / self.channel

    def upstream(self) -> Path | None:
        """The folder with upstream's own files, or None where none is at hand."""
        named = os.environ.get("NGF_CONSOLE_UPSTREAM_CRDS")
        roots = [Path(named)] if named else []
        found = (self.folder(root) for root in [*roots, cache_folder() / "definitions"])
        return next((folder for folder in found if folder.is_dir()), None)


GO_SETS = (
    DefinitionSet(
        "gateway-api",
        "v1.6.1",
        ("gateway.networking.k8s.io", "gateway.networking.x-k8s.io"),
        channel="experimental",
        module="sigs.k8s.io/gateway-api",
        module_folder="config/crd/experimental",
    ),
    DefinitionSet(
        "keda",
        "v2.20.2",
        ("keda.sh", "eventing.keda.sh"),
        module="github.com/kedacore/keda/v2",
        module_folder="config/crd/bases",
    ),
    DefinitionSet(
        "cert-manager",
        "v1.21.1",
        ("cert-manager.io", "acme.cert-manager.io"),
        module="github.com/cert-manager/cert-manager",
        module_folder="deploy/crds",
    ),
)
FOLDER_SETS = (
    DefinitionSet("ngf", "v2.6.7", ("gateway.nginx.org",)),
    DefinitionSet(
        "gie", "v1.5.0", ("inference.networking.k8s.io", "inference.networking.x-k8s.io")
    ),
)


def copy_from_go_module(wanted: DefinitionSet, go: str) -> Path:
    """Copy a set out of its Go module into the cache folder; raises LookupError with the reason."""
    with tempfile.TemporaryDirectory() as elsewhere:  # a folder without a go.mod of its own
        answer = subprocess.run(
            [go, "mod", "download", "-json", f"{wanted.module}@{wanted.version}"],
            cwd=elsewhere,
            env={**os.environ, "GOTOOLCHAIN": "local"},
            capture_output=True,
            text=True,
            check=False,
        )
    if answer.returncode:
        raise LookupError(f"{wanted.module}: {answer.stderr.strip() or answer.stdout.strip()}")
    source = Path(json.loads(answer.stdout)["Dir"]) / wanted.module_folder
    folder = wanted.folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder.parent))
    for file in source.glob("*.yaml"):
        shutil.copyfile(file, partial / file.name)
    partial.chmod(0o755)
    partial.rename(folder)
    return folder


def load(folder: Path) -> list[dict[str, Any]]:
    """Every definition and admission policy in the YAML files of a folder."""
    found: list[dict[str, Any]] = []
    for file in sorted(folder.glob("*.yaml")):
        found += yaml.load_all(file.read_bytes(), yaml.CSafeLoader)
    return [doc for doc in found if doc and doc.get("kind", "") in KINDS]


def for_tests() -> list[dict[str, Any]]:
    """What both API servers are given: upstream's, our own, and the example operator's."""
    chosen: dict[str, dict[str, Any]] = {}
    upstream_groups: set[str] = set()
    for known in (*GO_SETS, *FOLDER_SETS):
        folder = known.upstream()
        if folder:
            upstream_groups.update(known.groups)
            chosen.update(_by_name(load(folder)))
    own = (doc for doc in definitions() if doc["spec"].get("group") not in upstream_groups)
    return [*chosen.values(), *_by_name(own).values(), *load(Path(__file__).parent)]


def _by_name(documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {f"{doc['kind']}/{doc['metadata']['name']}": doc for doc in documents}
