"""``net.SplitHostPort``, ``url.Parse`` and DM's scheme helpers; the tables hold what Go printed."""

from __future__ import annotations

import pytest

from dmls.go import host_port

# (text, (host, port), error)
ADDRESSES: list[tuple[str, tuple[str, str] | None, str | None]] = [
    ("127.0.0.1:8261", ("127.0.0.1", "8261"), None),
    (":8261", ("", "8261"), None),
    ("[::1]:8261", ("::1", "8261"), None),
    ("::1:8261", None, "address ::1:8261: too many colons in address"),
    ("host", None, "address host: missing port in address"),
    ("[::1]", None, "address [::1]: missing port in address"),
    ("[::1]8261", None, "address [::1]8261: missing port in address"),
    ("[::1]:1:2", None, "address [::1]:1:2: too many colons in address"),
    ("a]b:1", None, "address a]b:1: unexpected ']' in address"),
    ("[a:1", None, "address [a:1: missing ']' in address"),
    ("a[b:1", None, "address a[b:1: unexpected '[' in address"),
    ("", None, "missing port in address"),
    ("host:", ("host", ""), None),
    ("[]:1", ("", "1"), None),
    ("[[a]:1", None, "address [[a]:1: unexpected '[' in address"),
    ("[a]]:1", None, "address [a]]:1: missing port in address"),
    ("http://h:1", None, "address http://h:1: too many colons in address"),
    ("10.0.0.1:1,10.0.0.2:2", None, "address 10.0.0.1:1,10.0.0.2:2: too many colons in address"),
    (":", ("", ""), None),
]

# (text, (scheme, host, path, opaque, host name, port), error)
URLS: list[tuple[str, tuple[str, str, str, str, str, str] | None, str | None]] = [
    ("http://127.0.0.1:8291", ("http", "127.0.0.1:8291", "", "", "127.0.0.1", "8291"), None),
    ("https://a.b:1/x?y#z", ("https", "a.b:1", "/x", "", "a.b", "1"), None),
    ("127.0.0.1:8291", None, 'parse "127.0.0.1:8291": first path segment in URL cannot contain colon'),
    ("a:b", ("a", "", "", "b", "", ""), None),
    ("//a:b/c", None, 'parse "//a:b/c": invalid port ":b" after host'),
    ("///a", ("", "", "///a", "", "", ""), None),
    ("http://a:b", None, 'parse "http://a:b": invalid port ":b" after host'),
    ("http://[::1]:80", ("http", "[::1]:80", "", "", "::1", "80"), None),
    ("http://[fe80::1%25eth0]:1", ("http", "[fe80::1%eth0]:1", "", "", "fe80::1%eth0", "1"), None),
    ("http://[::1", None, "parse \"http://[::1\": missing ']' in host"),
    ("http://a b", None, 'parse "http://a b": invalid character " " in host name'),
    ("http://u:p@h:1", ("http", "h:1", "", "", "h", "1"), None),
    ("http://u p@h", None, 'parse "http://u p@h": net/url: invalid userinfo'),
    ("http:///x", ("http", "", "/x", "", "", ""), None),
    ("*", ("", "", "*", "", "", ""), None),
    ("", ("", "", "", "", "", ""), None),
    ("?", ("", "", "", "", "", ""), None),
    ("/x?", ("", "", "/x", "", "", ""), None),
    ("http:// https://b:2", None, 'parse "http:// https://b:2": invalid character " " in host name'),
    ("https://HTTPS://h:1", ("https", "HTTPS:", "//h:1", "", "HTTPS", ""), None),
    ("http://[1.2.3.4]", None, 'parse "http://[1.2.3.4]": invalid IP-literal'),
    (
        "http://[1::2::3]",
        None,
        ('parse "http://[1::2::3]": invalid host: ParseAddr("1::2::3"): multiple :: in address (at ":3")'),
    ),
    ("http://[::1.2.3.4]", ("http", "[::1.2.3.4]", "", "", "::1.2.3.4", ""), None),
    (
        "http://[12345::]",
        None,
        ('parse "http://[12345::]": invalid host: ParseAddr("12345::"): each group must have 4 or less digits (at "12345::")'),
    ),
    ("http://%41", None, 'parse "http://%41": invalid URL escape "%41"'),
    ("http://%zz", None, 'parse "http://%zz": invalid URL escape "%zz"'),
    ("http://a/%zz", None, 'parse "http://a/%zz": invalid URL escape "%zz"'),
    ("x#%zz", None, 'parse "x#%zz": invalid URL escape "%zz"'),
    ("s3://bu%zzcket/x", None, 'parse "s3://bu%zzcket/x": invalid URL escape "%zz"'),
    ("http://[fe80::1%]", None, 'parse "http://[fe80::1%]": invalid URL escape "%"'),
    ("unix://a:1", ("unix", "a:1", "", "", "a", "1"), None),
    ("http://é:1/é", ("http", "é:1", "/é", "", "é", "1"), None),
    ("a/b:c", ("", "", "a/b:c", "", "", ""), None),
    ("1a:b", None, 'parse "1a:b": first path segment in URL cannot contain colon'),
    (":x", None, 'parse ":x": missing protocol scheme'),
    ("http://h:80a", None, 'parse "http://h:80a": invalid port ":80a" after host'),
    ("http://h\x7f", None, 'parse "http://h\\x7f": net/url: invalid control character in URL'),
    ("http://h\n", None, 'parse "http://h\\n": net/url: invalid control character in URL'),
    ("http://[1:2:3:4:5:6:7:8]", ("http", "[1:2:3:4:5:6:7:8]", "", "", "1:2:3:4:5:6:7:8", ""), None),
    (
        "http://[1:2:3:4:5:6:7:8:9]",
        None,
        ('parse "http://[1:2:3:4:5:6:7:8:9]": invalid host: ParseAddr("1:2:3:4:5:6:7:8:9"): trailing garbage after address (at "9")'),
    ),
    (
        "http://[1:2:3:4:5:6:7::8]",
        None,
        ('parse "http://[1:2:3:4:5:6:7::8]": invalid host: ParseAddr("1:2:3:4:5:6:7::8"): the :: must expand to at least one field of zeros'),
    ),
    ("http://[1:2:3:4:5:6:1.2.3.4]", ("http", "[1:2:3:4:5:6:1.2.3.4]", "", "", "1:2:3:4:5:6:1.2.3.4", ""), None),
    ("http://[a]", None, 'parse "http://[a]": invalid host: ParseAddr("a"): unable to parse IP'),
    ("http://[]", None, 'parse "http://[]": invalid host: ParseAddr(""): unable to parse IP'),
    ("http://a^b", None, 'parse "http://a^b": invalid character "^" in host name'),
    ("http://a%25b", ("http", "a%b", "", "", "a%b", ""), None),
    ("http://[::1]x", None, 'parse "http://[::1]x": invalid port "x" after host'),
    ("http://x[::1]", None, 'parse "http://x[::1]": invalid IP-literal'),
    (
        "http://[::g]",
        None,
        ('parse "http://[::g]": invalid host: ParseAddr("::g"): each colon-separated field must have at least one digit (at "g")'),
    ),
    ("http://h:1:2", ("http", "h:1:2", "", "", "h:1", "2"), None),
    ("HTTP://H", ("http", "H", "", "", "H", ""), None),
    ("http://h:", ("http", "h:", "", "", "h", ""), None),
    (
        "http://[::1.2.3]",
        None,
        ('parse "http://[::1.2.3]": invalid host: ParseAddr("::1.2.3"): IPv4 address too short'),
    ),
    (
        "http://[::01.2.3.4]",
        None,
        ('parse "http://[::01.2.3.4]": invalid host: ParseAddr("::01.2.3.4"): IPv4 field has octet with leading zero'),
    ),
    (
        "http://[1:]",
        None,
        ('parse "http://[1:]": invalid host: ParseAddr("1:"): colon must be followed by more characters (at ":")'),
    ),
    (
        "http://[::ffff:1.2.3.256]",
        None,
        ('parse "http://[::ffff:1.2.3.256]": invalid host: ParseAddr("::ffff:1.2.3.256"): IPv4 field has value >255'),
    ),
    ("http://[%25]", None, 'parse "http://[%25]": invalid host: ParseAddr("%"): missing IPv6 address'),
    (
        "http://[::1%25]",
        None,
        ('parse "http://[::1%25]": invalid host: ParseAddr("::1%"): zone must be a non-empty string'),
    ),
    ("http://[::1%25%41]", ("http", "[::1%A]", "", "", "::1%A", ""), None),
]


