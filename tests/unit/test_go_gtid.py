"""GTID sets; the table holds what go-mysql v1.13.0 printed (``ParseMysqlGTIDSet``, ``ParseMariadbGTIDSet``)."""

from __future__ import annotations

import pytest

from dmls.go import binlog_name, gtid

# (flavor, text, error)
OBSERVED: list[tuple[str, str, str | None]] = [
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1-7", None),
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1-7:9", None),
    ("mysql", "5e3a0f2e9d3111eea1c20242ac110002:1", None),
    ("mysql", "{5e3a0f2e-9d31-11ee-a1c2-0242ac110002}:1", None),
    ("mysql", "0-1-2345", "invalid GTID format, must UUID:interval[:interval]"),
    ("mysql", "", None),
    (
        "mysql",
        " 5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1 ,5e3a0f2e-9d31-11ee-a1c2-0242ac110002:5-3",
        "invalid interval format, must n[-n] and the end must >= start",
    ),
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:0", None),
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:", 'strconv.ParseInt: parsing "": invalid syntax'),
    (
        "mysql",
        "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:9223372036854775807",
        "invalid interval format, must n[-n] and the end must >= start",
    ),
    (
        "mysql",
        "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1-9223372036854775807",
        "invalid interval format, must n[-n] and the end must >= start",
    ),
    (
        "mysql",
        "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1-9223372036854775808",
        'strconv.ParseInt: parsing "9223372036854775808": value out of range',
    ),
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1-2-3", "invalid interval format, must n[-n]"),
    ("mysql", "gtid:1", "invalid UUID length: 4"),
    ("mysql", "urn:uuid:5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1", "invalid UUID length: 3"),
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002x:1", "invalid UUID length: 37"),
    ("mysql", "xe3a0f2e-9d31-11ee-a1c2-0242ac110002:1", "invalid UUID format"),
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:-1", 'strconv.ParseInt: parsing "": invalid syntax'),
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:5", None),
    ("mysql", "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1,", "invalid GTID format, must UUID:interval[:interval]"),
    ("mariadb", "0-1-2345", None),
    ("mariadb", "0-1-2345,1-2-3", None),
    ("mariadb", "0-0-0", None),
    ("mariadb", "", None),
    (
        "mariadb",
        "4294967296-1-1",
        ('invalid MariaDB GTID Domain ID (4294967296): strconv.ParseUint: parsing "4294967296": value out of range'),
    ),
    ("mariadb", "0-4294967295-18446744073709551615", None),
    (
        "mariadb",
        "0-1-18446744073709551616",
        ('invalid MariaDB GTID Sequence number (18446744073709551616): strconv.ParseUint: parsing "18446744073709551616": value out of range'),
    ),
    ("mariadb", "0-1", "invalid Mariadb GTID 0-1, must domain-server-sequence"),
    ("mariadb", "a-b-c", 'invalid MariaDB GTID Domain ID (a): strconv.ParseUint: parsing "a": invalid syntax'),
    ("mariadb", "0-1-2-3", "invalid Mariadb GTID 0-1-2-3, must domain-server-sequence"),
    ("mariadb", " 0-1-2", ('invalid MariaDB GTID Domain ID ( 0): strconv.ParseUint: parsing " 0": invalid syntax')),
    (
        "mariadb",
        "5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1-7",
        ("invalid Mariadb GTID 5e3a0f2e-9d31-11ee-a1c2-0242ac110002:1-7, must domain-server-sequence"),
    ),
    ("mariadb", "0-1-2,", None),
]


@pytest.mark.parametrize(("flavor", "text", "error"), OBSERVED)
def test_as_the_library(flavor: str, text: str, error: str | None) -> None:
    parse = gtid.mysql_error if flavor == gtid.MYSQL else gtid.mariadb_error
    assert parse(text) == error


UUID = "5e3a0f2e-9d31-11ee-a1c2-0242ac110002"


@pytest.mark.parametrize(
    ("text", "flavor", "error"),
    [
        (f"{UUID}:1-7", "mysql", None),
        ("x:0", "mysql", None),  # DM takes "anything:0" for the empty set.
        ("0-1-2345", "mysql", "invalid GTID format, must UUID:interval[:interval]"),
        ("0-1-2345", "mariadb", None),
        ("x-y- 0", "mariadb", None),
        (f"{UUID}:1-7", "mariadb", f"invalid Mariadb GTID {UUID}:1-7, must domain-server-sequence"),
        ("0-1-2345", "", None),
        (f"{UUID}:1-7", "", None),
        ("nothing", "", "invalid Mariadb GTID nothing, must domain-server-sequence"),
        ("0-1-2345", "MariaDB", "flavor MariaDB not supported"),
    ],
)
def test_check(text: str, flavor: str, error: str | None) -> None:
    assert gtid.check(text, flavor) == error


def test_flavor_of() -> None:
    assert gtid.flavor_of(f"{UUID}:1-7") == gtid.MYSQL
    assert gtid.flavor_of("0-1-2345") == gtid.MARIADB
    assert gtid.flavor_of("nothing") is None
    assert gtid.flavor_of("") is None


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("mysql-bin.000001", 1),
        (".7", 7),
        (".000001", 1),
        ("a.+5", 5),
        ("mysql-bin", None),
        ("mysql-bin.000000", None),
        ("mysql-bin.00004x", None),
        ("mysql.bin.000001", None),
        ("mysql-bin.", None),
        ("a.-1", None),
        ("a.9223372036854775807", 9223372036854775807),
        ("a.9223372036854775808", None),
        ("a. 1", None),
        ("", None),
    ],
)
def test_binlog_name(name: str, number: int | None) -> None:
    assert binlog_name.sequence(name) == number
    assert binlog_name.is_valid(name) == (number is not None)
