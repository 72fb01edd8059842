"""haproxy with TLS in front of a running `serve`, by the configuration the project ships."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

CONFIGURATION = Path(__file__).parents[2] / "deploy/haproxy/haproxy.cfg"
HOST = "127.0.0.1"


def haproxy() -> str:
    """The program: named in HAPROXY, as `run.py test` does, or on PATH. There is no run without it."""
    found = os.environ.get("HAPROXY") or shutil.which("haproxy")
    assert found, "haproxy is missing: `python3 run.py test` installs it, or set HAPROXY"
    return found


def make_certificate(folder: Path) -> Path:
    """A certificate of one day for HOST, with its key in the same file as haproxy wants it."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=thidua test", "-addext", f"subjectAltName=IP:{HOST}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_text(certificate.read_text() + key.read_text())
    return both


@dataclass(frozen=True)
class Proxied:
    """The addresses of a running haproxy, and visitors who come from different places."""

    https: str
    http: str
    certificate: Path

    @property
    def port(self) -> int:
        """Where TLS is spoken."""
        return int(self.https.rpartition(":")[2])

    def trust(self) -> ssl.SSLContext:
        """Trusts the certificate of this proxy and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def visitor(self, source: str = HOST) -> httpx.Client:
        """A browser at the address `source` (127.0.0.x)."""
        transport = httpx.HTTPTransport(verify=self.trust(), local_address=source)
        return httpx.Client(transport=transport, base_url=self.https, timeout=60)

    def line(self, source: str = HOST) -> ssl.SSLSocket:
        """A bare connection, its handshake done."""
        plain = socket.create_connection((HOST, self.port), timeout=60, source_address=(source, 0))
        return self.trust().wrap_socket(plain, server_hostname=HOST)


def listening() -> socket.socket:
    """A socket on a free port of this machine: handed to haproxy, so nobody else can take the port."""
    made = socket.create_server((HOST, 0), backlog=1024)
    made.set_inheritable(True)
    return made


@contextmanager
def proxied(folder: Path, https: socket.socket, http: socket.socket, backend: str, patience: str) -> Iterator[Proxied]:
    """haproxy over two listening sockets, in front of `backend` (host:port); ended by its pid."""
    certificate = make_certificate(folder)
    settings = {
        "THIDUA_HTTPS": f"fd@{https.fileno()}",
        "THIDUA_HTTP": f"fd@{http.fileno()}",
        "THIDUA_CERTIFICATE": str(certificate),
        "THIDUA_BACKEND": backend,
        "THIDUA_PATIENCE": patience,
    }
    with (folder / "haproxy.log").open("wb") as said:
        process = subprocess.Popen(
            [haproxy(), "-db", "-f", CONFIGURATION],
            env=os.environ | settings, stdout=said, stderr=said, pass_fds=(https.fileno(), http.fileno()),
        )  # fmt: skip
    try:
        yield Proxied(f"https://{HOST}:{https.getsockname()[1]}", f"http://{HOST}:{http.getsockname()[1]}", certificate)
        assert process.poll() is None, (folder / "haproxy.log").read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
