"""Servers use glibc's allocator, and give back what clients took who have gone."""

import os
from pathlib import Path

import pytest

from api.server.memory import MemoryTrim
from tests.processes import serving

pytestmark = pytest.mark.skipif("CS_GNU_LIBC_VERSION" not in os.confstr_names, reason="not glibc")


@pytest.mark.parametrize(("named", "used"), [({}, "malloc"), ({"PYTHONMALLOC": "pymalloc"}, "pymalloc")])
def test_a_server_chooses_its_allocator_unless_the_environment_does(
    tmp_path: Path, named: dict[str, str], used: str
) -> None:
    with serving(folder=tmp_path, environment=named) as server:
        environment = Path(f"/proc/{server.process.pid}/environ").read_text().split("\0")
    assert f"PYTHONMALLOC={used}" in environment


def test_memory_goes_back_when_many_clients_have_gone_and_no_more_are_going(monkeypatch: pytest.MonkeyPatch) -> None:
    trim, returned = MemoryTrim(), list[int]()
    monkeypatch.setattr(trim, "_trim", returned.append)
    told = []
    for connections in (5, 30, 15, 10, 10, *[9] * 9, 29, 9, 9, 9):
        trim.trim_if_many_left(connections)
        told.append(len(returned))
    assert told == [0, 0, 0, 0, *[1] * 11, 1, 2, 2]


def test_clients_that_come_and_go_by_the_dozen_do_not_have_it_done_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trim, returned = MemoryTrim(), list[int]()
    monkeypatch.setattr(trim, "_trim", returned.append)
    for connections in (50, 0, 0) * 20:
        trim.trim_if_many_left(connections)
    assert len(returned) == 5
