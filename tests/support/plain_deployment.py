"""Deployments without TLS, in the styles that people write."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

Write = Callable[[str, str], None]
DATABASE = '  host: {host}\n  port: {port}\n  user: root\n  password: ""\n'


def plain(folder: Path, masters: int, style: str) -> dict[str, bytes]:
    """Write a deployment; the answer is what each of its files holds."""
    made = {name: text.encode() for name, text in (*STYLES[style](masters), *databases())}
    for name, data in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return made


def now(folder: Path) -> dict[str, bytes]:
    """What the files of a folder hold, those of certificates left out."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".pem"}


def databases() -> Iterator[tuple[str, str]]:
    yield "source.yaml", "source-id: mysql-1\nenable-gtid: false\nfrom:\n" + DATABASE.format(host="10.0.2.1", port=3306)
    target = "target-database:\n" + DATABASE.format(host="10.0.3.1", port=4000)
    yield "task.yaml", f"name: t1\ntask-mode: all\n{target}mysql-instances:\n  - source-id: mysql-1\n    block-allow-list: b\nblock-allow-list:\n  b:\n    do-dbs: [app]\n"


def ring(count: int, scheme: str = "http://") -> str:
    return ",".join(f"m{i}={scheme}10.0.0.{i}:8291" for i in range(1, count + 1))


def clients(count: int, scheme: str = "") -> str:
    return ",".join(f"{scheme}10.0.0.{i}:8261" for i in range(1, count + 1))


def full(masters: int) -> Iterator[tuple[str, str]]:
    """Comments, every address, blank lines."""
    for i in range(1, masters + 1):
        yield (
            f"dm-master{i}.toml",
            f'# Master {i}\n\n# its name\nname = "m{i}"\n\nmaster-addr = "10.0.0.{i}:8261"\nadvertise-addr = "10.0.0.{i}:8261"\npeer-urls = "http://10.0.0.{i}:8291"\n'
            f'advertise-peer-urls = "http://10.0.0.{i}:8291" # others call it there\ninitial-cluster = "{ring(masters)}"\n\n# the end\n',
        )
    for i in (1, 2):
        yield f"dm-worker{i}.toml", f'# Worker\nname = "w{i}"\nworker-addr = "10.0.1.{i}:8262"\nadvertise-addr = "10.0.1.{i}:8262"\njoin = "{clients(masters, "http://")}"\n'
    yield "status.sh", "#!/bin/sh\ndmctl --master-addr=http://10.0.0.1:8261 \\\n  query-status t1\n./dmctl -master-addr 10.0.0.1:8261 list-member\n"


def bare(masters: int) -> Iterator[tuple[str, str]]:
    """No schemes, ports alone, no line end at the end; masters that join."""
    for i in range(1, masters + 1):
        found = f'initial-cluster = "{ring(1, "")}"' if i == 1 else f'join = "{clients(1)}"'
        yield f"dm-master{i}.toml", f'name = "m{i}"\nmaster-addr = ":8261"\nadvertise-addr = "10.0.0.{i}:8261"\npeer-urls = "10.0.0.{i}:8291"\n{found}'
    yield "dm-worker1.toml", f'name = "w1"\nworker-addr = ":8262"\nadvertise-addr = "10.0.1.1:8262"\njoin = "{clients(masters)}"'


def windows(masters: int) -> Iterator[tuple[str, str]]:
    """Line ends of Windows, literal strings, a table behind the keys."""
    for name, text in full(masters):
        if name.endswith(".toml"):
            yield name, text.replace('"', "'").replace("\n", "\r\n")


def flags(masters: int) -> Iterator[tuple[str, str]]:
    """Everything on command lines: scripts without a configuration file, and a unit with one."""
    lines = ["#!/bin/bash", "set -e"]
    for i in range(2, masters + 1):
        lines.append(f"nohup bin/dm-master --name=m{i} --master-addr=10.0.0.{i}:8261 --advertise-addr=10.0.0.{i}:8261 \\")
        lines.append(f'    --peer-urls="http://10.0.0.{i}:8291" --advertise-peer-urls="http://10.0.0.{i}:8291" --initial-cluster=\'{ring(masters)}\' &')
    lines.append(f"exec bin/dm-worker --name w1 --worker-addr 10.0.1.1:8262 --advertise-addr 10.0.1.1:8262 --join {clients(masters)}")
    yield "start.sh", "\n".join(lines) + "\n"
    yield (
        "dm-master1.toml",
        f'name = "m1"\nmaster-addr = "10.0.0.1:8261"\nadvertise-addr = "10.0.0.1:8261"\npeer-urls = "http://10.0.0.1:8291"\ninitial-cluster = "{ring(masters)}"\n',
    )
    yield "run_dm-master1.sh", '#!/bin/bash\nexec bin/dm-master -config=dm-master1.toml --advertise-peer-urls="http://10.0.0.1:8291"\n'


def listed(masters: int) -> Iterator[tuple[str, str]]:
    """A list of names is there already, without effect so far."""
    for name, text in bare(masters):
        yield name, text + '\ncert-allowed-cn = ["dm"]\n' if name.endswith(".toml") else text


STYLES = {"full": full, "bare": bare, "windows": windows, "flags": flags, "listed": listed}
