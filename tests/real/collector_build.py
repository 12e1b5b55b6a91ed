"""The compiled OpenTelemetry collector: where it is, and how it gets there.

Looked for where ``NGF_CONSOLE_TEST_OTELCOL`` says, then in the user's cache folder.
``python -m tests.real.binaries`` (what ``./test --all`` calls) builds it there once with the
collector builder from ``collector/manifest.yaml``; the manifest stands beside the program, so
that another list of components makes another program.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path

import yaml

from tests.real.definitions import cache_folder
from tests.real.toolchain import Missing, say

MANIFEST = Path(__file__).parent / "collector" / "manifest.yaml"
VERSION: str = yaml.safe_load(MANIFEST.read_text())["dist"]["version"]
BUILDER = f"go.opentelemetry.io/collector/cmd/builder@v{VERSION}"


def target() -> Path:
    """The folder that builds go to, named after the version."""
    return cache_folder() / f"otelcol-{VERSION}"


def find() -> Path:
    """The program; raises Missing."""
    named = os.environ.get("NGF_CONSOLE_TEST_OTELCOL")
    if named:
        if not os.access(named, os.X_OK):
            raise Missing(f"NGF_CONSOLE_TEST_OTELCOL names {named}, which is no program")
        return Path(named)
    program, manifest = target() / "otelcol", target() / "manifest.yaml"
    if not os.access(program, os.X_OK):
        raise Missing("the OpenTelemetry collector is not built")
    if not manifest.is_file() or manifest.read_text() != MANIFEST.read_text():
        raise Missing("the OpenTelemetry collector was built of other components")
    return program


def build(go: str) -> Path:
    """Compile it, about 5 minutes on two cores; raises Missing.

    Sources and program are made beside their place, and what was compiled stays in Go's own
    cache, so an interrupted build leaves no half program and the next one goes on.
    """
    folder, partial = target(), target() / "partial"
    partial.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOBIN": str(partial)}
    environment["PATH"] = os.pathsep.join([str(Path(go).parent), os.environ.get("PATH", "")])
    say("Compiling otelcol (about 5 minutes)")
    started = time.monotonic()
    steps = [
        ([go, "install", BUILDER], "the collector builder does not compile here"),
        ([partial / "builder", f"--config={MANIFEST}"], f"otelcol {VERSION} does not compile here"),
    ]
    for command, failure in steps:
        if subprocess.run(command, cwd=partial, env=environment, check=False).returncode:
            raise Missing(f"{failure} (see the lines above)")
    shutil.copyfile(MANIFEST, folder / "manifest.yaml")
    (partial / "sources" / "otelcol").rename(folder / "otelcol")
    shutil.rmtree(partial)
    say(f"Compiled otelcol in {time.monotonic() - started:.0f} s")
    return find()
