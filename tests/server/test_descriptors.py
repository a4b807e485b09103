"""A server that may open 256 descriptors, and more clients than that which connect and say nothing."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.attacks.connections import connected
from tests.attacks.harness import Target, a_target

NEW_CONNECTIONS = 20


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with a_target(tmp_path_factory.mktemp("target"), short=True) as target:
        yield target


def logged(target: Target) -> list[tuple[str, str]]:
    """Level and first line of what the server has logged."""
    return [(line["level"], line["event"].splitlines()[0]) for line in target.server.logged()]


def ask(target: Target) -> None:
    with httpx.Client(headers={**target.headers, "Connection": "close"}, timeout=30) as client:
        for _ in range(NEW_CONNECTIONS):
            answer = client.post(target.server.url, json={"query": "{ __typename }"})
            assert answer.json() == {"data": {"__typename": "Query"}}


def test_a_server_without_descriptors_says_so_once_and_serves_again_when_it_has_some(target: Target) -> None:
    with no_more_descriptors(target), connected(target, 30):
        target.server.until(lambda _: logged(target), "nothing was logged")
        assert logged(target) == [("error", "no descriptor is left for another connection")]
    ask(target)


def test_a_request_is_answered_beside_more_silent_clients_than_there_are_descriptors(
    target: Target,
) -> None:
    before = len(logged(target))
    with connected(target, 300):
        ask(target)
    target.server.until(lambda _: len(logged(target)) > before, "nothing was logged")
    assert logged(target)[before:] == [("warning", "connection limit reached")]


@contextmanager
def no_more_descriptors(target: Target) -> Iterator[None]:
    """The server has all descriptors that it may have."""
    process = target.server.process.pid
    before = resource.prlimit(process, resource.RLIMIT_NOFILE)
    used = {int(file.name) for file in Path(f"/proc/{process}/fd").iterdir()}
    lowest_free = next(number for number in count() if number not in used)
    resource.prlimit(process, resource.RLIMIT_NOFILE, (lowest_free, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_NOFILE, before)
