"""`streams`: create, check, lag, tail, replay, dead-letters. For those who run on Kafka."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from agents.cli import dead_letters
from agents.cli.exits import Exit
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.raw import as_object, line
from agents.cli.screen import out, say_json
from agents.cli.times import moment
from agents.settings import Settings
from agents.stages.records import clock_of_mark
from streams.kafka.copying import put
from streams.kafka.creating import check, create_streams, layouts
from streams.kafka.layout import Layout, Mismatch
from streams.kafka.offsets import Lag, lags, spans
from streams.kafka.reading import Raw, follow, last, read
from streams.names import STREAMS, Stream, stream_named

app = typer.Typer()
app.add_typer(
    dead_letters.app, name="dead-letters", help="Records that could not be used, and putting them back."
)


def _named(name: str) -> Stream:
    try:
        return stream_named(name)
    except KeyError as error:
        raise typer.BadParameter(str(error.args[0])) from None


StreamName = Annotated[
    Stream, typer.Argument(metavar="STREAM", parser=_named, help="One of those that `streams check` lists.")
]


@app.command()
def create(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Create the streams that are missing and set right what is configured otherwise; deletes nothing."""
    settings = settings_of(config)
    mended = create_streams(settings.kafka)
    _report(settings, [] if as_json else mended, as_json=as_json, done="set right")


@app.command("check")
def check_(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Compare the broker's streams with the settings; every mismatch with the command that mends it."""
    _report(settings_of(config), [], as_json=as_json)


@app.command()
def lag(
    config: ConfigFile = DEFAULT_CONFIG,
    group: Annotated[
        list[str] | None, typer.Option(help="Only this group; may be given several times. Else ours.")
    ] = None,
    partitions: Annotated[bool, typer.Option("--partitions", help="A line a partition.")] = False,
    as_json: AsJson = False,
) -> None:
    """How many records wait for each group of workers."""
    found = lags(settings_of(config).kafka, group or ())
    if as_json:
        for each in found:
            say_json(asdict(each))
    elif found:
        out().print(_lag_table(found if partitions else _summed(found), partitions))
    else:
        out().print("No group has read yet.")


@app.command()
def tail(
    stream: StreamName,
    config: ConfigFile = DEFAULT_CONFIG,
    number: Annotated[int, typer.Option("-n", min=1, max=10_000, help="So many, the newest last.")] = 10,
    keep_on: Annotated[
        bool, typer.Option("--follow", "-f", help="Then every new one, until Ctrl-C.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the last records of a stream."""
    settings = settings_of(config)
    _show(last(settings.kafka, stream, number), settings, as_json)
    if keep_on:
        _show(follow(settings.kafka, stream), settings, as_json)


@app.command()
def replay(
    stream: StreamName,
    since: Annotated[str, typer.Option(help="From this time of arrival on, e.g. 2026-11-21T14:00.")],
    until: Annotated[str | None, typer.Option(help="Before this time; else to the end.")] = None,
    into: Annotated[
        str | None, typer.Option(help="Append to the stream of the same name under this prefix.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Give out a stretch of a stream: values, one a line, or into the streams of another installation."""
    settings = settings_of(config)
    records = _stretch(settings, stream, since, until)
    if into is not None:
        number = put(settings.kafka.model_copy(update={"prefix": into}), records)
        _count(number, f"{into}{stream.name}", as_json)
    elif as_json:
        _show(records, settings, as_json)
    else:
        sys.stdout.buffer.writelines(
            raw.value + b"\n" for raw in records if raw.value and not _is_mark(raw.value)
        )


def _stretch(settings: Settings, stream: Stream, since: str, until: str | None) -> Iterator[Raw]:
    zone = settings.organisation.zone
    end = moment(until, zone) if until else None
    return read(settings.kafka, stream, spans(settings.kafka, stream, moment(since, zone), end))


def _is_mark(value: bytes) -> bool:
    """Whether it only tells workers how time goes on, between the mentions."""
    return clock_of_mark(value) is not None


def _count(number: int, where: str, as_json: bool) -> None:
    if as_json:
        say_json({"records": number, "stream": where})
    else:
        out().print(f"{number} records appended to {where}.", soft_wrap=True)


def _show(records: Iterable[Raw], settings: Settings, as_json: bool) -> None:
    for raw in records:
        if as_json:
            say_json(as_object(raw))
        else:
            out().print(Text(line(raw, settings.organisation.zone)), soft_wrap=True)


def _report(settings: Settings, mended: Sequence[Mismatch], *, as_json: bool, done: str = "") -> None:
    """Every stream as it now is; exit code 1 unless all are right."""
    wrong, found = check(settings.kafka), layouts(settings.kafka)
    if as_json:
        for stream in STREAMS:
            say_json(_stream_object(stream, found.get(stream.name), wrong, settings))
    else:
        out().print(_stream_table(found, wrong))
        for each in mended:
            if each not in wrong:
                out().print(f"{done}: {each.stream}, which {each.wrong}", soft_wrap=True)
        for each in wrong:
            out().print(str(each), soft_wrap=True)
    if wrong:
        raise typer.Exit(Exit.FOUND)


def _stream_object(
    stream: Stream, found: Layout | None, wrong: Sequence[Mismatch], settings: Settings
) -> dict[str, object]:
    return {
        "stream": stream.name,
        "topic": stream.full_name(settings.kafka.prefix),
        "key": stream.key,
        "record": stream.record,
        "reads_versions": list(stream.reads),
        "public": stream.public,
        "partitions": found and found.partitions,
        "replication": found and found.replication,
        "configs": found and dict(found.configs),
        "mismatches": [
            {"wrong": each.wrong, "remedy": each.remedy} for each in wrong if each.stream == stream.name
        ],
    }


def _stream_table(found: dict[str, Layout], wrong: Sequence[Mismatch]) -> Table:
    table = _table("stream", "partitions", "copies", "kept", "key", "")
    for stream in STREAMS:
        layout = found.get(stream.name)
        numbers = [str(layout.partitions), str(layout.replication)] if layout else ["-", "-"]
        verdict = "wrong" if any(each.stream == stream.name for each in wrong) else "right"
        cells = [stream.name, *numbers, _kept(stream), stream.key, verdict]
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _kept(stream: Stream) -> str:
    days = "for ever" if stream.retention is None else f"{stream.retention // timedelta(days=1)} days"
    return days if stream.cleanup == "delete" else f"{days}, last of a key"


def _lag_table(found: Sequence[Lag], partitions: bool) -> Table:
    table = _table("group", "stream", *(["partition", "next", "end"] if partitions else []), "waiting")
    for each in found:
        place = [str(each.partition), "-" if each.committed is None else str(each.committed), str(each.end)]
        cells = [each.group, each.stream, *(place if partitions else []), str(each.waiting)]
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _summed(found: Sequence[Lag]) -> list[Lag]:
    sums: dict[tuple[str, str], int] = {}
    for each in found:
        sums[each.group, each.stream] = sums.get((each.group, each.stream), 0) + each.waiting
    return [Lag(group, stream, -1, None, 0, waiting) for (group, stream), waiting in sums.items()]


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(
            heading, justify="right" if heading in {"partitions", "copies", "waiting"} else "left"
        )
    return table
