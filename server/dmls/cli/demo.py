"""The small DM deployment of `dmls demo`: files as people write them, with the mistakes they make.

Each mistake is one that DM's users have met, and that a rule of dmls sees in the one file where it stands.
"""

from __future__ import annotations

import datetime
import os
from typing import TYPE_CHECKING

from dmls.disk import now, with_slashes
from dmls.model.edit import quoted
from dmls.settings import NAME as SETTINGS_NAME

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

COMPONENTS = ("dm-master1", "dm-master2", "dm-worker1", "dm-worker2", "mysql-client")
COMMON_NAME = "dm"
DAYS = 365

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
    _write_certificates(tls)
    write_files(folder, "tls")


def write_files(folder: str, tls: str) -> None:
    """Make the configurations, whose certificates lie in `tls`.  Raises OSError."""
    for name, text in (*FILES.items(), (SETTINGS_NAME, SETTINGS.replace("{tls}", quoted(with_slashes(tls))))):
        _write(os.path.join(folder, name), text.encode("utf-8", "surrogateescape"), 0o644)


def _write_certificates(folder: str) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("dmls demo CA", ca_key, None, ca_key)
    _write(os.path.join(folder, "ca.pem"), ca.public_bytes(Encoding.PEM), 0o644)
    for name in COMPONENTS:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(COMMON_NAME, key, ca, ca_key)
        _write(os.path.join(folder, f"{name}.pem"), certificate.public_bytes(Encoding.PEM), 0o644)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(os.path.join(folder, f"{name}-key.pem"), secret, 0o600)


def _certificate(
    common_name: str,
    key: EllipticCurvePrivateKey,
    ca: Certificate | None,
    ca_key: EllipticCurvePrivateKey,
) -> Certificate:
    """A certificate for both ends of a connection on this machine, or, without `ca`, the CA itself."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = datetime.datetime.fromtimestamp(int(now()), datetime.timezone.utc)
    is_ca = ca is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if ca is None else ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A clock that is a little behind must not find it too young.
        .not_valid_before(start - datetime.timedelta(hours=1))
        .not_valid_after(start + datetime.timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    if not is_ca:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return builder.sign(ca_key, hashes.SHA256())


def _write(path: str, data: bytes, mode: int) -> None:
    # The mode is given when the file is made, so that a key is never readable for others, not even for a moment.
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
