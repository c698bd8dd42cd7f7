"""For which hosts a certificate is valid; the table holds what ``Certificate.VerifyHostname`` of Go 1.18 to 1.25 said."""

from __future__ import annotations

import pytest

from dmls.pki import certificate, chain, names
from dmls.pki.facts import GoVersion, IPRange
from support.certs_block import Material

VERSIONS: list[GoVersion] = [(1, minor) for minor in range(18, 26)]
LATEST = VERSIONS[-1]

# (wishes of the certificate, [(host, [(first version, what it says)])]); an ellipsis stands for the start of a long list of names.
HOSTS: list[tuple[str, list[tuple[str, list[tuple[GoVersion, str | None]]]]]] = [
    (
        "san: m1.dm.local",
        [
            ("m1.dm.local", [((1, 18), None)]),
            ("M1.dm.LOCAL", [((1, 18), None)]),
            ("m1.dm.local.", [((1, 18), None)]),
            ("m1.dm.local..", [((1, 18), "x509: certificate is valid for m1.dm.local, not m1.dm.local..")]),
            ("m2.dm.local", [((1, 18), "x509: certificate is valid for m1.dm.local, not m2.dm.local")]),
            ("m1.dm.local:8261", [((1, 18), "x509: certificate is valid for m1.dm.local, not m1.dm.local:8261")]),
            ("[m1.dm.local]", [((1, 18), "x509: certificate is valid for m1.dm.local, not [m1.dm.local]")]),
            ("", [((1, 18), "x509: certificate is valid for m1.dm.local, not ")]),
        ],
    ),
    (
        "san: dns:m1.dm.local.",
        [
            ("m1.dm.local", [((1, 18), "x509: certificate is valid for m1.dm.local., not m1.dm.local")]),
            ("m1.dm.local.", [((1, 18), None)]),
        ],
    ),
    (
        "san: *.dm.local",
        [
            ("m1.dm.local", [((1, 18), None)]),
            ("a.m1.dm.local", [((1, 18), "x509: certificate is valid for *.dm.local, not a.m1.dm.local")]),
            ("dm.local", [((1, 18), "x509: certificate is valid for *.dm.local, not dm.local")]),
            (".dm.local", [((1, 18), "x509: certificate is valid for *.dm.local, not .dm.local")]),
            ("*.dm.local", [((1, 18), None)]),
            ("M1.DM.local.", [((1, 18), None)]),
            ("-a.dm.local", [((1, 18), "x509: certificate is valid for *.dm.local, not -a.dm.local")]),
            ("a b.dm.local", [((1, 18), "x509: certificate is valid for *.dm.local, not a b.dm.local")]),
            ("x_y.dm.local", [((1, 18), None)]),
        ],
    ),
    (
        "san: m1.*.local m*.dm.local",
        [
            ("m1.dm.local", [((1, 18), "x509: certificate is valid for m1.*.local, m*.dm.local, not m1.dm.local")]),
        ],
    ),
    (
        "san: dns:*",
        [
            ("localhost", [((1, 18), None), ((1, 23), "x509: certificate is valid for *, not localhost")]),
            ("*", [((1, 18), None)]),
        ],
    ),
    (
        "san: *",
        [
            ("a.b", [((1, 18), "x509: certificate is valid for *, not a.b")]),
        ],
    ),
    (
        "san: dns:a_b dns:-x.y dns:x..y",
        [
            ("a_b", [((1, 18), None)]),
            ("-x.y", [((1, 18), None)]),
            ("x..y", [((1, 18), None)]),
            ("-X.Y", [((1, 18), None)]),
        ],
    ),
    (
        'san: "dns: m1.dm.local"',
        [
            ("m1.dm.local", [((1, 18), "x509: certificate is valid for  m1.dm.local, not m1.dm.local")]),
            (" m1.dm.local", [((1, 18), None)]),
        ],
    ),
    (
        "san: xn--fiq228c.example",
        [
            ("中文.example", [((1, 18), "x509: certificate is valid for xn--fiq228c.example, not 中文.example")]),
            ("xn--fiq228c.example", [((1, 18), None)]),
        ],
    ),
    (
        "san: 10.0.0.9 2001:db8::1",
        [
            ("10.0.0.9", [((1, 18), None)]),
            ("[10.0.0.9]", [((1, 18), None)]),
            ("10.0.0.8", [((1, 18), "x509: certificate is valid for 10.0.0.9, 2001:db8::1, not 10.0.0.8")]),
            ("::ffff:10.0.0.9", [((1, 18), None)]),
            ("2001:db8::1", [((1, 18), None)]),
            ("[2001:DB8:0::1]", [((1, 18), None)]),
            ("2001:db8::2", [((1, 18), "x509: certificate is valid for 10.0.0.9, 2001:db8::1, not 2001:db8::2")]),
            ("010.0.0.9", [((1, 18), "x509: certificate is not valid for any names, but wanted to match 010.0.0.9")]),
            ("10.0.9", [((1, 18), "x509: certificate is not valid for any names, but wanted to match 10.0.9")]),
            ("00002001:db8::1", [((1, 18), None), ((1, 23), "x509: certificate is not valid for any names, but wanted to match 00002001:db8::1")]),
            ("2001:db8::1%eth0", [((1, 18), "x509: certificate is not valid for any names, but wanted to match 2001:db8::1%eth0")]),
            ("[2001:db8::1%eth0]", [((1, 18), "x509: certificate is not valid for any names, but wanted to match [2001:db8::1%eth0]")]),
        ],
    ),
    (
        "san: ipbytes:00000000000000000000ffff0a000009",
        [
            ("10.0.0.9", [((1, 18), None)]),
            ("10.0.0.8", [((1, 18), "x509: certificate is valid for 10.0.0.9, not 10.0.0.8")]),
        ],
    ),
    (
        "san: ip:0:0:1:0:0:0:1:0 ip:::1 ip:1:: ip:1:0:0:2:3:0:0:4",
        [
            ("::2", [((1, 18), "x509: certificate is valid for 0:0:1::1:0, ::1, 1::, 1::2:3:0:0:4, not ::2")]),
            ("1:2:3:4:5:6:7::8", [((1, 18), "x509: certificate is not valid for any names, but wanted to match 1:2:3:4:5:6:7::8")]),
            ("1:2:3:4:5:6:1.2.3.4", [((1, 18), "x509: certificate is valid for 0:0:1::1:0, ::1, 1::, 1::2:3:0:0:4, not 1:2:3:4:5:6:1.2.3.4")]),
            ("1:2:3:4:5:1.2.3.4", [((1, 18), "x509: certificate is not valid for any names, but wanted to match 1:2:3:4:5:1.2.3.4")]),
            ("::1.2.3.04", [((1, 18), "x509: certificate is not valid for any names, but wanted to match ::1.2.3.04")]),
            ("1::2::3", [((1, 18), "x509: certificate is not valid for any names, but wanted to match 1::2::3")]),
            (":::1", [((1, 18), "x509: certificate is not valid for any names, but wanted to match :::1")]),
            ("::12345", [((1, 18), "x509: certificate is not valid for any names, but wanted to match ::12345")]),
            ("1:2:3:4:5:6:7:8:9", [((1, 18), "x509: certificate is not valid for any names, but wanted to match 1:2:3:4:5:6:7:8:9")]),
            ("::", [((1, 18), "x509: certificate is valid for 0:0:1::1:0, ::1, 1::, 1::2:3:0:0:4, not ::")]),
            ("fe80::", [((1, 18), "x509: certificate is valid for 0:0:1::1:0, ::1, 1::, 1::2:3:0:0:4, not fe80::")]),
            ("1:", [((1, 18), "x509: certificate is not valid for any names, but wanted to match 1:")]),
        ],
    ),
    (
        "san: dns:10.0.0.9",
        [
            ("10.0.0.9", [((1, 18), "x509: cannot validate certificate for 10.0.0.9 because it doesn't contain any IP SANs")]),
        ],
    ),
    (
        "san: a.b",
        [
            ("127.0.0.1", [((1, 18), "x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs")]),
        ],
    ),
    (
        "san: none, cn: m1.dm.local",
        [
            ("m1.dm.local", [((1, 18), "x509: certificate relies on legacy Common Name field, use SANs instead")]),
            ("M1.dm.local.", [((1, 18), "x509: certificate relies on legacy Common Name field, use SANs instead")]),
            ("m2.dm.local", [((1, 18), "x509: certificate is not valid for any names, but wanted to match m2.dm.local")]),
            ("127.0.0.1", [((1, 18), "x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs")]),
        ],
    ),
    (
        "san: none, cn: *.dm.local",
        [
            ("m1.dm.local", [((1, 18), "x509: certificate relies on legacy Common Name field, use SANs instead")]),
        ],
    ),
    (
        "san: none, cn: 10.0.0.9",
        [
            ("10.0.0.9", [((1, 18), "x509: certificate relies on legacy Common Name field, use SANs instead")]),
            ("[10.0.0.9]", [((1, 18), "x509: certificate relies on legacy Common Name field, use SANs instead")]),
        ],
    ),
    (
        "san: none, cn: none, o: x",
        [
            ("a", [((1, 18), "x509: certificate is not valid for any names, but wanted to match a")]),
            ("", [((1, 18), "x509: certificate is not valid for any names, but wanted to match ")]),
        ],
    ),
    (
        "san: email:a@b.c, cn: m1.dm.local",
        [
            ("m1.dm.local", [((1, 18), "x509: certificate is not valid for any names, but wanted to match m1.dm.local")]),
        ],
    ),
    (
        "san: uri:spiffe://a/b",
        [
            ("a", [((1, 18), "x509: certificate is not valid for any names, but wanted to match a")]),
            ("::1", [((1, 18), "x509: cannot validate certificate for ::1 because it doesn't contain any IP SANs")]),
            ("[]", [((1, 18), "x509: certificate is not valid for any names, but wanted to match []")]),
            ("[", [((1, 18), "x509: certificate is not valid for any names, but wanted to match [")]),
            ("]", [((1, 18), "x509: certificate is not valid for any names, but wanted to match ]")]),
        ],
    ),
    (
        "san: " + " ".join(f"h{i}.test" for i in range(100)),
        [
            ("h5.test", [((1, 18), None)]),
            ("x.test", [((1, 18), "…, h99.test, not x.test"), ((1, 24), "x509: certificate is valid for 100 names, but none matched x.test")]),
            ("1.1.1.1", [((1, 18), "x509: cannot validate certificate for 1.1.1.1 because it doesn't contain any IP SANs")]),
        ],
    ),
    (
        "san: " + " ".join(f"10.0.0.{i}" for i in range(100)),
        [
            ("10.0.0.5", [((1, 18), None)]),
            ("10.0.1.1", [((1, 18), "…, 10.0.0.99, not 10.0.1.1"), ((1, 24), "x509: certificate is valid for 100 IP SANs, but none matched 10.0.1.1")]),
            ("x", [((1, 18), "x509: certificate is not valid for any names, but wanted to match x")]),
        ],
    ),
]


