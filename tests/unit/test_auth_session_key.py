"""Promise: sessions are signed with a key that nobody guesses, made once and whole."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from services.auth.session_key import session_key
from services.settings import BadSettings, load

PROCESSES = 8


def key_of(data: Path) -> str:
    return session_key(load({"data": data}))


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    made = key_of(tmp_path)
    assert len(made) >= 32
    assert key_of(tmp_path) == made
    [file] = tmp_path.iterdir()
    assert stat.filemode(file.stat().st_mode) == "-rw-------"


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        found = pool.map(key_of, [tmp_path] * PROCESSES * 4, chunksize=1)
    assert len(set(found)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_one_that_the_owner_wrote_is_taken_without_the_line_s_end(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("k" * 32 + "\n")
    assert key_of(tmp_path) == "k" * 32


@pytest.mark.parametrize("content", [b"", b"planted-x", b"\n" * 40, b"\xff" * 40])
def test_a_kept_key_that_could_be_guessed_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "secret-key"
    file.write_bytes(content)
    with pytest.raises(BadSettings) as caught:
        key_of(tmp_path)
    said = str(caught.value)
    assert said.startswith(f"--data={tmp_path}: {file} must have at least 32 characters")
    assert "remove that file" in said
    assert "planted" not in said
    assert file.read_bytes() == content


def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret-key").mkdir()
    with pytest.raises(BadSettings, match="secret-key cannot be used: Is a directory"):
        key_of(tmp_path)
