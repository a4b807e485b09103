"""A Redis of the test's own, which it may kill."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from tests.processes import free_port, wait_until
from tests.services import unavailable


@dataclass
class OwnRedis:
    """A server on a port of its own."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        wait_until(self.answers, "Redis did not answer")

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, with no warning unless another signal is named."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait()

    def cut_connections(self) -> None:
        """Drop every client's connections, and go on."""
        with redis.Redis.from_url(self.url) as client:
            client.client_kill_filter(_type="normal")
            client.client_kill_filter(_type="pubsub")


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    """A running Redis, gone with the context."""
    if shutil.which("redis-server") is None:
        unavailable("no redis-server to start one of the test's own")
    server = OwnRedis(free_port())
    server.start()
    try:
        yield server
    finally:
        server.end()
