"""Where a request comes from: a proxy is believed only where it was named, and its clients stay apart."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from seatrial.services.access.addresses import Addresses, Unreadable, counted_as, networks

PROXY = "10.0.0.9"
RULES = Addresses(trusted=networks(["10.0.0.0/8"]))
addresses = st.ip_addresses().filter(lambda each: not str(each).startswith("10."))


def asgi(peer: str) -> dict[str, Any]:
    return {"type": "http", "scheme": "http", "client": (peer, 4711)}


def client(peer: str, *forwarded: str, rules: Addresses = RULES) -> str:
    headers = Headers(raw=[(b"x-forwarded-for", each.encode()) for each in forwarded])
    return str(rules.client(asgi(peer), headers))


@given(addresses, addresses)
def test_nobody_can_say_for_itself_where_it_comes_from(peer: Any, claimed: Any) -> None:
    assert ip_address(client(str(peer), str(claimed))) == (getattr(peer, "ipv4_mapped", None) or peer)


@given(st.lists(addresses, max_size=5), addresses)
def test_of_a_trusted_proxys_list_the_last_stranger_counts(claimed: list[Any], real: Any) -> None:
    found = client(PROXY, ", ".join(str(each) for each in [*claimed, real]))
    assert ip_address(found) == (getattr(real, "ipv4_mapped", None) or real)


def test_a_chain_of_trusted_proxies_is_followed_to_the_stranger() -> None:
    assert client(PROXY, "6.6.6.6, 203.0.113.7, 10.0.0.3") == "203.0.113.7"
    assert client(PROXY, "6.6.6.6", "203.0.113.7") == "203.0.113.7"
    assert client(PROXY, "[2001:db8::7]:443") == "2001:db8::7"


@pytest.mark.parametrize("said", ["unknown", "1.2.3.4, nonsense", "1.2.3.4,", "x" * 3000])
def test_a_trusted_proxy_that_says_nonsense_is_not_understood(said: str) -> None:
    with pytest.raises(Unreadable):
        client(PROXY, said)


def test_a_network_of_ipv6_is_one_caller_and_two_networks_are_two() -> None:
    one, same, other = map(ip_address, ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"))
    assert counted_as(one) == counted_as(same) != counted_as(other)
    assert counted_as(ip_address("203.0.113.7")) == "203.0.113.7"


@given(addresses)
def test_the_list_of_networks_admits_its_own_and_nobody_else(peer: Any) -> None:
    rules = Addresses(allowed=networks(["203.0.113.0/24", "2001:db8::/32"]))
    allowed = rules.admits(peer, asgi(str(peer)), Headers())
    assert allowed == (peer.is_loopback or any(peer in network for network in rules.allowed))


def test_a_proxy_on_this_machine_does_not_make_its_clients_this_machine() -> None:
    rules = Addresses(allowed=networks(["203.0.113.0/24"]))
    assert rules.admits(ip_address("127.0.0.1"), asgi("127.0.0.1"), Headers())
    assert not rules.admits(ip_address("127.0.0.1"), asgi("127.0.0.1"), Headers({"x-forwarded-for": "6.6.6.6"}))


def test_encryption_is_believed_from_a_trusted_proxy_only() -> None:
    said = Headers({"x-forwarded-proto": "https"})
    assert RULES.encrypted(asgi(PROXY), said)
    assert not RULES.encrypted(asgi("203.0.113.7"), said)
