"""Why a broker cannot be reached, by a connection of our own: clients only say that it took too long."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from streams.errors import BadConfiguration
from streams.kafka.settings import KafkaSettings

WAIT_SECONDS: Final = 10.0
ALERT_SECONDS: Final = 2.0
REMEDY: Final = "is the broker running, and do bootstrap and security under kafka: say how to reach it?"


def tls_context(settings: KafkaSettings) -> ssl.SSLContext | None:
    """Whom to trust and who we are; None where connections are plain.

    A file that cannot be used is a `BadConfiguration` that names it.
    """
    if not settings.security.endswith("tls"):
        return None
    ca, ours = settings.tls_ca_file, settings.tls_certificate_file
    secret = settings.tls_key_password
    try:
        context = ssl.create_default_context(cafile=ca and str(ca))
        if ours:
            context.load_cert_chain(ours, settings.tls_key_file, secret.get_secret_value() if secret else "")
    except OSError as error:  # ssl.SSLError is one
        what = (
            f"tls_certificate_file {ours} with tls_key_file"
            if ca is None or ca.is_file()
            else f"tls_ca_file {ca}"
        )
        reason = error.strerror or type(error).__name__
        raise BadConfiguration(
            [f"kafka: {what} cannot be used ({reason}); give a PEM file that can be read"]
        ) from None
    return context


def refused_at_once(settings: KafkaSettings) -> str | None:
    """Why no address lets us in: nobody listens, or TLS does not come about; None where one may."""
    context = tls_context(settings)
    told = ""
    for address in settings.bootstrap:
        try:
            with _connected(address, context):
                return None
        except ssl.SSLCertVerificationError as error:
            why = f"the certificate at {address} is not trusted ({error.verify_message})"
            told = f"{why}; give its authority as tls_ca_file"
        except ssl.SSLError as error:
            told = f"no TLS with {address} ({error.reason}); is that its TLS address, and is security right?"
        except OSError:
            told = told or f"nothing listens at {', '.join(settings.bootstrap)}; {REMEDY}"
    return told


def refused_for_good(settings: KafkaSettings) -> str | None:
    """Why no client will ever get an answer where somebody listens; None where it may only take time."""
    context = tls_context(settings)
    for address in settings.bootstrap:
        try:
            with _connected(address, context or _asking()) as connection:
                if context is None:
                    return f"{address} speaks TLS; set security to tls or sasl_tls"
                connection.settimeout(ALERT_SECONDS)
                connection.recv(1)
        except TimeoutError:
            break  # it waits for us: TLS is fine
        except ssl.SSLError:
            if context is not None:
                return (
                    f"{address} refuses our certificate, or wants one; "
                    "give tls_certificate_file and tls_key_file that it trusts"
                )
        except OSError:
            continue
    return None


def refused_perhaps(settings: KafkaSettings) -> str:
    """What probably keeps a client from getting an answer, where nothing is sure."""
    if settings.security.startswith("sasl"):
        return (
            f"it did not let {settings.sasl_username} in by {settings.sasl_mechanism}; "
            "are sasl_username, sasl_password and sasl_mechanism right?"
        )
    return f"{REMEDY} If it wants a password, set security to sasl_tls"


def _asking() -> ssl.SSLContext:
    """Only to see whether TLS is spoken: nothing is sent, so nobody needs to be trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@contextmanager
def _connected(address: str, context: ssl.SSLContext | None) -> Iterator[socket.socket]:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    with socket.create_connection((host, int(port)), timeout=WAIT_SECONDS) as plain:
        if context is None:
            yield plain
            return
        with context.wrap_socket(plain, server_hostname=host) as safe:
            yield safe
