"""Which address a request really comes from, behind proxies that are trusted to say so. Pure: no network, no settings.

Only a trusted peer is believed, and each hop only as far as the hops to its right are trusted: what a client writes
into `X-Forwarded-For` itself is never reached.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
MAPPED = IPv6Network("::ffff:0:0/96")
COUNTED_BITS = 56
"""One connection of a customer is a whole IPv6 network of this size or smaller (RFC 6177)."""
WITH_PORT = re.compile(r"^(?:\[([0-9a-fA-F:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5})$")
"""Some proxies tell the port, too."""


def parsed_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks (CIDR), separated by commas. Raises ValueError with the part that can't be used."""
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def client_address(peer: str, forwarded: Iterable[str], trusted: Sequence[Network]) -> str:
    """The address of the client.

    Args:
        peer: the other end of the connection.
        forwarded: the values of the `X-Forwarded-For` headers, in their order.
        trusted: the proxies whose word is taken.

    Returns:
        The last untrusted hop, the farthest one when all are trusted; the peer when it isn't trusted or a hop is no
        address. IPv4 addresses mapped into IPv6 are told as IPv4. A peer that is no address is returned as it is.
    """
    nearest = _address(peer)
    if nearest is None:
        return peer
    found = nearest
    for hop in reversed(",".join(forwarded).split(",")):
        if not _is_among(found, trusted):
            break
        farther = _address(WITH_PORT.sub(r"\1\2", hop.strip()))
        if farther is None:
            return str(nearest)
        found = farther
    return str(found)


def counted_as(address: str) -> str:
    """What tries from this address are counted under: an IPv4 address, the /56 network of an IPv6 one."""
    parsed = _address(address)
    if isinstance(parsed, IPv6Address) and not parsed.is_loopback:
        return str(IPv6Network((parsed, COUNTED_BITS), strict=False))
    return address


def is_loopback(address: str) -> bool:
    """Whether it is this machine."""
    parsed = _address(address)
    return parsed is not None and parsed.is_loopback


def _address(text: str) -> Address | None:
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        return parsed.ipv4_mapped or IPv6Address(int(parsed))  # without the name of an interface
    return parsed


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as fault:
        raise ValueError(text) from fault
    if isinstance(network, IPv6Network) and network.subnet_of(MAPPED):
        mapped = network.network_address.ipv4_mapped
        assert mapped is not None, "inside MAPPED"
        network = IPv4Network((mapped, network.prefixlen - MAPPED.prefixlen))
    if network.prefixlen == 0:
        raise ValueError(text)  # everybody would be believed
    return network


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
