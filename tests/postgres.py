"""A real PostgreSQL server for tests, on a Unix socket in a temporary folder.

The server refuses to run as root, so root hands it to the system's own ``postgres`` user.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

USER = "ngf"


class Missing(Exception):
    """PostgreSQL cannot be started here; the text says why."""


def binaries() -> Path:
    """The folder with initdb and pg_ctl. Raises Missing."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise Missing("no PostgreSQL server is installed (Debian: apt-get install postgresql)")


@contextmanager
def server() -> Iterator[str]:
    """The URL of a running server's maintenance database. Raises Missing."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="ngf-pg-", dir="/tmp"))
    owner: list[str] = []
    if os.geteuid() == 0:
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            raise Missing("root cannot run PostgreSQL, and there is no user postgres") from None
        os.chown(folder, account.pw_uid, account.pw_gid)
        owner = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        done = subprocess.run(
            [*owner, *command], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Missing(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")

    data = str(folder / "data")
    control = str(programs / "pg_ctl")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
    try:
        run(str(programs / "initdb"), "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "-N")
        run(
            control, "-D", data, "-l", str(folder / "log"), "-w", "-t", "60", "-o", options, "start"
        )
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            run(control, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(url: str) -> Iterator[str]:
    """The URL of an empty database on that server, dropped afterwards."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
