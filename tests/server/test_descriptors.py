"""A server that may open 256 descriptors, and more clients than that which connect and say nothing."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.attacks.connections import connected
from tests.attacks.harness import Target, a_target

NEW_CONNECTIONS = 20
ACCEPT_RETRIES = 3
AT_THEIR_LIMIT = ("warning", "connections are at their limit")


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


def test_whoever_has_something_to_ask_gets_in_beside_more_silent_clients_than_there_are_descriptors(
    target: Target,
) -> None:
    with connected(target, 300):
        ask(target)
    target.server.until(lambda _: logged(target), "nothing was logged")
    assert logged(target) == [AT_THEIR_LIMIT]


def test_a_server_without_descriptors_says_so_once_and_serves_again_when_it_has_some(target: Target) -> None:
    before = len(target.server.logged())
    with no_more_descriptors(target), connected(target, 30):
        target.server.until(lambda server: len(server.logged()) > before, "nothing was logged")
        told = len(target.server.logged())
    ask(target)
    lines = logged(target)[before:]
    assert (told - before, set(lines) - {AT_THEIR_LIMIT}) == (1, {("error", "socket.accept() out of system resource")})


@contextmanager
def no_more_descriptors(target: Target) -> Iterator[None]:
    """The server has all descriptors that it may have."""
    process = target.server.process.pid
    before = resource.prlimit(process, resource.RLIMIT_NOFILE)
    used = max(int(file.name) for file in Path(f"/proc/{process}/fd").iterdir()) + 1
    resource.prlimit(process, resource.RLIMIT_NOFILE, (used, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_NOFILE, before)
