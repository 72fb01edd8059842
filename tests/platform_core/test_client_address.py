"""Whose address counts: the last hop nobody vouches for; what a client claims about itself is never believed."""

import os
import subprocess
import sys
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.accounts.client_address import client_address, counted_as, is_loopback, parsed_networks
from platform_core.embedded import StartupError
from platform_core.settings import InstanceSettings

TRUSTED = parsed_networks("10.0.0.0/8, fd00::/8")
PROXIES = st.one_of(st.ip_addresses(network="10.0.0.0/8"), st.ip_addresses(network="fd00::/8")).map(str)
OTHERS = st.one_of(
    st.ip_addresses(v=4).filter(lambda one: one not in IPv4Network("10.0.0.0/8")),
    st.ip_addresses(network="2001:db8::/32"),
).map(str)
HOPS = st.lists(st.one_of(PROXIES, OTHERS, st.text(max_size=20)), max_size=5)


def headers_of(hops: list[str], cuts: list[int]) -> list[str]:
    """The hops as one header or several, as proxies write them."""
    headers: list[list[str]] = [[]]
    for number, hop in enumerate(hops):
        if number in cuts and headers[-1]:
            headers.append([])
        headers[-1].append(hop)
    return [", ".join(one) for one in headers]


@given(OTHERS, HOPS)
def test_nobody_else_is_believed_whatever_they_claim(peer: str, claimed: list[str]) -> None:
    assert client_address(peer, headers_of(claimed, []), TRUSTED) == peer
    assert client_address(peer, headers_of(claimed, []), ()) == peer


@given(HOPS, OTHERS, st.lists(PROXIES, max_size=3), PROXIES, st.lists(st.integers(0, 9)))
def test_what_stands_left_of_the_client_changes_nothing(
    forged: list[str], client: str, proxies: list[str], peer: str, cuts: list[int]
) -> None:
    assert client_address(peer, headers_of([*forged, client, *proxies], cuts), TRUSTED) == client


@given(st.lists(PROXIES, min_size=1, max_size=4), PROXIES)
def test_where_all_are_trusted_the_farthest_counts(proxies: list[str], peer: str) -> None:
    assert client_address(peer, headers_of(proxies, []), TRUSTED) == proxies[0]


@given(PROXIES, HOPS, st.sampled_from(["", "unknown", "x", "1.2.3", "1.2.3.4:x", "1.2.3.4.5", "[::1", "\x00", "1e3"]))
def test_garbage_of_a_proxy_leaves_its_own_address(peer: str, claimed: list[str], garbage: str) -> None:
    assert client_address(peer, headers_of([*claimed, garbage], []), TRUSTED) == peer
    assert client_address(peer, [], TRUSTED) == peer


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_the_same_inside_ipv6(client: IPv4Address) -> None:
    mapped = f"::ffff:{client}"
    assert client_address(mapped, [], ()) == str(client)
    found = client_address("::ffff:10.1.1.1", [mapped], TRUSTED)
    assert found == str(client)
    assert parsed_networks(f"::ffff:{client}") == parsed_networks(str(client))


@given(st.one_of(OTHERS, PROXIES, st.text(max_size=30)), HOPS)
def test_the_answer_is_an_address_or_the_peer(peer: str, claimed: list[str]) -> None:
    found = client_address(peer, headers_of(claimed, []), TRUSTED)
    assert found == peer or str(ip_address(found)) == found


@given(st.ip_addresses(network="2001:db8::/32"), st.integers(0, 2**72 - 1))
def test_a_whole_ipv6_connection_is_counted_as_one(address: IPv6Address, other: int) -> None:
    neighbour = IPv6Address(int(address) >> 72 << 72 | other)
    assert counted_as(str(address)) == counted_as(str(neighbour))
    assert counted_as(str(address)) != counted_as(str(IPv6Address(int(address) ^ 1 << 72)))


def test_what_is_counted_as_it_is() -> None:
    assert [counted_as(one) for one in ("203.0.113.7", "::1", "", "testclient")] == [
        "203.0.113.7", "::1", "", "testclient"
    ]  # fmt: skip
    assert [is_loopback(one) for one in ("127.0.0.9", "::1", "::ffff:127.0.0.1", "10.0.0.1", "")] == [
        True, True, True, False, False
    ]  # fmt: skip


@pytest.mark.parametrize("odd", ["10.0.0.5/8", "proxy.example", "10.0.0.0/33", "*", "0.0.0.0/0", "::/0", "10.0.0.1;x"])
def test_a_malformed_setting_is_one_sentence_that_names_the_part(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIDUA_TRUSTED_PROXIES", f"10.1.1.1,{odd}")
    with pytest.raises(StartupError) as refused:
        InstanceSettings.from_environment()
    assert "THIDUA_TRUSTED_PROXIES" in refused.value.sentence and f"“{odd}”" in refused.value.sentence


@pytest.mark.parametrize("odd", ["soon", "0", "-1", "nan", "inf", "1e9"])
def test_seconds_that_are_none_are_one_sentence(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIDUA_REQUEST_SECONDS", odd)
    with pytest.raises(StartupError, match=f"THIDUA_REQUEST_SECONDS: “{odd}”"):
        InstanceSettings.from_environment()


def test_a_command_says_that_sentence_and_nothing_else() -> None:
    program = "from platform_core.cli import main; main()"
    told = subprocess.run([sys.executable, "-c", program, "tenants", "list"], capture_output=True, text=True,
                          env=os.environ | {"THIDUA_TRUSTED_PROXIES": "proxy.example"})  # fmt: skip
    assert told.returncode == 1 and not told.stdout
    assert len(told.stderr.splitlines()) == 1 and "proxy.example" in told.stderr


def test_every_process_trusts_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = InstanceSettings(data=tmp_path, trusted_proxies=TRUSTED, request_seconds=2.5)
    for name, value in chosen.to_environment().items():
        monkeypatch.setenv(name, value)
    read = InstanceSettings.from_environment()
    assert (read.trusted_proxies, read.request_seconds) == (TRUSTED, 2.5)
    monkeypatch.setenv("THIDUA_TRUSTED_PROXIES", "")
    assert InstanceSettings.from_environment().trusted_proxies == ()


@pytest.mark.parametrize(
    ("hop", "wanted"),
    [("1.2.3.4:55", "1.2.3.4"), ("[2001:db8::1]:443", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"),
     ("2001:db8::1", "2001:db8::1"), ("1.2.3.4:", "10.1.1.1"), ("1.2.3.4:99999999", "10.1.1.1")],
)  # fmt: skip
def test_a_proxy_may_tell_the_port_too(hop: str, wanted: str) -> None:
    assert client_address("10.1.1.1", [hop], TRUSTED) == wanted
