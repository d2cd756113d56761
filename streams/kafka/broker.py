"""Connections to the broker, opened for a task and closed after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from threading import Event
from typing import Any, Final, ParamSpec, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import (
    InvalidReplicationFactorError,
    KafkaError,
    NoError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)

from streams.clock import elapsed_seconds
from streams.kafka.reaching import refused_at_once, refused_for_good, refused_perhaps
from streams.kafka.settings import KafkaSettings, connection

WAITS_MS: Final = (5_000, 15_000)  # after the first we look why
PATIENCE_SECONDS: Final = 30.0
PAUSE_SECONDS: Final = 0.5
P = ParamSpec("P")
T = TypeVar("T")


# A client would not repeat these, yet they pass: brokers that have just started are not all
# counted yet, and a topic that one of them does not know yet is there.
PASSING: Final = (InvalidReplicationFactorError, TopicAlreadyExistsError)


class Unsettled(ConnectionError):
    """The broker says that it will answer soon: a coordinator loads, a leader is chosen, a broker went."""


def patient(
    ask: Callable[P, T], seconds: float = PATIENCE_SECONDS, pause: float = PAUSE_SECONDS
) -> Callable[P, T]:
    """`ask`, which may be asked twice, asked again for `seconds` while the broker is `Unsettled`."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        until = elapsed_seconds() + seconds
        while True:
            try:
                return ask(*args, **kwargs)
            except Unsettled:
                if elapsed_seconds() >= until:
                    raise
            Event().wait(pause)  # time.sleep fails where a library fakes the time, as in tests/faults

    return asked


@contextmanager
def admin(settings: KafkaSettings) -> Iterator[Any]:
    """An admin client; raises `ConnectionError` with what to look at when the broker does not do as asked."""
    with _opened(settings, KafkaAdminClient) as client:
        yield client


@contextmanager
def consumer(settings: KafkaSettings) -> Iterator[Any]:
    """A consumer without a group: it commits nothing and disturbs nobody."""
    with _opened(settings, KafkaConsumer, enable_auto_commit=False) as client:
        yield client


@contextmanager
def producer(settings: KafkaSettings) -> Iterator[Any]:
    """A producer whose records are acknowledged by all copies that are in sync."""
    with _opened(settings, KafkaProducer, acks="all", max_request_size=16_777_216) as client:
        yield client


@contextmanager
def _opened(settings: KafkaSettings, kind: Callable[..., Any], **options: Any) -> Iterator[Any]:
    where = ", ".join(settings.bootstrap)
    if reason := refused_at_once(settings):  # the client would try for long
        raise ConnectionError(reason)
    client = _made(settings, where, kind, options)
    try:
        yield client
    except KafkaError as error:
        passes = error.retriable or isinstance(error, PASSING)
        kind_of_error = Unsettled if passes else ConnectionError
        raise kind_of_error(f"the broker at {where} did not do as asked: {error}") from error
    finally:
        client.close()


def _made(settings: KafkaSettings, where: str, kind: Callable[..., Any], options: dict[str, Any]) -> Any:
    """A client that has an answer."""
    told = ""
    for wait_ms in WAITS_MS:
        try:
            return kind(**connection(settings), bootstrap_timeout_ms=wait_ms, **options)
        except KafkaError as error:
            told = f"no broker answers at {where} ({type(error).__name__})"
            if reason := refused_for_good(settings):
                raise ConnectionError(f"{told}; {reason}") from None
    raise ConnectionError(f"{told}; {refused_perhaps(settings)}")


def topics_there(client: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    """What the broker tells of those topics that are there; raises what it says of them otherwise."""
    told: list[dict[str, Any]] = client.describe_topics(list(names))
    for topic in told:
        if topic["error_code"] not in (NoError.errno, UnknownTopicOrPartitionError.errno):
            raise for_code(topic["error_code"])(topic["name"])
    return [topic for topic in told if not topic["error_code"]]
