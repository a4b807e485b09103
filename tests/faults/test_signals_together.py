"""A server killed while it takes signals that were sent together has taken all of them, or none."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.faults.scale import sized
from tests.faults.small_desk import COUNT, ask, desk_at, signal_json, verified
from tests.processes import Server, serving

EXECUTE = """mutation ($input: ExecuteSignalsInput!) {
  executeSignals(input: $input) { results { replayed errors { code } } errors { code } }
}"""
KILLS = sized(4, 200)
TOGETHER = 100
LONGEST_DELAY = 0.2


def send(server: Server, first: int) -> list[dict[str, Any]]:
    signals = [signal_json(number) for number in range(first, first + TOGETHER)]
    payload = ask(server, EXECUTE, {"signals": signals})["data"]["executeSignals"]
    assert payload["errors"] == []
    results: list[dict[str, Any]] = payload["results"]
    return results


def interrupted(server: Server, first: int, delay: float) -> bool:
    """Send signals to a server that is killed a little later; whether they were answered."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, server, first)
        try:
            answer.result(delay)
        except TimeoutError:
            server.kill()
        try:
            answer.result()
        except httpx.TransportError:
            return False
    server.kill()
    return True


def count(server: Server) -> int:
    kept: int = server.query(COUNT)["signals"]["totalCount"]
    return kept


def test_a_server_killed_in_the_middle_has_taken_all_or_none(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(TOGETHER)
    options = ("--database-url", database_url, "--clock", "market")
    with desk_at(database_url, tmp_path) as server:
        taken = interrupted(server, 1, chance.uniform(0, LONGEST_DELAY))
    for kill in range(1, KILLS):
        with serving(*options, folder=tmp_path) as server:
            before = (kill - 1) * TOGETHER
            kept = count(server) - before
            assert kept in ((TOGETHER,) if taken else (0, TOGETHER))
            again = send(server, 1 + before)
            assert [result["errors"] for result in again] == [[]] * TOGETHER
            assert [result["replayed"] for result in again] == [kept == TOGETHER] * TOGETHER
            taken = interrupted(server, 1 + before + TOGETHER, chance.uniform(0, LONGEST_DELAY))
    verified(database_url, tmp_path)
