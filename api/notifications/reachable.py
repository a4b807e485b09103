"""Which addresses a notification may be sent to: those of the internet, and private ones that a setting names."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from api.errors import PapertapeError

Network = IPv4Network | IPv6Network
IpAddress = IPv4Address | IPv6Address

_UNICAST = ip_network("2000::/3")
"""All that the internet has of IPv6. What `ipaddress` takes for global is more, and differs between Pythons."""
_PROTOCOLS = ip_network("192.0.0.0/24")
"""Where some clouds keep the secrets of a machine; some Pythons take a part of it for global."""
_EMBEDDING = {
    ip_network("::/96"): 0,  # "compatible"
    ip_network("::ffff:0:0/96"): 0,  # mapped
    ip_network("::ffff:0:0:0/96"): 0,  # translated
    ip_network("64:ff9b::/96"): 0,  # NAT64
    ip_network("2002::/16"): 80,  # 6to4
}
"""IPv6 networks whose addresses hold one of IPv4, and how many bits stand after it. Local NAT64 (64:ff9b:1::/48) and
Teredo hold one too, in places that differ: they are no addresses of the internet."""
_LOW_32_BITS = 2**32 - 1


class ForbiddenAddress(PapertapeError, OSError):
    """An address that nothing is sent to, in a sentence that says what would let it; to libraries, no way there."""


def reached(address: str) -> IpAddress:
    """Whose address it is, however it is written: one of IPv4 may stand in one of IPv6."""
    found = ip_address(address.partition("%")[0])
    if found.is_loopback or found.is_unspecified:
        return found
    bits = next((bits for network, bits in _EMBEDDING.items() if found in network), None)
    return found if bits is None else IPv4Address(int(found) >> bits & _LOW_32_BITS)


def is_allowed(address: str, private: Sequence[Network]) -> bool:
    """Whether an address is named, of this machine's neighbourhood or not."""
    found = reached(address)
    return any(found in network for network in private)


def require_reachable(address: str, private: Sequence[Network]) -> None:
    """Refuse an address that is not of the internet, unless it is allowed. Raises ForbiddenAddress."""
    found = reached(address)
    if not _is_public(found) and not is_allowed(address, private):
        raise ForbiddenAddress(f"{found} is no address of the internet: serve --notify-private {found} allows it")


def _is_public(address: IpAddress) -> bool:
    is_of_internet = address in _UNICAST if isinstance(address, IPv6Address) else address not in _PROTOCOLS
    return is_of_internet and address.is_global and not address.is_multicast


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises OSError."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))
