"""Kubeconfigs that want more than to be connected with, and traps that show who followed them."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

from tests.real.controlplane import Obj


class Traps:
    """A program that would leave a mark, a file and a listener that notice who comes."""

    def __init__(self, folder: Path) -> None:
        self._mark = folder / "the-program-ran"
        self.pipe = folder / "secret"
        os.mkfifo(self.pipe)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]

    @property
    def server(self) -> str:
        """An address that must not be called."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def program(self) -> Obj:
        """What ``exec`` would run."""
        version = "client.authentication.k8s.io/v1"
        return {
            "apiVersion": version,
            "command": "/usr/bin/touch",
            "args": [str(self._mark)],
            "interactiveMode": "Never",
        }

    @property
    def sprung(self) -> list[str]:
        """Which of them somebody has walked into."""
        found = []
        if self._mark.exists():
            found.append("a program ran")
        with suppress(OSError):  # a pipe that nobody reads cannot be opened for writing
            os.close(os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK))
            found.append("a file was read")
        with suppress(BlockingIOError):
            self._listener.accept()[0].close()
            found.append("a connection was opened")
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


@dataclass(frozen=True)
class Attack:
    """A kubeconfig, and the field that it is refused for."""

    name: str
    text: str
    field: str


def kubeconfig(
    traps: Traps, user: Obj | None = None, cluster: Obj | None = None, **more: object
) -> Obj:
    """A kubeconfig that leads to the listener."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": traps.server, **(cluster or {})}}],
        "users": [{"name": "u", "user": {"token": "planted-token"} if user is None else user}],
        **more,
    }


def attacks(traps: Traps) -> list[Attack]:
    """All of them."""
    return [
        *_programs(traps),
        *_files_and_trust(traps),
        *_addresses(traps),
        *_texts(traps),
    ]


def _programs(traps: Traps) -> list[Attack]:
    """``exec`` in whatever YAML allows, and its like."""
    program = yaml.safe_dump(traps.program, default_flow_style=True, width=1000).strip()
    plain = kubeconfig(traps, {"exec": traps.program})
    head = yaml.safe_dump({key: value for key, value in plain.items() if key != "users"})
    json_text = yaml.safe_dump(plain, default_flow_style=True, default_style='"', width=10_000)
    field = "users[u].user.exec"
    other = {"name": "other", "user": {"exec": traps.program}}
    unused = kubeconfig(traps)
    unused["users"].append(other)
    later = kubeconfig(traps)
    later["users"].append({"name": "u", "user": {"exec": traps.program}})
    twice = '{name: u, user: {"exec": ' + program + ", exec: null, token: t}}"
    merged = f"x-base: &base {{exec: {program}}}\n{head}users: [{{name: u, user: {{<<: *base}}}}]"
    aliased = f"x-exec: &run {program}\n{head}users: [{{name: u, user: {{exec: *run}}}}]"
    cloud = {"auth-provider": {"name": "gcp", "config": {"cmd-path": traps.program["command"]}}}
    return [
        Attack("exec-block", yaml.safe_dump(plain), field),
        Attack("exec-flow", yaml.safe_dump(plain, default_flow_style=True), field),
        Attack("exec-json", json_text, field),
        Attack("exec-merged", merged, field),
        Attack("exec-aliased", aliased, field),
        Attack("exec-quoted", f"{head}users: [{{name: u, user: {{'exec': {program}}}}}]", field),
        Attack(
            "exec-escaped",
            f'{head}users: [{{name: u, user: {{"\\x65xe\\u0063": {program}}}}}]',
            field,
        ),
        Attack(
            "exec-tagged", f"{head}users: [{{name: u, user: {{!!str exec: {program}}}}}]", field
        ),
        Attack(
            "exec-complex-key",
            f"{head}users:\n- name: u\n  user:\n    ? exec\n    : {program}",
            field,
        ),
        Attack(
            "exec-beside-token",
            yaml.safe_dump(kubeconfig(traps, {"token": "t", "exec": {}})),
            field,
        ),
        Attack("exec-unused", yaml.safe_dump(unused), "users[other].user.exec"),
        Attack("exec-same-name", yaml.safe_dump(later), field),
        Attack("exec-hidden", f"{head}users: [{twice}]", "kubeconfig"),
        Attack(
            "auth-provider", yaml.safe_dump(kubeconfig(traps, cloud)), "users[u].user.auth-provider"
        ),
        Attack(
            "python-object",
            f"{head}users: !!python/object/apply:os.system [touch /x]",
            "kubeconfig",
        ),
    ]


def _files_and_trust(traps: Traps) -> list[Attack]:
    """Files, proxies, other people's names, no check of the server."""
    pipe = str(traps.pipe)
    proxy = f"http://127.0.0.1:{traps.port}"
    of_user: dict[str, Obj] = {
        "tokenFile": {"tokenFile": pipe},
        "client-certificate": {"token": "t", "client-certificate": pipe},
        "client-key": {"token": "t", "client-key": pipe},
        "username": {"username": "root"},
        "password": {"password": "planted-password"},
        "as": {"token": "t", "as": "system:admin"},
        "as-groups": {"token": "t", "as-groups": ["system:masters"]},
        "as-user-extra": {"token": "t", "as-user-extra": {"a": ["b"]}},
        "unknown": {"token": "t", "unknown": "x"},
    }
    of_cluster: dict[str, Obj] = {
        "certificate-authority": {"certificate-authority": pipe},
        "insecure-skip-tls-verify": {"insecure-skip-tls-verify": True},
        "proxy-url": {"proxy-url": proxy},
    }
    return [
        *(
            Attack(name.lower(), yaml.safe_dump(kubeconfig(traps, user)), f"users[u].user.{name}")
            for name, user in of_user.items()
        ),
        *(
            Attack(
                name,
                yaml.safe_dump(kubeconfig(traps, cluster=cluster)),
                f"clusters[c].cluster.{name}",
            )
            for name, cluster in of_cluster.items()
        ),
    ]


