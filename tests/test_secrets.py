from __future__ import annotations

import os
from pathlib import Path

import pytest

from bots.secrets import secret_key
from core.clock import FakeClock, SystemClock
from core.errors import UserError


def refusal(path: Path, clock: FakeClock, database: Path | None = None) -> str:
    with pytest.raises(UserError) as refused:
        secret_key(path, clock, database=database)
    return str(refused.value)


def test_the_first_start_makes_a_key_that_nobody_else_can_read(
    tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "data" / "secret.key"
    key = secret_key(path, clock)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["secret.key"]


def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path, clock: FakeClock) -> None:
    before = os.umask(0)
    try:
        secret_key(tmp_path / "secret.key", clock)
    finally:
        os.umask(before)
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_later_starts_read_the_same_key(tmp_path: Path, clock: FakeClock) -> None:
    key = secret_key(tmp_path / "secret.key", clock)
    assert secret_key(tmp_path / "secret.key", clock) == key


def test_keys_of_two_deployments_differ(tmp_path: Path) -> None:
    clock = SystemClock()
    assert secret_key(tmp_path / "a", clock) != secret_key(tmp_path / "b", clock)


class Raced(FakeClock):
    """Another program makes its key while this one makes its own."""

    def __init__(self, path: Path, other: str) -> None:
        super().__init__()
        self.path = path
        self.other = other

    def key(self, bytes_: int = 32) -> bytes:
        self.path.write_text(self.other, encoding="ascii")
        self.path.chmod(0o600)
        return super().key(bytes_)


def test_of_two_starts_at_once_the_first_key_counts_for_both(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    assert secret_key(path, Raced(path, "ab" * 32)) == b"\xab" * 32
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o620])
def test_a_file_open_to_others_is_refused_with_the_remedy(
    tmp_path: Path, clock: FakeClock, mode: int
) -> None:
    path = tmp_path / "secret.key"
    secret_key(path, clock)
    path.chmod(mode)
    assert f"chmod 600 {path}" in refusal(path, clock)


@pytest.mark.parametrize("content", ["", "\n", "ab" * 31, "ab" * 33, "zz" * 32, "ab" * 32 + "\0"])
def test_a_file_without_a_key_is_refused_and_left_alone(
    tmp_path: Path, clock: FakeClock, content: str
) -> None:
    path = tmp_path / "secret.key"
    path.write_text(content, encoding="ascii")
    path.chmod(0o600)
    said = refusal(path, clock)
    assert "64 hexadecimal digits" in said
    assert "abab" not in said
    assert path.read_text(encoding="ascii") == content


def test_no_second_key_is_made_for_a_database_that_had_one(
    tmp_path: Path, clock: FakeClock, database_path: Path
) -> None:
    database_path.touch()
    path = tmp_path / "secret.key"
    assert "SECRET_KEY_FILE" in refusal(path, clock, database_path)
    assert not path.exists()


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").touch()
    assert "cannot be used" in refusal(tmp_path / "file" / "secret.key", clock)
    assert "cannot be used" in refusal(tmp_path, clock)
