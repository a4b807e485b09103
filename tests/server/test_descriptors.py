"""A server that may open 256 descriptors, and 300 clients that connect and say nothing."""

from pathlib import Path

import httpx

from tests.attacks.connections import connected
from tests.attacks.harness import a_target

NEW_CONNECTIONS = 20


def test_whoever_has_something_to_ask_gets_in_beside_more_silent_clients_than_there_are_descriptors(
    tmp_path: Path,
) -> None:
    with a_target(tmp_path, short=True) as target, connected(target, 300):
        with httpx.Client(headers={**target.headers, "Connection": "close"}) as client:
            for _ in range(NEW_CONNECTIONS):
                answer = client.post(target.server.url, json={"query": "{ __typename }"})
                assert answer.json() == {"data": {"__typename": "Query"}}
        target.server.until(lambda server: server.logged(), "nothing was logged")
        lines = [(line["level"], line["event"]) for line in target.server.logged()]
    assert lines == [("warning", "connections are at their limit")]
