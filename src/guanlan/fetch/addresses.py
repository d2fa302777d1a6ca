"""Which addresses may be connected to: public ones, and those the caller allows by name."""

import socket
from collections.abc import Sequence
from gettext import gettext as _
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from guanlan.fetch.refusals import AddressRefused, NotConnected

Allowed = Sequence[IPv4Network | IPv6Network]

# They carry an IPv4 address inside, which the far side would reach on our behalf.
_TUNNELS = (
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
)


def permitted(host: str, port: int, allow: Allowed) -> str:
    """Resolve `host` once and return the address to connect to.

    AddressRefused if any of its addresses is not public and not in `allow`: a name
    that leads inward half of the time is refused every time. NotConnected if it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotConnected(_("找不到网站 {host}，请检查网址和网络。").format(host=host)) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise NotConnected(_("找不到网站 {host}，请检查网址和网络。").format(host=host))
    for address in addresses:
        if not is_permitted(address, allow):
            sentence = _("不能访问 {host}：它指向本机或内部网络，只能用公开网址。")
            raise AddressRefused(sentence.format(host=host))
    return addresses[0]


def is_permitted(written: str, allow: Allowed) -> bool:
    """Tell whether an address is public or explicitly allowed."""
    address = _unmapped(ip_address(written))
    if any(address in network for network in allow):
        return True
    if any(address in tunnel for tunnel in _TUNNELS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address
