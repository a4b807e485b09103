"""The process that sends one message through apprise. It is told what on standard input, and says what went wrong.

Libraries connect here as they like, so the interpreter is asked to refuse what may not be: connections to addresses
that nothing may be sent to, and other programs. No redirect is followed.
"""

import json
import logging
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from ipaddress import ip_address, ip_network
from re import split
from typing import Any

from api.notifications.reachable import ForbiddenAddress, Network, addresses_of, require_reachable

_MEMORY_BYTES = 1024**3
_NICENESS = 10
_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_PROGRAMS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "syslog.openlog"})
_LONGEST_REASON = 200
_SHORTEST_SECRET = 5


def main() -> None:
    """Do what standard input says."""
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    order = json.loads(sys.stdin.read())
    import_module("apprise")  # before anything is refused, for it looks for programs

    guard = Guard([ip_network(network) for network in order["private"]])
    sys.addaudithook(guard)
    refuse_redirects()
    problem = problem_with(order)
    sys.stdout.write(json.dumps({"problem": guard.refusal or problem}))


class Guard:
    """An audit hook: what it raises in is not done."""

    def __init__(self, private: Sequence[Network]) -> None:
        self._private = private
        self.refusal: str | None = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse a connection to an address that may not be reached, and every program."""
        if event in _CONNECTING:
            self._judge(arguments[1])
        elif event in _PROGRAMS:
            self._refuse("it is on this machine, where nothing is told")

    def _judge(self, address: object) -> None:
        if not isinstance(address, tuple):
            self._refuse("it is on this machine, where nothing is told")
            return
        try:
            require_reachable(str(address[0]), self._private)
        except ForbiddenAddress as problem:
            self._refuse(str(problem))

    def _refuse(self, sentence: str) -> None:
        self.refusal = sentence
        raise ForbiddenAddress(sentence)


def refuse_redirects() -> None:
    """Take an answer that leads elsewhere for what it is."""
    from requests.sessions import SessionRedirectMixin

    SessionRedirectMixin.get_redirect_target = lambda *_: None  # type: ignore[method-assign]


def problem_with(order: Mapping[str, Any]) -> str | None:
    """What is wrong with a URL, or why no message could be sent to it; None if nothing is."""
    import apprise

    reasons = _Reasons(order["url"])
    logger = logging.getLogger("apprise")
    logger.addHandler(reasons)
    logger.propagate = False
    service = apprise.Apprise.instantiate(order["url"])
    if service is None:
        return "apprise knows no such service, or the URL lacks something that the service needs"
    message = order.get("message")
    if message is None:
        return _forbidden_host(service, [ip_network(network) for network in order["private"]])
    if service.notify(body=message["body"], title=message["title"]):
        return None
    return reasons.last or "it was not taken"


def _forbidden_host(service: Any, private: Sequence[Network]) -> str | None:
    """Why nothing may be sent to the host of a service, where that shows at once.

    Names are not looked up, for what stands there may be a secret: this machine's own is known.
    """
    host = str(getattr(service, "smtp_host", None) or getattr(service, "host", None) or "").strip("[]")
    try:
        addresses = addresses_of(host, 0) if host.lower() == "localhost" else [str(ip_address(host))]
        for address in addresses:
            require_reachable(address, private)
    except ForbiddenAddress as problem:
        return str(problem)
    except ValueError:
        return None
    return None


class _Reasons(logging.Handler):
    """The last warning, less all that might be a secret of the URL."""

    def __init__(self, url: str) -> None:
        super().__init__(logging.WARNING)
        self._secrets = sorted(set(split(r"[^A-Za-z0-9_\-.]", url)), key=len, reverse=True)
        self.last: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning."""
        text = " ".join(record.getMessage().split())
        for part in self._secrets:
            if len(part) >= _SHORTEST_SECRET:
                text = text.replace(part, "…")
        self.last = "".join(character for character in text if character.isprintable())[:_LONGEST_REASON]
