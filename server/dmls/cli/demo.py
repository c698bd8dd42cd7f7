"""The small DM deployment of `dmls demo`: files as people write them, with the mistakes they make.

Each mistake is one that DM's users have met, and that a rule of dmls sees in the one file where it stands.
"""

from __future__ import annotations

import os
from typing import Iterator

from dmls.disk import now, with_slashes
from dmls.keyring import Keyring
from dmls.migrate import cert_plan
from dmls.migrate.change import PUBLIC, Created
from dmls.model.edits.edit import quoted
from dmls.settings import NAME as SETTINGS_NAME

COMPONENTS = ("dm-master1", "dm-master2", "dm-worker1", "dm-worker2", "mysql-client")
COMMON_NAME = cert_plan.COMMON_NAME

FILES = {
    # `ssl_ca` with an underscore: DM refuses to start.  A name in capitals, which shows once the file is read: names must be equal.
    "dm-master1.toml": """\
name = "dm-master1"
master-addr = "127.0.0.1:8261"
advertise-addr = "127.0.0.1:8261"
peer-urls = "https://127.0.0.1:8291"
initial-cluster = "dm-master1=https://127.0.0.1:8291,dm-master2=https://127.0.0.1:8292"

ssl_ca = "/etc/dm/tls/ca.pem"
ssl-cert = "/etc/dm/tls/dm-master1.pem"
ssl-key = "/etc/dm/tls/dm-master1-key.pem"
cert-allowed-cn = ["DM"]
""",
    # A single name where DM wants a list.
    "dm-master2.toml": """\
name = "dm-master2"
master-addr = "127.0.0.1:8361"
advertise-addr = "127.0.0.1:8361"
peer-urls = "https://127.0.0.1:8292"
initial-cluster = "dm-master1=https://127.0.0.1:8291,dm-master2=https://127.0.0.1:8292"

ssl-ca = "/etc/dm/tls/ca.pem"
ssl-cert = "/etc/dm/tls/dm-master2.pem"
ssl-key = "/etc/dm/tls/dm-master2-key.pem"
cert-allowed-cn = "dm"
""",
    # The certificate where the key belongs: the worker starts, and the masters turn it away.
    "dm-worker1.toml": """\
name = "dm-worker1"
worker-addr = "127.0.0.1:8262"
join = "127.0.0.1:8261,127.0.0.1:8361"

ssl-ca = "/etc/dm/tls/ca.pem"
ssl-cert = "/etc/dm/tls/dm-worker1-key.pem"
ssl-key = "/etc/dm/tls/dm-worker1.pem"
cert-allowed-cn = ["dm"]
""",
    # The table that TiDB, TiKV and PD have, and DM has not.
    "dm-worker2.toml": """\
name = "dm-worker2"
worker-addr = "127.0.0.1:8263"
join = "https://127.0.0.1:8261,https://127.0.0.1:8361"

[security]
ssl-ca = "/etc/dm/tls/ca.pem"
ssl-cert = "/etc/dm/tls/dm-worker2.pem"
ssl-key = "/etc/dm/tls/dm-worker2-key.pem"
cert-allowed-cn = ["dm"]
""",
    # A quoted number; and a list of names, with which no binlog is ever read.
    "source.yaml": """\
source-id: "mysql-01"
enable-gtid: true
from:
  host: "127.0.0.1"
  port: "3306"
  user: "dm"
  password: ""
  security:
    ssl-ca: "/etc/dm/tls/ca.pem"
    ssl-cert: "/etc/dm/tls/mysql-client.pem"
    ssl-key: "/etc/dm/tls/mysql-client-key.pem"
    cert-allowed-cn: ["mysql"]
""",
    # A value and a key that are nearly right, and TLS keys outside of `security`.
    "task.yaml": """\
name: "orders"
task-mode: "all"
shard-mode: "pesimistic"

target-database:
  host: "127.0.0.1"
  port: 4000
  user: "root"
  password: ""
  ssl-ca: "/etc/dm/tls/ca.pem"
  ssl-cert: "/etc/dm/tls/mysql-client.pem"
  ssl-key: "/etc/dm/tls/mysql-client-key.pem"

mysql-instances:
  - source-id: "mysql-01"
    block-alow-list: "orders"   # which schemas

block-allow-list:
  orders:
    do-dbs: ["orders"]
""",
}
"""Each mistake has a fix, so that the demo can end well: most of them a safe one."""

SETTINGS = """\
# The configurations name files on the servers; on this machine these lie here.
[tls.path-map]
"/etc/dm/tls" = {tls}

# The files that sources and tasks name lie under the same path on every host.
[rules]
tls-source-path-scope = "off"
"""


def write(folder: str) -> None:
    """Make the deployment in an existing folder.  Raises OSError."""
    tls = os.path.join(folder, "tls")
    os.mkdir(tls)
    for file in _certificates(tls):
        _write(file.path, file.data, file.mode)
    write_files(folder, "tls")


def write_files(folder: str, tls: str) -> None:
    """Make the configurations, whose certificates lie in `tls`.  Raises OSError."""
    for name, text in (*FILES.items(), (SETTINGS_NAME, SETTINGS.replace("{tls}", quoted(with_slashes(tls))))):
        _write(os.path.join(folder, name), text.encode("utf-8", "surrogateescape"), PUBLIC)


def _certificates(folder: str) -> Iterator[Created]:
    """A CA, whose key is not kept, and certificates for both ends of a connection on this machine."""
    parties = [cert_plan.Party(name, cert_plan.COMPONENT, cert_plan.LOCAL) for name in COMPONENTS]
    authority, *others = cert_plan.in_folder(folder, COMMON_NAME, parties)
    for file in cert_plan.issue((authority, *others), Keyring(), now()):
        if file.path != authority.key_path:
            yield file


def _write(path: str, data: bytes, mode: int) -> None:
    # The mode is given when the file is made, so that a key is never readable for others, not even for a moment.
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
