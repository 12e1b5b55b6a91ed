"""Writes ``core_fields.txt`` anew: the fields of built-in kinds as Kubernetes states them.

    python -m services.demo.api.regenerate FOLDER VERSION

FOLDER holds the Go modules ``api@VERSION`` and ``apimachinery@VERSION`` of Kubernetes. Every fact
kept is one that clients meet on the wire: names, numbers, types and how lists merge, from the
protobuf files; which fields JSON shows even when they are empty, from the Go structs.
"""

import re
import sys
from pathlib import Path

ROOTS = """
core.v1.ConfigMap core.v1.Endpoints core.v1.Event core.v1.Namespace core.v1.Node core.v1.Pod
core.v1.PersistentVolumeClaim core.v1.Secret core.v1.Service core.v1.ServiceAccount
apps.v1.DaemonSet apps.v1.Deployment apps.v1.ReplicaSet apps.v1.StatefulSet events.v1.Event
authentication.v1.SelfSubjectReview authentication.v1.TokenReview authentication.v1.TokenRequest
authorization.v1.SelfSubjectAccessReview authorization.v1.SelfSubjectRulesReview
authorization.v1.SubjectAccessReview autoscaling.v2.HorizontalPodAutoscaler batch.v1.Job
coordination.v1.Lease discovery.v1.EndpointSlice rbac.v1.ClusterRole rbac.v1.ClusterRoleBinding
rbac.v1.Role rbac.v1.RoleBinding meta.v1.DeleteOptions
""".split()  # noqa: SIM905

# Go embeds these structs; JSON shows their fields in the message around them.
_INLINE = {
    "volumeSource",
    "localObjectReference",
    "ephemeralContainerCommon",
    "handler",
}
_FIELD = re.compile(
    r"^\s*(?:(repeated|optional)\s+)?(map<string, ?[\w.]+>|[\w.]+)\s+(\w+)\s*=\s*(\d+)"
)
_SCALARS = {"string", "bool", "int32", "int64", "double", "bytes"}
_OWN_JSON = {
    "api.resource.Quantity",
    "meta.v1.MicroTime",
    "meta.v1.Time",
    "util.intstr.IntOrString",
}
_STRUCT = re.compile(r"^type (\w+) struct")
_TAGGED = re.compile(r'^\s+\w+\s+(\S+)\s+`json:"(\w+)([\w,]*)"')
Messages = dict[str, list[str]]
Tags = dict[tuple[str, str], tuple[str, str]]
"""Go type and JSON options of a struct's field."""


def _short(name: str, package: str) -> str:
    name = name.removeprefix(".")
    if name in _SCALARS:
        return name
    if "." not in name:
        return f"{package}.{name}"
    return ".".join(name.split(".")[-3:])


def _tags(path: Path) -> Tags:
    found: Tags = {}
    struct = ""
    for line in path.read_text().splitlines() if path.exists() else ():
        if named := _STRUCT.match(line):
            struct = named[1]
        elif tagged := _TAGGED.match(line):
            kind, name, options = tagged.groups()
            found[struct, name] = kind, options
    return found


def _always(kind: str, go_type: str, options: str) -> bool:
    """Whether Go writes an empty field: ``omitempty`` leaves out no struct that is no pointer."""
    if go_type[0] == "*" or kind[0] in "[{" or "omitzero" in options or kind in _OWN_JSON:
        return False
    return "omitempty" not in options or kind not in _SCALARS


def _parse(path: Path) -> Messages:
    messages: Messages = {}
    tags = _tags(path.with_name("types.go"))
    package, current = "", ""
    notes: list[str] = []
    for line in path.read_text().splitlines():
        if line.startswith("package "):
            package = ".".join(line.split()[1].rstrip(";").split(".")[-2:])
        elif line.startswith("message "):
            current = f"{package}.{line.split()[1]}"
            messages[current] = []
            if "+structType=atomic" in notes:
                messages[current].append("  atomic")
            notes = []
        elif line.strip().startswith("//"):
            notes.append(line.strip().removeprefix("//").strip())
        elif found := _FIELD.match(line):
            messages[current].append(_field(package, found, notes))
            tag = tags.get((current.rpartition(".")[2], found[3]))
            if tag and _always(messages[current][-1].split()[2], *tag):
                messages[current][-1] += " always"
            notes = []
        elif not line.strip():
            notes = []
    return messages


def _field(package: str, found: re.Match[str], notes: list[str]) -> str:
    repeated, kind, name, number = found.groups()
    if kind.startswith("map<"):
        shape = "{}" + _short(kind[4:-1].split(",")[1].strip(), package)
    else:
        shape = ("[]" if repeated == "repeated" else "") + _short(kind, package)
    marks = dict(note[1:].partition("=")[::2] for note in notes if note.startswith("+"))
    keys = [note.partition("=")[2] for note in notes if note.startswith("+listMapKey=")]
    words = [number, name, shape]
    if marks.get("listType") in ("set", "map"):
        words.append(f"{marks['listType']}:{','.join(keys)}".rstrip(":"))
    if "merge" in marks.get("patchStrategy", ""):
        words.append(f"merge:{marks.get('patchMergeKey', '')}".rstrip(":"))
    if "atomic" in (marks.get("mapType"), marks.get("structType")):
        words.append("atomic")
    if name in _INLINE and repeated != "repeated":
        words.append("inline")
    return "  " + " ".join(words)


def _reachable(messages: Messages) -> Messages:
    found: Messages = {}
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        if name in found or name not in messages:
            continue
        found[name] = messages[name]
        for line in messages[name]:
            words = line.split()
            waiting += [words[2].lstrip("[]{}")] if len(words) > 2 else []
    return dict(sorted(found.items()))


def main(folder: Path, version: str) -> None:
    messages: Messages = {}
    for module in ("api", "apimachinery"):
        for path in sorted((folder / f"{module}@v{version}").rglob("generated.proto")):
            messages |= _parse(path)
    lines = [f"# Kubernetes {version}; written by regenerate.py, not by hand."]
    for name, fields in _reachable(messages).items():
        lines += [name, *fields]
    Path(__file__).with_name("core_fields.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
