"""What yaml.v2 v2.4.0 does with a scalar, for each Go type of DM's configuration.

The table holds what the library itself printed (``UnmarshalStrict`` into a struct with one field of that type, and
``%v`` of the field afterwards).
"""

from __future__ import annotations

import math

import pytest

from dmls.go import duration, yaml_value

# (Go type, text, plain, tag, error without its prefix, value as Go prints it)
OBSERVED: list[tuple[str, str, bool, str | None, str | None, str | None]] = [
    ("bool", "y", True, None, None, "true"),
    ("bool", "Y", True, None, None, "true"),
    ("bool", "yes", True, None, None, "true"),
    ("bool", "on", True, None, None, "true"),
    ("bool", "On", True, None, None, "true"),
    ("bool", "TRUE", True, None, None, "true"),
    ("bool", "n", True, None, None, "false"),
    ("bool", "off", True, None, None, "false"),
    ("bool", "False", True, None, None, "false"),
    ("bool", "tRue", True, None, "cannot unmarshal !!str `tRue` into bool", None),
    ("bool", "truE", True, None, "cannot unmarshal !!str `truE` into bool", None),
    ("bool", "yEs", True, None, "cannot unmarshal !!str `yEs` into bool", None),
    ("bool", "1", True, None, "cannot unmarshal !!int `1` into bool", None),
    ("bool", "0", True, None, "cannot unmarshal !!int `0` into bool", None),
    ("bool", "0x1", True, None, "cannot unmarshal !!int `0x1` into bool", None),
    ("bool", "true", False, None, "cannot unmarshal !!str `true` into bool", None),
    ("bool", "yes", False, None, "cannot unmarshal !!str `yes` into bool", None),
    ("bool", "~", True, None, None, "false"),
    ("bool", "null", True, None, None, "false"),
    ("bool", "NULL", True, None, None, "false"),
    ("bool", "1.0", True, None, "cannot unmarshal !!float `1.0` into bool", None),
    ("bool", "abc", True, None, "cannot unmarshal !!str `abc` into bool", None),
    ("bool", "2020-01-01", True, None, "cannot unmarshal !!timestamp `2020-01-01` into bool", None),
    ("bool", "", True, None, None, "false"),
    ("bool", "yes", True, "!!bool", None, "true"),
    ("bool", "1", True, "!!bool", "cannot decode !!int `1` as a !!bool", None),
    ("bool", "true", True, "!!str", "cannot unmarshal !!str `true` into bool", None),
    ("bool", "true", False, "!!bool", None, "true"),
    ("int", "4", True, None, None, "4"),
    ("int", "-4", True, None, None, "-4"),
    ("int", "+4", True, None, None, "4"),
    ("int", "010", True, None, None, "8"),
    ("int", "0o10", True, None, None, "8"),
    ("int", "0x10", True, None, None, "16"),
    ("int", "0X1f", True, None, None, "31"),
    ("int", "0b11", True, None, None, "3"),
    ("int", "0B11", True, None, None, "3"),
    ("int", "1_000", True, None, None, "1000"),
    ("int", "4.0", True, None, None, "4"),
    ("int", "4.5", True, None, None, "4"),
    ("int", "-4.9", True, None, None, "-4"),
    ("int", "1e3", True, None, None, "1000"),
    ("int", "1e2", True, None, None, "100"),
    ("int", "08", True, None, None, "8"),
    ("int", "09.5", True, None, None, "9"),
    ("int", "0_8", True, None, None, "8"),
    ("int", "4000ms", True, None, "cannot unmarshal !!str `4000ms` into int", None),
    ("int", "4", False, None, "cannot unmarshal !!str `4` into int", None),
    ("int", "4", False, None, "cannot unmarshal !!str `4` into int", None),
    ("int", "~", True, None, None, "0"),
    ("int", "null", True, None, None, "0"),
    ("int", "true", True, None, "cannot unmarshal !!bool `true` into int", None),
    ("int", "yes", True, None, "cannot unmarshal !!bool `yes` into int", None),
    ("int", "9223372036854775807", True, None, None, "9223372036854775807"),
    ("int", "9223372036854775808", True, None, "cannot unmarshal !!int `9223372...` into int", None),
    ("int", "-9223372036854775808", True, None, None, "-9223372036854775808"),
    ("int", "-9223372036854775809", True, None, None, "-9223372036854775808"),
    ("int", "9.3e18", True, None, "cannot unmarshal !!float `9.3e18` into int", None),
    ("int", "99999999999999999999", True, None, "cannot unmarshal !!float `9999999...` into int", None),
    ("int", ".inf", True, None, "cannot unmarshal !!float `.inf` into int", None),
    ("int", "-.inf", True, None, None, "-9223372036854775808"),
    ("int", ".nan", True, None, "cannot unmarshal !!float `.nan` into int", None),
    ("int", "2020-01-01", True, None, "cannot unmarshal !!timestamp `2020-01-01` into int", None),
    ("int", "2020-13-01", True, None, "cannot unmarshal !!str `2020-13-01` into int", None),
    ("int", "0b-1", True, None, None, "-1"),
    ("int", "-0b11", True, None, None, "-3"),
    ("int", "1__0", True, None, None, "10"),
    ("int", "_1", True, None, "cannot unmarshal !!str `_1` into int", None),
    ("int", "0x", True, None, "cannot unmarshal !!str `0x` into int", None),
    ("int", "1.", True, None, None, "1"),
    ("int", ".5", True, None, None, "0"),
    ("int", "._5", True, None, "cannot unmarshal !!str `._5` into int", None),
    ("int", "1e400", True, None, "cannot unmarshal !!str `1e400` into int", None),
    ("int", "12:30", True, None, "cannot unmarshal !!str `12:30` into int", None),
    ("int", "4000,", True, None, "cannot unmarshal !!str `4000,` into int", None),
    ("int", "", True, None, None, "0"),
    ("int", "4", False, "!!int", None, "4"),
    ("int", "x", True, "!!int", "cannot decode !!str `x` as a !!int", None),
    ("int", "4", True, "!!float", None, "4"),
    ("int", "4", True, "!!str", "cannot unmarshal !!str `4` into int", None),
    ("int", "4", True, "!abc", "cannot unmarshal !abc `4` into int", None),
    ("int", "4", True, "!", "cannot unmarshal ! `4` into int", None),
    ("int", "", True, "!!int", "cannot decode !!null `` as a !!int", None),
    ("int", "4", True, "!!null", "cannot decode !!int `4` as a !!null", None),
    ("int", "~", True, "!!null", None, "0"),
    ("int", "2020-01-01", True, "!!timestamp", "cannot unmarshal !!timestamp `2020-01-01` into int", None),
    ("int", "4", True, "!<tag:yaml.org,2002:int>", None, "4"),
    ("int", "NA==", True, "!!binary", "cannot unmarshal !!binary `NA==` into int", None),
    ("int", "null", False, None, "cannot unmarshal !!str `null` into int", None),
    ("int", "~4000", True, None, "cannot unmarshal !!str `~4000` into int", None),
    ("int", "4000 ,", True, None, "cannot unmarshal !!str `4000 ,` into int", None),
    ("int", "密码密码", True, None, "cannot unmarshal !!str `密码�...` into int", None),
    ("uint8", "0", True, None, None, "0"),
    ("uint8", "255", True, None, None, "255"),
    ("uint8", "256", True, None, "cannot unmarshal !!int `256` into uint8", None),
    ("uint8", "300", True, None, "cannot unmarshal !!int `300` into uint8", None),
    ("uint8", "-1", True, None, "cannot unmarshal !!int `-1` into uint8", None),
    ("uint8", "1.9", True, None, None, "1"),
    ("uint8", "255.9", True, None, None, "255"),
    ("uint8", "256.0", True, None, "cannot unmarshal !!float `256.0` into uint8", None),
    ("uint8", "-0.5", True, None, None, "0"),
    ("uint8", "-1.5", True, None, "cannot unmarshal !!float `-1.5` into uint8", None),
    ("uint8", "0xff", True, None, None, "255"),
    ("uint8", "1", False, None, "cannot unmarshal !!str `1` into uint8", None),
    ("uint8", "yes", True, None, "cannot unmarshal !!bool `yes` into uint8", None),
    ("uint8", "~", True, None, None, "0"),
    ("uint8", "1e2", True, None, None, "100"),
    ("uint32", "0", True, None, None, "0"),
    ("uint32", "4294967295", True, None, None, "4294967295"),
    ("uint32", "4294967296", True, None, "cannot unmarshal !!int `4294967296` into uint32", None),
    ("uint32", "-4", True, None, "cannot unmarshal !!int `-4` into uint32", None),
    ("uint32", "-5", True, None, "cannot unmarshal !!int `-5` into uint32", None),
    ("uint32", "1e9", True, None, None, "1000000000"),
    ("uint32", "4294967295.5", True, None, None, "4294967295"),
    ("uint32", "4294967296.0", True, None, "cannot unmarshal !!float `4294967...` into uint32", None),
    ("uint32", "-1.5", True, None, "cannot unmarshal !!float `-1.5` into uint32", None),
    ("uint32", "0xFFFFFFFF", True, None, None, "4294967295"),
    ("uint32", "abc", True, None, "cannot unmarshal !!str `abc` into uint32", None),
    ("uint32", "1", False, None, "cannot unmarshal !!str `1` into uint32", None),
    ("uint64", "0", True, None, None, "0"),
    ("uint64", "18446744073709551615", True, None, None, "18446744073709551615"),
    ("uint64", "18446744073709551616", True, None, None, "9223372036854775808"),
    ("uint64", "1.8446744073709552e19", True, None, None, "9223372036854775808"),
    ("uint64", "2e19", True, None, "cannot unmarshal !!float `2e19` into uint64", None),
    ("uint64", "2e22", True, None, "cannot unmarshal !!float `2e22` into uint64", None),
    ("uint64", "-1", True, None, "cannot unmarshal !!int `-1` into uint64", None),
    ("uint64", "-1.5", True, None, None, "18446744073709551615"),
    ("uint64", "-0.5", True, None, None, "0"),
    ("uint64", "9223372036854775808", True, None, None, "9223372036854775808"),
    ("uint64", "9.3e18", True, None, None, "9300000000000000000"),
    ("uint64", "-1e19", True, None, None, "9223372036854775808"),
    ("uint64", "0xFFFFFFFFFFFFFFFF", True, None, None, "18446744073709551615"),
    ("uint64", "0x10000000000000000", True, None, "cannot unmarshal !!str `0x10000...` into uint64", None),
    ("uint64", "0b1111", True, None, None, "15"),
    ("uint64", ".nan", True, None, "cannot unmarshal !!float `.nan` into uint64", None),
    (
        "uint64",
        "18446744073709551615",
        True,
        "!!float",
        "cannot decode !!int `18446744073709551615` as a !!float",
        None,
    ),
    ("float64", "1", True, None, None, "1"),
    ("float64", "1.5", True, None, None, "1.5"),
    ("float64", "1e3", True, None, None, "1000"),
    ("float64", "0x10", True, None, None, "16"),
    ("float64", "010", True, None, None, "8"),
    ("float64", ".5", True, None, None, "0.5"),
    ("float64", "5.", True, None, None, "5"),
    ("float64", "1_0.5", True, None, None, "10.5"),
    ("float64", ".inf", True, None, None, "+Inf"),
    ("float64", "-.Inf", True, None, None, "-Inf"),
    ("float64", ".NaN", True, None, None, "NaN"),
    ("float64", "1.5", False, None, "cannot unmarshal !!str `1.5` into float64", None),
    ("float64", "yes", True, None, "cannot unmarshal !!bool `yes` into float64", None),
    ("float64", "~", True, None, None, "0"),
    ("float64", "1e400", True, None, "cannot unmarshal !!str `1e400` into float64", None),
    ("float64", "-1e400", True, None, "cannot unmarshal !!str `-1e400` into float64", None),
    ("float64", "4e-330", True, None, None, "0"),
    ("float64", "18446744073709551615", True, None, None, "1.8446744073709552e+19"),
    ("float64", "99999999999999999999", True, None, None, "1e+20"),
    ("float64", "2020-01-01", True, None, "cannot unmarshal !!timestamp `2020-01-01` into float64", None),
    ("float64", "1.5.5", True, None, "cannot unmarshal !!str `1.5.5` into float64", None),
    ("float64", "._5", True, None, "cannot unmarshal !!str `._5` into float64", None),
    ("float64", ".1_2", True, None, None, "0.12"),
    ("float64", "3", True, "!!float", None, "3"),
    ("float64", "x", True, "!!float", "cannot decode !!str `x` as a !!float", None),
    ("string", "abc", True, None, None, "abc"),
    ("string", "123", True, None, None, "123"),
    ("string", "1.50", True, None, None, "1.50"),
    ("string", "yes", True, None, None, "yes"),
    ("string", "on", True, None, None, "on"),
    ("string", "010", True, None, None, "010"),
    ("string", "0x1F", True, None, None, "0x1F"),
    ("string", "2020-01-01", True, None, None, "2020-01-01"),
    ("string", "~", True, None, None, ""),
    ("string", "null", True, None, None, ""),
    ("string", "Null", True, None, None, ""),
    ("string", "NULL", True, None, None, ""),
    ("string", ".nan", True, None, None, ".nan"),
    ("string", "<<", True, None, None, "<<"),
    ("string", "null", False, None, None, "null"),
    ("string", "~", False, None, None, "~"),
    ("string", "12:30", True, None, None, "12:30"),
    ("string", "", True, None, None, ""),
    ("string", "", True, "!!str", None, ""),
    ("string", "010", True, "!!str", None, "010"),
    ("string", "~", True, "!!str", None, "~"),
    ("string", "5", True, "!!int", None, "5"),
    ("string", "x", True, "!!int", "cannot decode !!str `x` as a !!int", None),
    ("string", "", True, "!abc", None, ""),
    ("string", "x", True, "!abc", None, "x"),
    ("string", "", True, "!", None, ""),
    ("string", "x", True, "!", None, "x"),
    ("string", "YWJj", True, "!!binary", None, "abc"),
    ("string", "x", True, "!!binary", "!!binary value contains invalid base64 data", None),
    ("string", "", True, "!!null", None, ""),
    ("string", "x", True, "!!null", "cannot decode !!str `x` as a !!null", None),
    ("string", "x", True, "!!bool", "cannot decode !!str `x` as a !!bool", None),
    ("string", "1_0", True, "!!float", None, "1_0"),
    ("string", "<<", True, "!!merge", None, "<<"),
    ("string", "x", True, "!!timestamp", "cannot decode !!str `x` as a !!timestamp", None),
    ("config.Duration", "10s", True, None, None, "10s"),
    ("config.Duration", "1h30m", True, None, None, "1h30m0s"),
    ("config.Duration", "1.5h", True, None, None, "1h30m0s"),
    ("config.Duration", "-5s", True, None, None, "-5s"),
    ("config.Duration", "0", True, None, None, "0s"),
    ("config.Duration", "+0", True, None, None, "0s"),
    ("config.Duration", "10", True, None, 'time: missing unit in duration "10"', None),
    ("config.Duration", "1d", True, None, 'time: unknown unit "d" in duration "1d"', None),
    ("config.Duration", "~", True, None, None, "0s"),
    ("config.Duration", "null", True, None, None, "0s"),
    ("config.Duration", "Null", True, None, None, "0s"),
    ("config.Duration", "NULL", True, None, None, "0s"),
    ("config.Duration", "null", False, None, 'time: invalid duration "null"', None),
    ("config.Duration", "~", False, None, 'time: invalid duration "~"', None),
    ("config.Duration", "null", True, "!!str", 'time: invalid duration "null"', None),
    ("config.Duration", "x", True, "!!null", "cannot decode !!str `x` as a !!null", None),
    ("config.Duration", "MTBz", True, "!!binary", None, "10s"),
    ("config.Duration", "!", False, "!!binary", "!!binary value contains invalid base64 data", None),
    ("config.Duration", "5s", True, "!abc", None, "5s"),
    ("config.Duration", "2001-01-01", True, None, 'time: unknown unit "-" in duration "2001-01-01"', None),
    ("config.Duration", "", False, None, 'time: invalid duration ""', None),
    ("config.Duration", "yes", True, None, 'time: invalid duration "yes"', None),
    ("config.Duration", "1us", True, None, None, "1µs"),
    ("config.Duration", "1e3s", True, None, 'time: unknown unit "e" in duration "1e3s"', None),
    ("config.Duration", "", True, None, None, "0s"),
    ("config.Duration", "30 m", True, None, 'time: unknown unit " m" in duration "30 m"', None),
    ("config.Duration", "5s", True, "!!str", None, "5s"),
    ("config.Duration", "5", True, "!!int", 'time: missing unit in duration "5"', None),
    ("config.Duration", "Null", True, "!!null", None, "0s"),
    ("config.ByteSize", "10G", True, None, None, "10737418240"),
    ("config.ByteSize", "10GiB", True, None, None, "10737418240"),
    ("config.ByteSize", "100MiB", True, None, None, "104857600"),
    ("config.ByteSize", "lots", True, None, "invalid size: 'lots'", None),
    ("config.ByteSize", "10Gigs", True, None, "invalid suffix: 'Gigs'", None),
    ("config.ByteSize", "1024", True, None, None, "1024"),
    ("config.ByteSize", "1.5k", True, None, None, "1536"),
    ("config.ByteSize", "-5", True, None, "invalid size: '-5'", None),
    ("config.ByteSize", "~", True, None, None, "0"),
    ("config.ByteSize", "Null", True, None, None, "0"),
    ("config.ByteSize", "null", False, None, "invalid size: 'null'", None),
    ("config.ByteSize", "", False, None, "invalid size: ''", None),
    ("config.ByteSize", "yes", True, None, "invalid size: 'yes'", None),
    ("config.ByteSize", "", True, None, None, "0"),
    ("config.ByteSize", "10 GB", True, None, None, "10737418240"),
    ("config.ByteSize", "5k", True, "!!str", None, "5120"),
    ("[]string", "all", True, None, "cannot unmarshal !!str `all` into []string", None),
    ("[]string", "all", False, None, "cannot unmarshal !!str `all` into []string", None),
    ("[]string", "~", True, None, None, "[]"),
    ("[]string", "null", True, None, None, "[]"),
    ("[]string", "Null", True, None, None, "[]"),
    ("[]string", "5", True, None, "cannot unmarshal !!int `5` into []string", None),
    ("[]string", "yes", True, None, "cannot unmarshal !!bool `yes` into []string", None),
    ("[]string", "", True, None, None, "[]"),
    ("[]string", "all", True, "!!str", "cannot unmarshal !!str `all` into []string", None),
    ("[]string", "orders-and-more", True, None, "cannot unmarshal !!str `orders-...` into []string", None),
    ("[]uint8", "LS0tLQ==", True, None, "cannot unmarshal !!str `LS0tLQ==` into []uint8", None),
    ("[]uint8", "LS0tLQ==", True, "!!binary", "cannot unmarshal !!binary `LS0tLQ==` into []uint8", None),
    ("[]uint8", "~", True, None, None, "[]"),
    ("[]uint8", "5", True, None, "cannot unmarshal !!int `5` into []uint8", None),
    ("[]uint8", "", True, None, None, "[]"),
]


