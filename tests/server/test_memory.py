"""Servers use the allocator that they are asked to, and give back what clients took who have gone."""

import os
from pathlib import Path

import pytest

from api.server.memory import MemoryTrim
from tests.processes import serving

pytestmark = pytest.mark.skipif("CS_GNU_LIBC_VERSION" not in os.confstr_names, reason="not glibc")


MALLOC = {"PAPERTAPE_ALLOCATOR": "malloc"}


@pytest.mark.parametrize(
    ("environment", "allocator"),
    [({}, None), (MALLOC, "malloc"), ({**MALLOC, "PYTHONMALLOC": "pymalloc"}, "pymalloc")],
)
def test_a_server_uses_malloc_if_asked_to_unless_python_is_configured_otherwise(
    tmp_path: Path, environment: dict[str, str], allocator: str | None
) -> None:
    with serving(folder=tmp_path, environment=environment) as server:
        variables = Path(f"/proc/{server.process.pid}/environ").read_text().split("\0")
    named = dict(line.split("=", 1) for line in variables if line)
    assert named.get("PYTHONMALLOC") == allocator


def test_memory_is_returned_after_many_clients_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    trim, returned = MemoryTrim(), list[int]()
    monkeypatch.setattr(trim, "_trim", returned.append)
    trims = []
    for connections in (5, 30, 15, 10, 10, *[9] * 9, 29, 9, 9, 9):
        trim.trim_if_many_left(connections)
        trims.append(len(returned))
    assert trims == [0, 0, 0, 0, *[1] * 11, 1, 2, 2]


def test_memory_is_returned_seldom_while_clients_come_and_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trim, returned = MemoryTrim(), list[int]()
    monkeypatch.setattr(trim, "_trim", returned.append)
    for connections in (50, 0, 0) * 20:
        trim.trim_if_many_left(connections)
    assert len(returned) == 5
