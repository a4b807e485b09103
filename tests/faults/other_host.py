"""Two hosts of the test's own: network namespaces at the ends of a cable that can be pulled.

The test itself moves into the nearer one, so that nothing changes in the network of the machine, where other tests'
browsers give up whatever they are loading when it does.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services import unavailable

NETWORK = "10.77.0.0/24"
_HERE, _THERE = "10.77.0.1", "10.77.0.2"


@dataclass(frozen=True)
class OtherHost:
    """The address `here`, where servers listen, and the namespace of the other host."""

    namespace: str
    here: str

    def popen(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Run a module of Python's there, in a session of its own."""
        command = ["ip", "netns", "exec", self.namespace, sys.executable, "-m", *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def pull_the_cable(self) -> None:
        """Drop everything sent in either direction from now on, without an error to either side."""
        _ip("-n", self.namespace, "link", "set", "there", "down")


@contextmanager
def other_host() -> Iterator[OtherHost]:
    """Run on one host, connected to another, for as long as the context lasts."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        unavailable("network namespaces need root and iproute2")
    here, there = (f"papertape-{os.getpid()}-{end}" for end in ("here", "there"))
    with ExitStack() as stack:
        for namespace in (here, there):
            _ip("netns", "add", namespace)
            stack.callback(_ip, "netns", "del", namespace)
        stack.enter_context(_inside(Path("/run/netns") / here))
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "here", "type", "veth", "peer", "name", "there", "netns", there)
        _ip("addr", "add", f"{_HERE}/24", "dev", "here")
        _ip("link", "set", "here", "up")
        _ip("-n", there, "addr", "add", f"{_THERE}/24", "dev", "there")
        _ip("-n", there, "link", "set", "there", "up")
        yield OtherHost(there, _HERE)


@contextmanager
def _inside(namespace: Path) -> Iterator[None]:
    """This thread, and whatever threads and processes it starts, in another network."""
    with Path("/proc/thread-self/ns/net").open("rb") as own, namespace.open("rb") as other:
        _enter(other.fileno())
        try:
            yield
        finally:
            _enter(own.fileno())


def _enter(descriptor: int) -> None:
    """What Python has as os.setns from 3.12 on."""
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
