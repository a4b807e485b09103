"""The sockets that a server listens on."""

import socket


def bound_sockets(host: str, port: int, *, vanished_after: float = 20) -> list[socket.socket]:
    """Listening sockets, one for each address of `host`; port 0 takes a free one, the same for all.

    Whoever connects from here on waits until the server accepts, and is not turned away.
    Where the system can, a connection whose client leaves data unacknowledged for `vanished_after` seconds is
    dropped: without that, a client that vanished would be kept for as long as the kernel retries. Raises OSError.
    """
    bound: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            free_port = bound[0].getsockname()[1] if bound else port
            bound.append(_bound(family, (address, free_port), vanished_after))
    except OSError:
        for listener in bound:
            listener.close()
        raise
    return bound


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in resolved))


def _bound(family: socket.AddressFamily, address: tuple[str, int], vanished_after: float) -> socket.socket:
    # By name: asyncio sets TCP_NODELAY only on what says that it is TCP, and without it keep-alive answers wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(vanished_after * 1_000))
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
