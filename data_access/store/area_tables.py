"""The tables of areas: which one each stored point lies in, and how well a version's boundaries fit its requests."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from data_access.store.tables import published, work

area_points = Table(
    "area_points",
    work,
    Column("kind", Text, nullable=False),
    Column("latitude", Integer, nullable=False),
    Column("longitude", Integer, nullable=False),
    Column("area", Integer, nullable=False),
)
"""Which area each point of the records lies in: micro-degrees, and the area's place in the boundary file or -1."""

area_checks = Table(
    "area_checks",
    published,
    Column("kind", Text, nullable=False),
    Column("compared", BigInteger, nullable=False),
    Column("disagreeing", BigInteger, nullable=False),
    Column("filled", BigInteger, nullable=False),
    Column("vintage", Text, nullable=False),
)
"""Per kind of area with boundaries: requests with an area of their own and a point, those whose point lies in another
area, and requests without one that were given the area of their point; `vintage` tells when the boundaries were drawn, ''
where that is not known."""
