"""Whole deployments as files: masters, workers, sources and tasks, with certificates made for them."""

from __future__ import annotations

import json
from pathlib import Path

from support.certs import NOW, Spec, identity, key, pem

DAY = 86400
CA = identity(Spec(ca=True, subject=(("cn", "dm-ca"),)), key("p256", 1))


def certificate(folder: Path, name: str, number: int, cn: str, host: str, days: int = 335) -> dict[str, str]:
    """A certificate with its key in `folder`; the answer are the TLS keys that name them."""
    own = identity(Spec(subject=(("cn", cn),), san=(f"ip:{host}",), eku=("server", "client"), not_after=NOW + days * DAY), key("p256", 10 + number), CA)
    files = {
        "ssl-ca": ("ca.pem", pem("CERTIFICATE", CA.der)),
        "ssl-cert": (f"{name}.pem", pem("CERTIFICATE", own.der)),
        "ssl-key": (f"{name}-key.pem", pem("PRIVATE KEY", own.key.pkcs8())),
    }
    for file, data in files.values():
        (folder / file).write_bytes(data)
        (folder / file).chmod(0o600)
    return {key: (folder / file).as_posix() for key, (file, _) in files.items()}


def deployment(folder: Path, masters: int = 3, workers: int = 10, sources: int = 2, tasks: int = 1, faults: bool = True) -> None:
    """A deployment; with three faults: the second worker's certificate has another name, the third has no TLS, the last one's ends soon."""
    ring = ",".join(f"m{i}=https://10.0.0.{i}:8291" for i in range(1, masters + 1))
    join = ",".join(f"10.0.0.{i}:8261" for i in range(1, masters + 1))
    for i in range(1, masters + 1):
        host = f"10.0.0.{i}"
        rows = {"name": f"m{i}", "master-addr": f"{host}:8261", "advertise-addr": f"{host}:8261", "peer-urls": f"https://{host}:8291"}
        rows |= {"advertise-peer-urls": f"https://{host}:8291", "initial-cluster": ring, **certificate(folder, f"m{i}", i, "dm", host)}
        _toml(folder / f"dm-master{i}.toml", rows)
    for i in range(1, workers + 1):
        host = f"10.0.1.{i}"
        rows = {"name": f"w{i}", "worker-addr": f"{host}:8262", "advertise-addr": f"{host}:8262", "join": join}
        if i != 3 or not faults:
            rows |= certificate(folder, f"w{i}", 3 + i, "dm-worker" if faults and i == 2 else "dm", host, 12 if faults and i == workers else 335)
        _toml(folder / f"dm-worker{i}.toml", rows, i != 3 or not faults)
    for i in range(1, sources + 1):
        security = f"  security:\n    ssl-ca: {(folder / 'ca.pem').as_posix()}\n" if i == 1 else ""
        text = f"source-id: mysql-{i}\nfrom:\n  host: 10.0.2.{i}\n  port: 3306\n  user: root\n  password: Not2Show!\n{security}"
        (folder / f"dm-source{i}.yaml").write_text(text, encoding="utf-8")
    for i in range(1, tasks + 1):
        used = "".join(f"  - source-id: mysql-{s}\n" for s in range(1, sources + 1))
        target = "target-database:\n  host: 10.0.3.1\n  port: 4000\n  user: root\n  password: Not2Show!\n"
        (folder / f"dm-task{i}.yaml").write_text(f"name: task-{i}\ntask-mode: all\n{target}mysql-instances:\n{used}", encoding="utf-8")


def _toml(path: Path, rows: dict[str, str], tls: bool = True) -> None:
    lines = [f"{key} = {json.dumps(value)}" for key, value in rows.items()]
    path.write_text("\n".join([*lines, *(['cert-allowed-cn = ["dm"]'] if tls else [])]) + "\n", encoding="utf-8")
