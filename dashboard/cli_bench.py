"""The command line's benchmarks: made-up rows, measured here and now, told as ratios."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from typing import Annotated, Any

import typer

from dashboard.domain.errors import SettingsError
from dashboard.settings import load

bench = typer.Typer(no_args_is_help=True, help="Measure this machine on made-up rows.")


@bench.callback()
def _bench() -> None:
    """Measure this machine on made-up rows."""


def _benchmark(name: str) -> Any:
    """A module of the benchmarks, which stand beside the packages and are not installed with them."""
    try:
        return import_module(f"benchmarks.{name}")
    except ImportError as error:
        raise SettingsError(
            "The benchmarks are not part of an installed package; run this from a checkout of the project."
        ) from error


@bench.command("ingest")
def bench_ingest(
    rows: Annotated[int, typer.Option(min=1000, help="How many rows to make up.")] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often to measure; medians are told.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """How fast a file of 41 columns becomes a published version, beside what reading it alone takes.

    Example: fixedyet bench ingest --rows 1000000
    """
    ingest = _benchmark("ingest")
    found = ingest.measure(rows, rounds)
    typer.echo(json.dumps(asdict(found) | {"verdicts": found.verdicts}) if as_json else ingest.table(found))


@bench.command("panels")
def bench_panels(
    rows: Annotated[int, typer.Option(min=1000, help="How many requests to make up.")] = 1_000_000,
    selections: Annotated[int, typer.Option(min=1, help="How many selections to ask for.")] = 40,
) -> None:
    """How long all numbers of the overview take, beside exact SQL and pandas on the same rows.

    Example: fixedyet bench panels --rows 10000000
    """
    panels = _benchmark("panels")
    typer.echo(panels.table(panels.measure(rows, selections)))


@bench.command("pages")
def bench_pages(
    rounds: Annotated[int, typer.Option(min=1, help="How often to visit each page; medians are told.")] = 3,
    port: Annotated[int, typer.Option(help="A free port for the server that is measured.")] = 8059,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of words.")] = False,
) -> None:
    """What the pages of the data folder's city cost on a slow phone: bytes, requests, and when they can be read.

    Example: fixedyet bench pages --rounds 3
    """
    pages = _benchmark("pages")
    settings = load()
    with pages.served(settings.data_dir, settings.city, port) as address:
        found = pages.measure(address, rounds=rounds)
    typer.echo(json.dumps([asdict(each) for each in found]) if as_json else pages.table(found))


@bench.command("load")
def bench_load(
    readers: Annotated[int, typer.Option(min=1, help="How many readers click.")] = 500,
    seconds: Annotated[float, typer.Option(min=1, help="For how long.")] = 60,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 2,
    rows: Annotated[int, typer.Option(min=1000, help="How many requests the made-up city has.")] = 150_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """How long readers wait who all click at once, and the memory of the server meanwhile.

    Example: fixedyet bench load --readers 500 --seconds 60
    """
    clicks = _benchmark("load")
    found = clicks.measure(readers, seconds, workers, rows)
    typer.echo(json.dumps(asdict(found) | {"verdict": found.verdict}) if as_json else clicks.table(found))


@bench.command("publish")
def bench_publish(
    rows: Annotated[int, typer.Option(min=60_000, help="How many stored requests to make up.")] = 10_000_000,
    changed: Annotated[int, typer.Option(min=100, help="How many of them change in a round.")] = 50_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often to measure; medians are told.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """How soon a day's changes are published, beside making the version whole, while somebody reads.

    Example: fixedyet bench publish --rows 10000000
    """
    publish = _benchmark("publish")
    found = publish.measure(rows, changed, rounds)
    typer.echo(json.dumps(asdict(found) | {"verdict": found.verdict}) if as_json else publish.table(found))


@bench.command("all")
def bench_all() -> None:
    """Run every benchmark and write what they print, with machine and day, into docs/performance.md. It takes half an hour.

    Example: fixedyet bench all
    """
    report = _benchmark("report")
    document = report.DOCUMENT.read_text(encoding="utf-8")
    part = report.measured(report.BENCHES, datetime.now(UTC))
    report.DOCUMENT.write_text(report.put_into(document, part), encoding="utf-8")
    typer.echo(part)
