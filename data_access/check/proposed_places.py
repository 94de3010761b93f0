"""What the rows' times and places say that a city's file may want to say: days without a time, places that are none."""

from __future__ import annotations

from sqlalchemy import Float, and_, cast, func, select

from dashboard.domain.request import Flag
from data_access.check.dry_run import Trial
from data_access.check.report import Proposal, at_the_top, listed
from data_access.guess.words import says_nothing
from data_access.staging import fresh

FEWEST = 20
"""Rows below which a share says nothing."""
MIDNIGHT_SHARE = 0.5
PLACE_SHARE = 0.02
"""No single point or address has so many of a city's requests."""


def date_only(trial: Trial) -> list[Proposal]:
    local = func.timezone(trial.city.time_zone, func.to_timestamp(fresh.c.closed_at))
    at_midnight = cast(func.date_trunc("day", local) == local, Float)
    n, share = func.count(), func.avg(at_midnight)
    rows = trial.connection.execute(
        select(fresh.c.department, n, share)
        .where(fresh.c.closed_at.is_not(None))
        .group_by(fresh.c.department)
        .having(and_(n >= FEWEST, share >= MIDNIGHT_SHARE))
        .order_by(fresh.c.department)
    ).all()
    known = trial.city.date_only_departments
    new = [(name, int(n), float(share)) for name, n, share in rows if name not in known]
    if not new:
        return []
    told = ", ".join(f"{name or 'no department'}: {share:.0%} of {n:,}" for name, n, share in new)
    names = [name for name, _, _ in new if name]
    lines = at_the_top("date_only_departments", listed((*known, *names)), there=bool(known)) if names else ()
    return [Proposal(f"Departments that close at 00:00:00, a day and no time ({told})", lines)]


def default_points(trial: Trial) -> list[Proposal]:
    c = fresh.c
    free = c.flags.op("&")(Flag.DEFAULT_LOCATION.bit) == 0
    latitude, longitude, n = func.round(c.latitude, 5), func.round(c.longitude, 5), func.count()
    total = trial.connection.scalar(select(func.count(c.latitude))) or 0
    rows = trial.connection.execute(
        select(latitude, longitude, n, func.count(c.category.distinct()))
        .where(c.latitude.is_not(None), c.longitude.is_not(None), free)
        .group_by(latitude, longitude)
        .having(n >= max(FEWEST, PLACE_SHARE * total))
        .order_by(n.desc())
    ).all()
    if not rows:
        return []
    told = "; ".join(
        f"{n:,} rows ({n / total:.1%}) of {kinds} categories at {lat}, {lon}" for lat, lon, n, kinds in rows
    )
    known = trial.city.default_points
    points = ", ".join(f"[{lat}, {lon}]" for lat, lon in (*known, *((row[0], row[1]) for row in rows)))
    lines = at_the_top("default_points", f"[{points}]", there=bool(known))
    return [Proposal(f"A point with more rows than a place can have: {told}", lines)]


def default_addresses(trial: Trial) -> list[Proposal]:
    c, n = fresh.c, func.count()
    free = c.flags.op("&")(Flag.DEFAULT_LOCATION.bit) == 0
    total = trial.connection.scalar(select(func.count(c.address))) or 0
    rows = trial.connection.execute(
        select(c.address, n)
        .where(c.address.is_not(None), free)
        .group_by(c.address)
        .having(n >= max(FEWEST, PLACE_SHARE * total))
        .order_by(n.desc())
    ).all()
    names = [str(address) for address, _ in rows if not says_nothing(str(address))]
    if not names:
        return []
    told = "; ".join(f"{n:,} rows ({n / total:.1%}) at '{address}'" for address, n in rows if address in names)
    known = trial.city.default_addresses
    lines = at_the_top("default_addresses", listed((*known, *names)), there=bool(known))
    return [Proposal(f"An address with more rows than a place can have: {told}", lines)]
