"""The compiled Kubernetes control plane: where it is, and how it gets there.

Looked for in ``KUBEBUILDER_ASSETS``, then in the user's cache folder. ``python -m
tests.real.binaries`` (what ``./test --all`` calls) builds it there once from the Go modules that
``controlplane/go.mod`` pins, and copies the custom resource definitions that Go modules carry
next to it, so that no later test run needs a Go toolchain or a network.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.real import collector_build
from tests.real.definitions import GO_SETS, cache_folder, copy_from_go_module
from tests.real.toolchain import Missing, go_toolchain, say

KUBERNETES = "1.36.3"
MODULE = Path(__file__).parent / "controlplane"
PACKAGES = {
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "etcd": "go.etcd.io/etcd/server/v3",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}
T = TypeVar("T")


@dataclass(frozen=True)
class Binaries:
    """A folder that holds all four programs."""

    folder: Path

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def target() -> Path:
    """The folder that builds go to; named after the version, so that versions live side by side."""
    return cache_folder() / f"kubernetes-{KUBERNETES}"


def find() -> Binaries:
    """The first folder that has all four programs; raises Missing."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    reasons = []
    for folder in ([Path(assets)] if assets else []) + [target()]:
        lacking = [program for program in PACKAGES if not os.access(folder / program, os.X_OK)]
        if not lacking:
            return Binaries(folder)
        if folder.is_dir():
            reasons.append(f"{folder} lacks {', '.join(lacking)}")
    raise Missing("; ".join(reasons) or "the Kubernetes control plane is not built")


def build(go: str) -> Binaries:
    """Compile what is lacking, about 8 minutes on two cores; raises Missing.

    Each program is written next to its place and renamed, so an interrupted build leaves only
    whole programs, and the next one goes on where it stopped.
    """
    folder, partial = target(), target() / "partial"
    partial.mkdir(parents=True, exist_ok=True)
    major, minor, _ = KUBERNETES.split(".")
    version = {
        "k8s.io/component-base/version.gitVersion": f"v{KUBERNETES}",
        "k8s.io/component-base/version.gitMajor": major,
        "k8s.io/component-base/version.gitMinor": minor,
        "k8s.io/client-go/pkg/version.gitVersion": f"v{KUBERNETES}",
    }
    ldflags = " ".join(["-s", "-w", *(f"-X {key}={value}" for key, value in version.items())])
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    for number, (program, package) in enumerate(PACKAGES.items(), 1):
        if os.access(folder / program, os.X_OK):
            continue
        say(f"Compiling {program} ({number} of {len(PACKAGES)}; the first takes about 5 minutes)")
        started = time.monotonic()
        output = partial / f"{program}.{os.getpid()}"
        done = subprocess.run(
            [go, "build", "-trimpath", "-ldflags", ldflags, "-o", str(output), package],
            cwd=MODULE,
            env=environment,
            check=False,
        )
        if done.returncode:
            raise Missing(f"{program} {KUBERNETES} does not compile here (see the lines above)")
        output.rename(folder / program)
        say(f"Compiled {program} in {time.monotonic() - started:.0f} s")
    shutil.rmtree(partial)
    return Binaries(folder)


def main() -> int:
    """Make everything compiled ready; 0 when it is."""
    try:
        say(f"Kubernetes control plane: {_ready(find, build).folder}")
        for definitions in GO_SETS:
            if not definitions.folder().is_dir():
                say(f"Fetching the definitions of {definitions.module} {definitions.version}")
                copy_from_go_module(definitions, go_toolchain())
        say(f"OpenTelemetry collector: {_ready(collector_build.find, collector_build.build)}")
    except (Missing, LookupError) as reason:
        say(f"Not everything compiled is ready: {reason}")
        return 1
    return 0


def _ready(find_one: Callable[[], T], build_one: Callable[[str], T]) -> T:
    """What is found, or else built."""
    try:
        return find_one()
    except Missing:
        return build_one(go_toolchain())


if __name__ == "__main__":
    sys.exit(main())