@pytest.mark.parametrize(("text", "parts", "error"), ADDRESSES)
def test_split_as_go(text: str, parts: tuple[str, str] | None, error: str | None) -> None:
    assert host_port.split(text) == (parts, error)


@pytest.mark.parametrize(("text", "parts", "error"), URLS)
def test_parse_url_as_go(text: str, parts: tuple[str, str, str, str, str, str] | None, error: str | None) -> None:
    url, problem = host_port.parse_url(text)
    assert problem == error
    if url is None:
        assert parts is None
    else:
        assert (url.scheme, url.host, url.path, url.opaque, url.hostname, url.port) == parts


def test_join() -> None:
    assert host_port.join("::1", "80") == "[::1]:80"
    assert host_port.join("h", "") == "h:"


@pytest.mark.parametrize(
    ("text", "bare"),
    [("http://h:1", "h:1"), ("https://h:1", "h:1"), ("HTTP://h:1", "HTTP://h:1"), ("http://https://h", "https://h")],
)
def test_unwrap_scheme(text: str, bare: str) -> None:
    assert host_port.unwrap_scheme(text) == bare


def test_wrap_schemes() -> None:
    assert host_port.wrap_schemes("a:1,http://b:2,https://c:3", True) == "https://a:1,https://b:2,https://c:3"
    assert host_port.wrap_schemes("https://c:3", False) == "http://c:3"
    assert host_port.wrap_schemes("a:1, https://b:2", True) == "https://a:1,https:// https://b:2"
    assert host_port.wrap_schemes("HTTPS://h:1", True) == "https://HTTPS://h:1"
    assert host_port.wrap_schemes("", True) == ""


def test_wrap_schemes_of_cluster() -> None:
    wrapped = host_port.wrap_schemes_of_cluster("m1=a:1,m2=http://b:2,c:3,m4=x=y,m5=", True)
    assert wrapped == "m1=https://a:1,m2=https://b:2,c:3,m4=x=y,m5="


def test_listen_urls() -> None:
    first, second, third = host_port.listen_urls("a:1, https://b:2,:8291", True)
    assert first.url is not None and first.url.scheme == "https" and first.url.host == "a:1"
    assert second.item == "https:// https://b:2" and second.error is not None
    assert third.url is not None and third.url.hostname == "0.0.0.0" and third.url.port == "8291"
    assert host_port.listen_urls("", True) == []


@pytest.mark.parametrize("text", ["\ud800", "http://\ud800:1", "http://[\ud800]", "[", "http://[::" + "1:" * 500])
def test_total(text: str) -> None:
    host_port.split(text)
    host_port.parse_url(text)
