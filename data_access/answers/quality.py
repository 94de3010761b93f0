"""The data-quality report of a published version, as the API and the pages give it."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import takewhile
from typing import Any

import pandas as pd

from dashboard.domain.freshness import Syncs
from dashboard.domain.request import Flag
from data_access.areas.checks import AreaCheck
from data_access.local_time import utc_to_local
from data_access.quarantine import REASONS
from data_access.queries import quality as queries
from data_access.store.call_log import read_calls
from data_access.store.published import Snapshot
from data_access.store.run_log import brought_rows, read_log

LAST_RUNS = 20
COUNTED = ("read", "stored", "updated", "unchanged", "quarantined", "removed", "repaired")
_FOLDERS = re.compile(r"(?<![\w:/])(?:[A-Za-z]:)?(?:[\\/][^\s\\/:;,'\"]+)*[\\/](?=[^\s\\/])")


def quality(snapshot: Snapshot, runs: int = LAST_RUNS) -> dict[str, Any]:
    """Rows, flags and unreadable rows by reason, what is left out, the last syncs and their errors.

    Every flag is listed, also those that no row has. Times are in the city's zone; a sync's error names files without
    the folders that they lie in. `calls` are the single calls of the last sync that made any; `mappings` and
    `area_checks` are empty in a version that was published before there were any.
    """
    folder = snapshot.folder.parent
    flags = queries.flags(snapshot)
    totals = {str(flag): int(n) for flag, n in flags.groupby("flag")["n"].sum().items()}
    return {
        "rows": snapshot.rows,
        "flags": [
            {
                "flag": flag.value,
                "n": totals.get(flag.value, 0),
                "share": _share(totals.get(flag.value, 0), snapshot.rows),
            }
            for flag in Flag
        ],
        "flags_by_department": [
            {"flag": row["flag"], "department": row["department"], "n": int(row["n"])}
            for row in flags.to_dict("records")
        ],
        "quarantine": [
            {"reason": row["reason"], "words": REASONS.get(row["reason"], row["reason"]), "n": int(row["n"])}
            for row in queries.quarantine(snapshot).to_dict("records")
        ],
        "quarantine_by_department": [
            {**row, "day": str(pd.Timestamp(row["day"]).date()), "n": int(row["n"])}
            for row in _records(queries.quarantine_details(snapshot))
        ],
        "left_out": left_out(snapshot),
        "not_published": list(snapshot.city.source.not_published),
        "mappings": _records(queries.mappings(snapshot)),
        "area_checks": [_area_check(row) for row in _records(queries.area_checks(snapshot))],
        "runs": [_run(snapshot, row) for row in read_log(folder)[:runs]],
        "calls": [{**call, "at": _time(snapshot, call["at"])} for call in read_calls(folder)],
    }


def left_out(snapshot: Snapshot) -> dict[str, int]:
    """What the default view leaves out of the whole store: city, information, duplicates, no_duration."""
    return {str(name): int(n) for name, n in queries.left_out(snapshot).to_dict("records")[0].items()}


def misfits(snapshot: Snapshot) -> frozenset[str]:
    """The kinds of area whose boundaries are of another time, or of other areas, than those that the rows name."""
    checks = (_area_check(row) for row in _records(queries.area_checks(snapshot)))
    return frozenset(check["kind"] for check in checks if check["compared"] and not check["used"])


def syncs(snapshot: Snapshot) -> Syncs:
    """How the last syncs went, in the city's time; a sync's error names files without the folders that they lie in."""
    runs = read_log(snapshot.folder.parent)
    # a sync of some days only has another source (see portal_sync), as one of files has
    asked = snapshot.city.source.name
    # a file that an operator mistyped is no trouble of the source, and none of the readers' business
    told = [run for run in runs if run["error"] is None or run["source"].startswith(asked)]
    failed = list(takewhile(lambda run: run["error"] is not None, told))
    good = told[len(failed)] if len(failed) < len(told) else None
    news = next((run for run in runs if run["source"] == asked and brought_rows(run)), None)
    return Syncs(
        last_good=_moment(snapshot, good and (good["finished_at"] or good["started_at"])),
        last_attempt=_moment(snapshot, runs[0]["started_at"] if runs else None),
        failed_since=_moment(snapshot, failed[-1]["started_at"] if failed else None),
        error=without_folders(str(failed[0]["error"])) if failed else "",
        from_portal=good is not None and good["source"] == asked,
        last_news=_moment(snapshot, news and news["started_at"]),
    )


def _run(snapshot: Snapshot, row: dict[Any, Any]) -> dict[str, Any]:
    error = None if pd.isna(row["error"]) else without_folders(str(row["error"]))
    return {
        "run": int(row["run"]),
        "source": without_folders(str(row["source"])),
        "started_at": _time(snapshot, row["started_at"]),
        "finished_at": _time(snapshot, row["finished_at"]),
        **{name: None if pd.isna(row.get(name)) else int(row[name]) for name in COUNTED},
        "error": error,
        "drift": row.get("drift", []),
        "calls": row.get("calls", []),
    }


def without_folders(sentence: str) -> str:
    """A sentence about files, without the folders of the machine that they lie in."""
    return _FOLDERS.sub("", sentence)


def _share(n: int, rows: int) -> float | None:
    return round(n / rows, 6) if rows else None


def _time(snapshot: Snapshot, seconds: Any) -> str | None:
    found = _moment(snapshot, seconds)
    return None if found is None else found.isoformat(timespec="seconds")


def _moment(snapshot: Snapshot, seconds: Any) -> datetime | None:
    return None if pd.isna(seconds) else utc_to_local(int(seconds), snapshot.city.zone)


def _area_check(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "used": not AreaCheck(**row).is_wrong_vintage}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame; missing values are None."""
    rows: list[dict[Any, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]
