"""Promise: kubectl reads from the console's YAML what the console reads."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components import yaml_reader, yaml_view
from tests.real.binaries import find

pytestmark = pytest.mark.compiled

PLAIN = (
    "on", "Off", "y", "N", "tRUE", "~", "1e3", "1.5e-3", "089", "-.5e3", "0o17", "017", "0x1",
    "-0B11", "1_000", "1_0.5", ".5", "+.5", "1.", "1:30", "2026-01-01", "0.1.2", "_1", "1e", "._5",
    "0x", "=", "'on'", '"1"', '"\\x41"', "a b # c", "a#b", "{a: 1, b: [x, off]}",
)  # fmt: skip
TEXTS = (
    "1e3", "12e4567", "089", "-.5e3", "0o17", "0x1", "1_000", ".5", "~", "y", "n", "N", "on", "yes",
    "1:30", "0b1", ".inf", "2026-01-01", "=", "<<", "-", "a\nb", " a\n b\n\n", "a \nb", "\n", "",
    "x\x85y", "x\u2028y", "\u2029", "\ufeff", "a\tb", "é", "'", '"', "# a", "a: b", "x\n\x85y",
)  # fmt: skip


@pytest.fixture
def read_by_kubectl(tmp_path: Path) -> Any:
    def read(text: str) -> Any:
        done = subprocess.run(
            [find()["kubectl"], "annotate", "--local", "-f", "-", "-o", "json", "read=1"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"HOME": str(tmp_path)},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["data"]

    return read


def test_plain_words_mean_the_same(read_by_kubectl: Any) -> None:
    data = "".join(f"  k{at}: {word}\n" for at, word in enumerate(PLAIN))
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n{data}"
    assert read_by_kubectl(text) == yaml_reader.from_text(text)["data"]


def test_text_stays_text(read_by_kubectl: Any) -> None:
    data = {f"k{at}": text for at, text in enumerate(TEXTS)} | dict.fromkeys(TEXTS, "key")
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    assert read_by_kubectl(yaml_view.to_text(obj)) == data
    assert read_by_kubectl(yaml_view.rewritten("# kept", obj)) == data
