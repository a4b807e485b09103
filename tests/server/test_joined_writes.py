"""The head of an answer waits for its body, and for nothing else."""

import asyncio

from api.server.joined_writes import JoinedWrites


class Recorder(asyncio.Transport):
    """A transport that keeps what it is given, call by call."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self._is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self._is_closed
        self.written.append(bytes(data))

    def close(self) -> None:
        self._is_closed = True

    def is_closing(self) -> bool:
        return self._is_closed


def an_answer() -> tuple[Recorder, JoinedWrites]:
    transport = Recorder()
    return transport, JoinedWrites(transport, asyncio.get_running_loop())


async def test_a_head_and_the_body_that_follows_it_are_written_at_once() -> None:
    transport, answer = an_answer()
    answer.write(b"head")
    answer.write(b"body")
    assert transport.written == [b"headbody"]
    await asyncio.sleep(0)
    assert transport.written == [b"headbody"]


async def test_a_head_without_a_body_is_sent_at_the_next_turn() -> None:
    transport, answer = an_answer()
    answer.write(b"head")
    assert transport.written == []
    await asyncio.sleep(0)
    assert transport.written == [b"head"]


async def test_what_follows_the_first_of_a_body_is_not_held_back() -> None:
    transport, answer = an_answer()
    for part in (b"head", b"first", b"second", b"third"):
        answer.write(part)
    assert transport.written == [b"headfirst", b"second", b"third"]


async def test_a_head_is_sent_before_the_connection_is_closed() -> None:
    transport, answer = an_answer()
    answer.write(b"head")
    answer.close()
    assert (transport.written, answer.is_closing()) == ([b"head"], True)


async def test_a_head_is_forgotten_where_the_connection_is_closed_by_somebody_else() -> None:
    transport, answer = an_answer()
    answer.write(b"head")
    transport.close()
    await asyncio.sleep(0)
    assert transport.written == []
