"""A host of the test's own: a network namespace at the end of a cable that can be pulled."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.services import unavailable


@dataclass(frozen=True)
class OtherHost:
    """Two ends of a cable: `here`, where servers listen, and the namespace of the other host."""

    namespace: str
    here: str

    def popen(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Run a module of Python's there, in a session of its own."""
        command = ["ip", "netns", "exec", self.namespace, sys.executable, "-m", *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def pull_the_cable(self) -> None:
        """From here on nothing goes either way, and nobody is told."""
        _ip("netns", "exec", self.namespace, "ip", "link", "set", "there", "down")


@contextmanager
def other_host() -> Iterator[OtherHost]:
    """A namespace with its cable, gone with the context."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        unavailable("network namespaces need root and iproute2")
    number = os.getpid()
    namespace, link, net = f"papertape-{number}", f"pt{number}", f"10.77.{number % 250}"
    _ip("netns", "add", namespace)
    try:
        _ip("link", "add", link, "type", "veth", "peer", "name", "there", "netns", namespace)
        _ip("addr", "add", f"{net}.1/24", "dev", link)
        _ip("link", "set", link, "up")
        _ip("-n", namespace, "addr", "add", f"{net}.2/24", "dev", "there")
        _ip("-n", namespace, "link", "set", "there", "up")
        yield OtherHost(namespace, f"{net}.1")
    finally:
        _ip("netns", "del", namespace)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