@pytest.mark.parametrize(("wishes", "hosts"), HOSTS, ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_hosts(wishes: str, hosts: list[tuple[str, list[tuple[GoVersion, str | None]]]]) -> None:
    leaf = certificate.parse(Material(f"lf = leaf, {wishes}")["lf"].der)
    for host, says in hosts:
        for go in VERSIONS:
            verdict = chain.verify_host(leaf, host, go)
            said = [text for since, text in says if since <= go][-1]
            if said is not None and said.startswith("…"):
                assert verdict.go_error is not None and verdict.go_error.endswith(said[1:]), (host, go)
            else:
                assert verdict.go_error == said, (host, go)
            assert verdict.ok == (said is None)
            assert verdict.reason == ("" if verdict.ok else "hostname")
            assert verdict.go_type == ("" if verdict.ok else "HostnameError")


# (address in hexadecimal, as Go prints it)
ADDRESSES: list[tuple[str, str]] = [
    ("7f000001", "127.0.0.1"),
    ("00000000000000000000ffff7f000001", "127.0.0.1"),
    ("00000000000000000000000000000000", "::"),
    ("00000000000000000000000000000001", "::1"),
    ("00010000000000000000000000000000", "1::"),
    ("00010000000200000000000300000000", "1:0:2::3:0:0"),
    ("00010000000000020000000000030004", "1::2:0:0:3:4"),
    ("00010002000300040005000600070000", "1:2:3:4:5:6:7:0"),
    ("20010db8000000000000ff0000428329", "2001:db8::ff00:42:8329"),
]


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
def test_addresses(address: str, shown: str) -> None:
    packed = bytes.fromhex(address)
    assert names.ip_text(packed) == shown
    assert (names.parse_ip(shown, LATEST) or b"")[-len(packed) :] == packed


# (address, mask, as Go prints the range)
RANGES: list[tuple[str, str, str]] = [
    ("0a000000", "ff000000", "10.0.0.0/8"),
    ("0a000000", "00000000", "10.0.0.0/0"),
    ("0a000001", "ffffffff", "10.0.0.1/32"),
    ("0a000000", "ff00ff00", "10.0.0.0/ff00ff00"),
    ("00000000000000000000ffff0a000000", "ffffffffffffffffffffffffff000000", "10.0.0.0/8"),
    ("20010db8000000000000000000000000", "ffffffff000000000000000000000000", "2001:db8::/32"),
]


@pytest.mark.parametrize(("address", "mask", "shown"), RANGES)
def test_ranges(address: str, mask: str, shown: str) -> None:
    assert names.range_text(IPRange(bytes.fromhex(address), bytes.fromhex(mask))) == shown


# (URI, as Go prints it, as Go 1.18 does where that differs)
URIS: list[tuple[str, str, str | None]] = [
    ("HTTP://Example.com", "http://Example.com", None),
    ("file:/x", "file:/x", "file:///x"),
    ("file:///x", "file:///x", None),
    ("urn:a:b?c#d", "urn:a:b?c#d", None),
    ("//h/p q", "//h/p%20q", None),
    ("http://u%41!:@h/", "http://uA%21:@h/", None),
    ("/a:b", "/a:b", None),
    ("/?", "/?", None),
    ('x:/"<>%2f', "x:/%22%3C%3E/", "x:///%22%3C%3E/"),
    ("x:/!%2f", "x:/!%2f", "x:///!%2f"),
    ("http://h#f g", "http://h#f%20g", None),
    ("http://h#", "http://h", None),
]


@pytest.mark.parametrize(("uri", "shown", "first"), URIS)
def test_uris(uri: str, shown: str, first: str | None) -> None:
    assert names.uri_text(uri, LATEST) == shown
    assert names.uri_text(uri, VERSIONS[0]) == (first or shown)