def _addresses(traps: Traps) -> list[Attack]:
    """Where a hub must not go."""
    hosts = {
        "metadata": "169.254.169.254",
        "metadata-decimal": "2852039166",
        "metadata-hexadecimal": "0xA9FEA9FE",
        "metadata-octal": "0251.0376.0251.0376",
        "metadata-short": "169.254.43518",
        "metadata-dot": "169.254.169.254.",
        "metadata-mapped": "[::ffff:169.254.169.254]",
        "metadata-nat64": "[64:ff9b::a9fe:a9fe]",
        "metadata-6to4": "[2002:a9fe:a9fe::]",
        "metadata-zone": "[fe80::1%25lo]",
        "metadata-name": "Metadata.Google.Internal",
        "metadata-aws-6": "[fd00:ec2::254]",
        "metadata-escaped": "%31%36%39.254.169.254",
        "metadata-wide": "１６９.254.169.254",
        "metadata-backslash": "169.254.169.254\\.example",
        "listener-unspecified": f"0.0.0.0:{traps.port}",
        "listener-zero": f"0:{traps.port}",
        "listener-mapped": f"[::ffff:0:0]:{traps.port}",
        "listener-user": f"api.example@127.0.0.1:{traps.port}",
        "listener-path": f"127.0.0.1:{traps.port}/?a=b",
    }
    servers = {
        **{name: f"https://{host}" for name, host in hosts.items()},
        "plain-http": f"http://127.0.0.1:{traps.port}",
        "plain-http-name": f"http://localhost:{traps.port}",
        "no-url": "127.0.0.1",
        "other-scheme": f"file://{traps.pipe}",
        "list": [traps.server],
    }
    return [
        Attack(
            name, yaml.safe_dump(kubeconfig(traps, cluster={"server": server})), "cluster.server"
        )
        for name, server in servers.items()
    ]


def _texts(traps: Traps) -> list[Attack]:
    """What is meant to hurt whoever reads it."""
    text = yaml.safe_dump(kubeconfig(traps))
    head = text.replace("current-context: here\n", "")
    laughs = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]\n" for n in range(1, 10))
    many = {f"field-{number}": "x" for number in range(2_000)}
    return [
        Attack("laughs", f"x0: &x0 [x]\n{laughs}{head}current-context: *x9\n", "kubeconfig"),
        Attack("itself", f"{head}current-context: &a [*a]\n", "kubeconfig"),
        Attack("deep", f"{text}extensions: {'[' * 10_000}", "kubeconfig"),
        Attack("long", f"{text}extensions: {'x' * 300_000}", "kubeconfig"),
        Attack("many-fields", yaml.safe_dump(kubeconfig(traps, many)), "users[u].user.field-0"),
        Attack("two-documents", f"{text}---\n{text}", "kubeconfig"),
        Attack("no-mapping", "[]", "kubeconfig"),
        Attack(
            "token-of-two-lines",
            yaml.safe_dump(kubeconfig(traps, {"token": "a\nX: b"})),
            "user.token",
        ),
        Attack(
            "token-no-text", yaml.safe_dump(kubeconfig(traps, {"token": {"a": "b"}})), "user.token"
        ),
    ]
