"""Listeners with TLS and passwords for the local broker: its own authority, certificates and one user.

Made by openssl into the folder `secrets` beside the brokers' data: `ca.pem` whom to trust, `client.pem` and
`client.key` for the listener TLS, which wants a certificate, `password` of the user for the listener SASL.
"""

from __future__ import annotations

import secrets
import subprocess
from pathlib import Path

USER = "palovahti"
MECHANISM = "SCRAM-SHA-512"
DAYS = "365"
SERVER_NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


def make_secrets(folder: Path) -> None:
    """An authority, a certificate for the broker and one for clients, a password; readable by us alone."""
    folder.mkdir(mode=0o700, parents=True)
    _openssl(
        folder, "req", "-x509", *_key("ca"), "-out", "ca.pem", "-days", DAYS, "-subj", "/CN=palovahti-local"
    )
    _certificate(folder, "server", SERVER_NAMES)
    _certificate(folder, "client", "extendedKeyUsage=clientAuth")
    both = (folder / "server.key").read_text() + (folder / "server.pem").read_text()
    (folder / "server-both.pem").write_text(both)
    (folder / "password").write_text(secrets.token_urlsafe(24))


def format_words(folder: Path) -> list[str]:
    """What formatting the storage wants to know of the user."""
    password = (folder / "password").read_text()
    return ["--add-scram", f"{MECHANISM}=[name={USER},password={password}]"]


def listeners(sasl: int, tls: int) -> str:
    """The addresses of both listeners, as `listeners` and `advertised.listeners` want them."""
    return f",SASL://127.0.0.1:{sasl},TLS://127.0.0.1:{tls}"


def properties(folder: Path) -> str:
    """Lines of server.properties: SASL wants the password over TLS, TLS a certificate of our authority."""
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    name = f"listener.name.sasl.{MECHANISM.lower()}"
    return f"""ssl.keystore.type=PEM
ssl.keystore.location={folder / "server-both.pem"}
ssl.truststore.type=PEM
ssl.truststore.location={folder / "ca.pem"}
listener.name.tls.ssl.client.auth=required
listener.name.sasl.ssl.client.auth=none
listener.name.sasl.sasl.enabled.mechanisms={MECHANISM}
{name}.sasl.jaas.config={module} required;
"""


def _certificate(folder: Path, name: str, extension: str) -> None:
    """A key and a certificate by our authority."""
    (folder / "extension").write_text(extension + "\n")
    _openssl(folder, "req", *_key(name), "-out", "request", "-subj", f"/CN={name}")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extension"]
    _openssl(folder, "x509", "-req", "-in", "request", *signed, "-out", f"{name}.pem", "-days", DAYS)


def _key(name: str) -> list[str]:
    return ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key"]


def _openssl(folder: Path, *words: str) -> None:
    command = ["openssl", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, umask=0o077)