@pytest.mark.parametrize(("go", "text", "plain", "tag", "error", "printed"), OBSERVED)
def test_as_the_library(go: str, text: str, plain: bool, tag: str | None, error: str | None, printed: str | None) -> None:
    assert yaml_value.decode(text, plain, tag, go) == error
    value = yaml_value.value(text, plain, tag, go)
    if printed is None:
        assert value is None
        return
    assert _as_go_prints(value, go, printed)


def _as_go_prints(value: yaml_value.Value, go: str, printed: str) -> bool:
    """Whether the value, or the zero value for None, is what ``%v`` gave."""
    if go == "bool":
        return printed == ("true" if value else "false")
    if go == "string":
        return printed == (value or "")
    if go == "config.Duration":
        assert value is None or isinstance(value, int)
        return printed == duration.format(value or 0)
    if go == "float64":
        number = float(printed.replace("Inf", "inf"))
        assert value is None or isinstance(value, float)
        return number == (value or 0.0) or (value is not None and math.isnan(number) and math.isnan(value))
    return printed in ("[]", str(value or 0))


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        ("yes", None, ("!!bool", True)),
        ("010", None, ("!!int", 8)),
        ("0b101", None, ("!!int", 5)),
        ("0o17", None, ("!!int", 15)),
        ("1_000", None, ("!!int", 1000)),
        ("08", None, ("!!float", 8.0)),
        ("18446744073709551615", None, ("!!int", 18446744073709551615)),
        ("18446744073709551616", None, ("!!float", 18446744073709551616.0)),
        (".inf", None, ("!!float", math.inf)),
        ("", None, ("!!null", None)),
        ("~", None, ("!!null", None)),
        ("<<", None, ("!!str", "<<")),
        ("2020-01-01", None, ("!!timestamp", "2020-01-01")),
        ("2020-1-1 1:2:3.5", None, ("!!timestamp", "2020-1-1 1:2:3.5")),
        ("2020-02-30", None, ("!!str", "2020-02-30")),
        ("5", "!!str", ("!!str", "5")),
        ("5", "tag:yaml.org,2002:float", ("!!float", 5.0)),
        ("5", "!<tag:yaml.org,2002:str>", ("!!str", "5")),
        ("5", "!abc", ("!abc", "5")),
        ("x", "!!int", ("!!str", "x")),
    ],
)
def test_resolve(text: str, tag: str | None, expected: tuple[str, yaml_value.Value]) -> None:
    assert yaml_value.resolve(text, tag) == expected


