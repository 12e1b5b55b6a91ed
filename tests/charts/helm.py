"""How tests read a chart: by rendering it as an installation would."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Obj = dict[str, Any]

CHARTS = Path(__file__).parents[2] / "charts"
RELEASE = "edge"
NAMESPACE = "ngf-system"


def helm(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Helm, ended, in the folder of the charts, with no environment but ``variables``."""
    program = Path(sys.executable).with_name("helm")
    return subprocess.run(
        [program, *arguments],
        cwd=CHARTS,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def render(
    chart: str, *files: str, release: str = RELEASE, namespace: str = NAMESPACE, **values: Any
) -> list[Obj]:
    """What the chart makes of value files out of its ``ci`` folder, with ``values`` on top."""
    return _rendered(chart, files, release, namespace, json.dumps(values))


@cache
def _rendered(
    chart: str, files: tuple[str, ...], release: str, namespace: str, values: str
) -> list[Obj]:
    answer = _template(chart, files, release, namespace, values)
    assert answer.returncode == 0, answer.stderr
    return [doc for doc in yaml.load_all(answer.stdout, yaml.CSafeLoader) if doc]


def refusal(chart: str, *files: str, **values: Any) -> str:
    """Why the chart does not take ``values``."""
    answer = _template(chart, files, RELEASE, NAMESPACE, json.dumps(values))
    assert answer.returncode != 0, values
    return answer.stderr


def _template(
    chart: str, files: Iterable[str], release: str, namespace: str, values: str
) -> subprocess.CompletedProcess[str]:
    given = [f"--values={chart}/ci/{file}.yaml" for file in files]
    given += [f"--set-json={name}={json.dumps(one)}" for name, one in json.loads(values).items()]
    return helm("template", release, chart, f"--namespace={namespace}", *given)


def one(objects: Iterable[Obj], kind: str, name: str) -> Obj:
    """The object of this kind whose name ends with ``name``."""
    (found,) = [
        it for it in objects if it["kind"] == kind and it["metadata"]["name"].endswith(name)
    ]
    return found


def pods(objects: Iterable[Obj]) -> Iterator[tuple[str, Obj]]:
    """Name and specification of every pod that the objects make."""
    for obj in objects:
        if template := obj.get("spec", {}).get("template"):
            yield f"{obj['kind']}/{obj['metadata']['name']}", template["spec"]


def variables(container: Obj) -> dict[str, str]:
    """The environment of a container, of what has its value in the manifest."""
    return {it["name"]: it["value"] for it in container.get("env", ()) if "value" in it}
