"""Inventories of Ansible: words, values and ranges as Ansible reads them, and what a machine gets from where."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmls.model.legacy.dm_ansible import machines, vars_file
from dmls.syntax.inventory import HOSTS, VARS, parse, rendered


@pytest.mark.parametrize(
    ("line", "name", "values"),
    [
        ('h a=1 b=\'x y\' c="q\\"r" d=e\\ f', "h", {"a": "1", "b": "x y", "c": 'q"r', "d": "e f"}),
        ("h pw=ab#c d=1", "h", {"pw": "ab"}),
        ("h a= # nothing", "h", {"a": ""}),
        ("h a=b=c", "h", {"a": "b=c"}),
        ("h a='\"quoted\"'", "h", {"a": "quoted"}),
        ("h:2222 a=1", "h", {"ansible_port": "2222", "a": "1"}),
        ("h p='VjX8cEeTX+qcvZ3bPaO4h0C80pe/1aU='", "h", {"p": "VjX8cEeTX+qcvZ3bPaO4h0C80pe/1aU="}),
    ],
)
def test_host_lines(line: str, name: str, values: dict[str, str]) -> None:
    text = f"[g]\n{line}\n"
    host = parse(text).sections[0].hosts[0]
    assert host.name == name and {v.name: v.text for v in host.values} == values
    assert all(v.span.of(text).startswith(v.name) for v in host.values if v.name != "ansible_port")


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("w[1:3]", ["w1", "w2", "w3"]),
        ("w[01:03].x", ["w01.x", "w02.x", "w03.x"]),
        ("w[a:c]", ["wa", "wb", "wc"]),
        ("w[1:5:2]", ["w1", "w3", "w5"]),
        ("w[1:2]-[a:b]", ["w1-a", "w1-b", "w2-a", "w2-b"]),
        ("w[:1]", ["w0", "w1"]),
        ("w[3:1]", []),
        ("w[01:100]", []),
        ("w[1:x]", []),
        ("w[1:99999999]", []),
        ("w[1:2:0]", []),
        ("w[1", []),
    ],
)
def test_ranges(name: str, names: list[str]) -> None:
    found = parse(f"[g]\n{name}\n")
    assert [host.name for host in found.sections[0].hosts] == names
    assert bool(found.faults) is (names == [])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1", "1"),
        ("1e5", "100000.0"),
        ("0123", "0123"),
        ("True", "True"),
        ("true", "true"),
        ("None", "None"),
        ("u'a'", "a"),
        ("root", "root"),
        ("", ""),
        ("'a'", "a"),
        ("a b", "a b"),
        ("(" * 5000, "(" * 5000),
    ],
)
def test_values_are_literals_where_they_can_be(text: str, shown: str) -> None:
    assert rendered(text) == shown


def test_sections() -> None:
    text = 'lonely\n[a]\n; comment\n# comment\nx\n[a:vars]\nk = "v" \nn = tidb # kept\nbad\n[b:children]\na # comment\n[c:d]\ny\n'
    found = parse(text)
    assert [(s.group, s.what) for s in found.sections] == [("ungrouped", HOSTS), ("a", HOSTS), ("a", VARS), ("b", "children")]
    assert [(v.name, v.text) for v in found.sections[2].values] == [("k", "v"), ("n", "tidb # kept")]
    assert [name for name, _ in found.sections[3].children] == ["a"]
    assert [(f.code, f.span.of(text)) for f in found.faults] == [("pair", "bad"), ("section", "[c:d]")]


def test_the_strongest_place_wins_and_templates_are_filled() -> None:
    text = (
        "[dm_worker_servers:children]\neast\n[east]\nw1\nw2 mysql_user=line\n"
        "[all:vars]\nmysql_user=all\ndeploy_dir=/d\n[dm_worker_servers:vars]\nmysql_user=outer\nmysql_port=1\n[east:vars]\nmysql_user=inner\n"
    )
    beside = [vars_file("host", "w2", "/h", "mysql_port: 9\nloop: '{{ loop }}'\nlist: [1]\n")]
    first, second = machines(parse(text), "/i", beside)
    assert (first.var("mysql_user"), first.var("mysql_port")) == ("inner", "1")
    assert (second.var("mysql_user"), second.var("mysql_port")) == ("line", "9")
    assert first.var("dm_worker_relay_dir") == "/d/relay_log"
    assert (second.var("loop"), second.var("list"), second.var("absent"), second.filled("{{ a | b }}")) == (None, None, None, None)


def test_a_ring_of_groups_ends() -> None:
    assert [m.name for m in machines(parse("[dm_worker_servers:children]\na\n[a:children]\ndm_worker_servers\n[a]\nw\n"), "/i")] == ["w"]


@given(st.text(alphabet="[]:=#'\"\\ \n\tab1{}%;\ufeff", max_size=200))
def test_any_text_gives_an_answer(text: str) -> None:
    found = parse(text)
    for section in found.sections:
        for value in section.values:
            assert value.span.end <= len(text)
    machines(parse("[dm_worker_servers]\n" + text), "/i")


def test_a_huge_inventory_is_no_trap() -> None:
    text = "[dm_worker_servers]\n" + "".join(f"w{n} source_id=s{n} mysql_host=h\n" for n in range(5_000))
    began = time.perf_counter()
    assert len(machines(parse(text), "/i")) == 5_000
    assert time.perf_counter() - began < 20