def test_null() -> None:
    assert yaml_value.is_null("", True)
    assert yaml_value.is_null("Null", True)
    assert not yaml_value.is_null("null", False)
    assert not yaml_value.is_null("", True, "!abc")
    assert yaml_value.is_null("~", True, "!!null")


def test_values_longer_than_ten_bytes_are_cut() -> None:
    assert yaml_value.decode("1234567890x", True, None, "int") == "cannot unmarshal !!str `1234567...` into int"
    # The cut may fall into a character: two of the three bytes of the third one are lost.
    assert yaml_value.decode("\u5bc6\u7801\u5bc6\u7801", True, None, "int") == ("cannot unmarshal !!str `\u5bc6\u7801\ufffd...` into int")


def test_only_type_errors_are_collected() -> None:
    mismatch = yaml_value.decode("x", True, None, "int")
    impossible = yaml_value.decode("x", True, "!!int", "int")
    unit = yaml_value.decode("10", True, None, "config.Duration")
    assert mismatch is not None and not yaml_value.fatal(mismatch)
    assert impossible is not None and yaml_value.fatal(impossible)
    assert unit is not None and yaml_value.fatal(unit)


def test_named_strings_are_strings() -> None:
    assert yaml_value.decode("drop table", True, None, "filter.EventType") is None
    assert yaml_value.decode("5", True, None, "config.LoadMode") is None


def test_a_scalar_is_no_struct() -> None:
    assert yaml_value.decode("s1", True, None, "config.MySQLInstance") == ("cannot unmarshal !!str `s1` into config.MySQLInstance")
    assert yaml_value.decode("", True, None, "config.MySQLInstance") is None


@pytest.mark.parametrize("text", ["\ud800", "\udcff\udcfe", "\x00", "9" * 5000, "0x" + "f" * 5000, "." * 50])
@pytest.mark.parametrize("go", ["string", "int", "float64", "config.Duration", "config.ByteSize", "filter.Table"])
@pytest.mark.parametrize("tag", [None, "", "!", "!!binary", "!!int", "!<", "!<>"])
def test_total(text: str, go: str, tag: str | None) -> None:
    yaml_value.decode(text, True, tag, go)
    yaml_value.value(text, False, tag, go)
    yaml_value.resolve(text, tag)
