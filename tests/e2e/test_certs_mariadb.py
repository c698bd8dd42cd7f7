"""A MariaDB server that runs with certificates of `dmls certs new`, wants encryption, and lets one user in by certificate only."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Iterator, NamedTuple

import pytest

from dmls.cli.console import Console
from dmls.cli.main import main

DEPLOYMENT = {
    "dm-master.toml": 'name = "m1"\nmaster-addr = "127.0.0.1:8261"\n',
    "source.yaml": 'source-id: s1\nfrom:\n  host: 127.0.0.1\n  port: 3306\n  user: dm\n  password: ""\n',
    "task.yaml": 'name: t1\ntask-mode: all\ntarget-database:\n  host: db.example\n  port: 3306\n  user: dm\n  password: ""\nmysql-instances:\n  - source-id: s1\n    block-allow-list: b\nblock-allow-list:\n  b:\n    do-dbs: [app]\n',
}


def _program(*names: str) -> str | None:
    """A program of MariaDB, which need not be on the path of everybody."""
    return next((found for name in names for found in [shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")] if found), None)


SERVER, INSTALL, CLIENT, ADMIN = _program("mariadbd"), _program("mariadb-install-db"), _program("mariadb"), _program("mariadb-admin")
pytestmark = pytest.mark.skipif(None in (SERVER, INSTALL, CLIENT, ADMIN), reason="no MariaDB server is installed (Debian: apt-get install mariadb-server)")


def dmls(folder: Path, *arguments: str) -> None:
    out, err = io.StringIO(), io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert main(arguments, Console(out, err, io.BytesIO(), {})) == 0, err.getvalue()
    finally:
        os.chdir(before)


class Server(NamedTuple):
    folder: Path
    port: int

    def ask(self, *arguments: str, user: str = "by_certificate", sql: str = "SHOW SESSION STATUS LIKE 'Ssl_cipher'") -> tuple[int, str]:
        """Ask as a client over TCP; the exit status and what it says."""
        assert CLIENT is not None
        call = [CLIENT, "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", f"--port={self.port}", f"--user={user}", "--skip-column-names", *arguments, "-e", sql]
        ran = subprocess.run(call, capture_output=True, text=True, timeout=60)
        return ran.returncode, ran.stdout + ran.stderr

    def root(self, sql: str) -> None:
        """Carry out a statement as the administrator, over the socket of the machine."""
        assert CLIENT is not None
        subprocess.run([CLIENT, "--no-defaults", f"--socket={self.folder}/s", "--user=root", "-e", sql], check=True, capture_output=True, timeout=60)

    def tls(self, name: str = "db-client", ca: str = "ca") -> tuple[str, ...]:
        """The flags of a client that checks the server and shows a certificate; without a name it shows none."""
        files = self.folder / "tls"
        own = (f"--ssl-cert={files / name}.pem", f"--ssl-key={files / name}-key.pem") if name else ()
        return (f"--ssl-ca={files / ca}.pem", "--ssl-verify-server-cert", *own)


@pytest.fixture(scope="module", params=["ec", "rsa"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp(f"mariadb-{request.param}")
    for name, text in DEPLOYMENT.items():
        (folder / name).write_text(text, encoding="utf-8")
    dmls(folder, "certs", "new", "--databases", "--key-type", request.param)
    dmls(folder, "certs", "new", "--databases", "--output", "stranger")
    for end in ("", "-key"):
        shutil.copy(folder / "stranger" / f"db-client{end}.pem", folder / "tls" / f"stranger{end}.pem")
    shutil.copy(folder / "stranger" / "ca.pem", folder / "tls" / "stranger-ca.pem")
    data = folder / "data"
    own = ["--no-defaults", f"--datadir={data}", *(["--user=root"] if os.geteuid() == 0 else [])]
    assert SERVER is not None and INSTALL is not None and ADMIN is not None
    subprocess.run([INSTALL, *own, "--auth-root-authentication-method=normal", "--skip-test-db"], check=True, capture_output=True, timeout=120)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    pipe = f"{folder}/s"
    tls = folder / "tls"
    flags = [f"--ssl-ca={tls}/ca.pem", f"--ssl-cert={tls}/db-localhost.pem", f"--ssl-key={tls}/db-localhost-key.pem", "--require-secure-transport=ON"]
    small = ["--innodb-buffer-pool-size=8M", "--innodb-log-file-size=8M", "--skip-log-bin", f"--pid-file={folder}/pid", f"--log-error={folder}/log"]
    process = subprocess.Popen(
        [SERVER, *own, *flags, *small, "--bind-address=127.0.0.1", f"--port={port}", f"--socket={pipe}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        ping = subprocess.run([ADMIN, "--no-defaults", f"--socket={pipe}", "--user=root", "--wait=60", "ping"], capture_output=True, text=True, timeout=120)
        assert ping.returncode == 0, (folder / "log").read_text(encoding="utf-8", errors="replace")
        sql = "CREATE USER by_certificate@'%' REQUIRE X509; CREATE USER by_tls@'%';"
        sql += " CREATE USER by_issuer@'%' REQUIRE SUBJECT '/OU=db-client/CN=dm'; GRANT REPLICATION SLAVE ON *.* TO by_certificate@'%';"
        running = Server(folder, port)
        running.root(sql)
        yield running
    finally:
        process.terminate()
        process.wait(60)


def test_the_client_certificate_opens_the_door(server: Server) -> None:
    for user in ("by_certificate", "by_issuer", "by_tls"):
        status, said = server.ask(*server.tls(), user=user)
        assert status == 0 and said.startswith("Ssl_cipher\t") and said.split("\t")[1].strip(), said


def test_without_a_certificate_it_stays_shut(server: Server) -> None:
    status, said = server.ask(*server.tls(""))
    assert status != 0 and "ERROR 1045" in said
    assert server.ask(*server.tls(""), user="by_tls")[0] == 0, "the server's own certificate is good for everybody"


def test_without_encryption_nobody_comes_in(server: Server) -> None:
    status, said = server.ask("--skip-ssl", user="by_tls")
    assert status != 0 and "ERROR" in said
    server.root("SET GLOBAL require_secure_transport = OFF")
    try:
        assert server.ask("--skip-ssl", user="by_tls")[0] == 0, "nothing else kept it out"
    finally:
        server.root("SET GLOBAL require_secure_transport = ON")


def test_a_certificate_of_another_ca_is_refused(server: Server) -> None:
    status, said = server.ask(*server.tls("stranger"))
    assert status != 0 and "ERROR" in said


def test_the_server_is_checked_by_its_ca(server: Server) -> None:
    status, said = server.ask(*server.tls("db-client", "stranger-ca"))
    assert status != 0 and "ERROR 2026" in said


def test_a_renewed_certificate_opens_it_too(server: Server) -> None:
    dmls(server.folder, "certs", "renew", "tls/db-client.pem", "--output", "tls/new")
    status, said = server.ask(*server.tls("new/db-client"))
    assert status == 0, said
