"""Which addresses a webhook may reach: public ones, unless the operator allows private ones."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from streams.errors import DeliveryFailed

Resolve = Callable[[str, int], Awaitable[list[str]]]
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


async def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of `host` as this machine's resolver gives them; OSError when there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


async def public_address(host: str, port: int, lookup: Resolve) -> str:
    """The address to connect to, or `DeliveryFailed`: for good when one of the host's is not public.

    The caller connects to the very address that was checked, so that a second answer of the resolver
    cannot lead elsewhere.
    """
    try:
        found = await lookup(host, port)
    except OSError as error:
        raise DeliveryFailed(f"name not resolved ({type(error).__name__})") from None
    if not found:
        raise DeliveryFailed("name not resolved")
    if not all(is_public(address) for address in found):
        raise DeliveryFailed(
            "the address is private; set allow_private: true if that is meant", permanent=True
        )
    return found[0]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, and what it must say so that the right host answers."""

    url: httpx.URL
    headers: dict[str, str]
    extensions: dict[str, Any]


async def target_of(text: str, lookup: Resolve, *, allow_private: bool) -> Target:
    """The target behind an address, by the very IP address that was found to be public.

    Raises `DeliveryFailed` where it is not, unless private ones are allowed.
    """
    url = httpx.URL(text)
    if allow_private:
        return Target(url, {}, {})
    address = await public_address(url.host, url.port or 443, lookup)
    host = url.netloc.decode("ascii")
    return Target(url.copy_with(host=address), {"Host": host}, {"sni_hostname": url.host})


def check_url(text: str, *, allow_private: bool) -> None:
    """A ValueError that names the remedy, and never the address, unless `text` can be posted to."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError("not a web address: write it whole, e.g. https://example.org/hook") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise ValueError(
            "write a whole http or https address without a user name, e.g. https://example.org/hook"
        )
    if allow_private:
        return
    if url.scheme != "https":
        raise ValueError(
            "http shows the content to everybody on the way: write https, or set allow_private: true"
        )
    if url.host == "localhost" or (_is_ip(url.host) and not is_public(url.host)):
        raise ValueError("the address is private: write a public one, or set allow_private: true")


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def is_public(address: str) -> bool:
    """Whether an IP address lies on the public internet, however it is wrapped.

    >>> is_public("93.184.215.14"), is_public("::ffff:127.0.0.1"), is_public("169.254.169.254")
    (True, False, False)
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _wrapped(ip)
    return ip.is_global and not ip.is_multicast if inner is None else is_public(str(inner))


def _wrapped(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
