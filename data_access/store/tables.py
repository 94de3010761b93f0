"""The tables of the store, declared in code. Times are UTC seconds since 1970; days are the city's local days."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Float, Integer, MetaData, SmallInteger, Table, Text

from dashboard.domain.request import DIMENSIONS

SEPARATOR = "\x1f"
"""Stands between the columns of a raw row; it cannot occur in a text file that people made."""

# --- the sync's own work file -----------------------------------------------------------------------------------------
work = MetaData()

raw_rows = Table(
    "raw_rows",
    work,
    Column("request_id", Text, nullable=False),
    Column("hash", BigInteger, nullable=False),
    Column("file", Integer, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("read_at", BigInteger, nullable=False),
    Column("run", Integer, nullable=False),
    Column("data_set", Text, nullable=False),
)
"""One row a request: where its columns stand as the source wrote them (the row of a raw file, from 0), and a hash of them
by which a change is seen; `data_set` of the portal, or ''."""

raw_files = Table(
    "raw_files",
    work,
    Column("file", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("header", Integer, nullable=False),
    Column("rows", BigInteger, nullable=False),
)
"""The raw files beside the work file that count; any other is left over from a sync that broke off."""

headers = Table(
    "headers",
    work,
    Column("header", Integer, nullable=False),
    Column("schema", Text, nullable=False),
    Column("columns", Text, nullable=False),
)

records = Table(
    "records",
    work,
    Column("request_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("due_at", BigInteger),
    Column("created_day", Date, nullable=False),
    Column("closed_day", Date),
    Column("due_day", Date),
    Column("status", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("outcome_words", Text),
    *(Column(name, Text) for name in ("category", "subcategory", "department", "district", "neighbourhood", "channel")),
    Column("channel_group", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("duplicate", SmallInteger, nullable=False),
    Column("latitude", Float(53)),
    Column("longitude", Float(53)),
    Column("address", Text),
    Column("seconds", BigInteger),
    Column("flags", Integer, nullable=False),
    *(Column(f"{name}_given", Text) for name in ("category", "department", "status")),
    Column("duplicate_of", Text),
)
"""The normalised records; `seconds` is the duration to the close, NULL where there is none that can be used.

`duplicate_of` is the id that a duplicate's row names as the other request, whether that one is stored or not.

`<field>_given` is what the source wrote, NULL where readers are shown just that; of the status, where no rule knows it.
"""

replaced = Table(
    "replaced",
    work,
    Column("run", Integer, nullable=False),
    *(Column(c.name, c.type) for c in records.columns),
)
"""Records as they were before a run changed or removed them, kept until a version is published without them: what has to
be taken out of the counts."""

tombstones = Table(
    "tombstones",
    work,
    Column("request_id", Text, nullable=False),
    Column("header", Integer, nullable=False),
    Column("raw", Text, nullable=False),
    Column("run", Integer, nullable=False),
)
"""Rows that a full load no longer held."""

quarantine = Table(
    "quarantine",
    work,
    Column("hash", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("raw", Text),
    Column("run", Integer, nullable=False),
    Column("department", Text),
)
"""Rows that could not be read as a request, once each however often they come; `department` where that could be read."""

runs = Table(
    "runs",
    work,
    Column("run", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("source", Text, nullable=False),
    *(Column(name, BigInteger) for name in ("read", "stored", "updated", "unchanged", "quarantined", "removed")),
    Column("error", Text),
    Column("repaired", BigInteger),
)

drift = Table(
    "drift",
    work,
    Column("run", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("n", BigInteger, nullable=False),
)
"""What a run found that the runs before had not: columns that are new or have vanished, values that nobody has seen."""

calls = Table(
    "calls",
    work,
    Column("run", Integer, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("data_set", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("seconds", Float(53), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("status", Integer),
    Column("error", Text, nullable=False),
)
"""Every call to the outside, kept for the last runs."""

marks = Table("marks", work, Column("data_set", Text, nullable=False), Column("mark", Text, nullable=False))
"""How far each data set of the portal has been read: what its source said before the last load that was stored."""

state = Table("state", work, Column("key", Text, nullable=False), Column("value", Text, nullable=False))
"""What the work file knows of itself: the city map its records were made with, its revision, a given data-through."""

# --- a published version ----------------------------------------------------------------------------------------------
published = MetaData()

facts = Table(
    "facts",
    published,
    Column("created_day", Date, nullable=False),
    Column("closed_day", Date),
    Column("created_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("due_at", BigInteger),
    *(Column(name, Integer, nullable=False) for name in DIMENSIONS),
    Column("origin", SmallInteger, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("duplicate", SmallInteger, nullable=False),
    Column("bin", SmallInteger),
    Column("event", SmallInteger),
    Column("late", SmallInteger),
    Column("repeat", SmallInteger),
    Column("flags", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("part", SmallInteger, nullable=False),
)
"""What is counted: coded fields, the duration bin (of the close, or of the wait so far at data through), signed count n.

`event` is 1 closed, 0 still open (censored), NULL without a usable duration; `late` is 1 closed after its due time, 0 in
time. `repeat` is 1 where the close was followed by another request nearby, 0 where not, NULL where that cannot be told
(see data_access.repeats). Readers sum n: a later version may hold several rows for one request whose signs cancel.
`part` says what a publish of changes does with a row (see data_access.packing).
"""

names = Table(
    "names",
    published,
    Column("field", Text, nullable=False),
    Column("code", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("requests", BigInteger, nullable=False),
)
"""The published names of each coded field; code 0 is none. Codes say nothing of an order: a new name gets the next one.

One that no request has any more is not shown, and keeps its code until a version is made whole."""

flag_counts = Table(
    "flag_counts",
    published,
    Column("flag", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("n", BigInteger, nullable=False),
)

quarantine_counts = Table(
    "quarantine_counts",
    published,
    Column("reason", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("n", BigInteger, nullable=False),
)
"""Rows that could not be read, by the local day on which they were first seen."""

mappings = Table(
    "mappings",
    published,
    Column("field", Text, nullable=False),
    Column("given", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("n", BigInteger, nullable=False),
)
"""Names that are shown otherwise than the source writes them, in the words of the city's file."""

spots = Table(
    "spots",
    published,
    Column("spot", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("category", "department", "district", "neighbourhood")),
    Column("latitude", Float(53), nullable=False),
    Column("longitude", Float(53), nullable=False),
    Column("address", Text),
    Column("n", Integer, nullable=False),
    Column("open_now", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("newest", Text, nullable=False),
)
"""Where a problem keeps coming back (see data_access.spots), the most frequent first: names as published, the rounded
point of its middle, what its requests name most often as block, department and areas, and the id of its newest request.
"""

spot_requests = Table(
    "spot_requests",
    published,
    Column("request_id", Text, nullable=False),
    Column("spot", Integer, nullable=False),
)
"""The requests of each spot; each request is in one at most."""

crowded_cells = Table(
    "crowded_cells",
    published,
    Column("category", Text, nullable=False),
    Column("north", BigInteger, nullable=False),
    Column("east", BigInteger, nullable=False),
)
"""Where so many different points of a category lie that they are joined on a grid (see data_access.places)."""

about = Table("about", published, Column("key", Text, nullable=False), Column("value", Text, nullable=False))
"""What the version knows of itself: city, dates, rows, version number, as text."""

public_records = MetaData()

requests = Table(
    "requests",
    public_records,
    Column("request_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("due_at", BigInteger),
    Column("created_day", Date, nullable=False),
    Column("closed_day", Date),
    Column("status", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("outcome_words", Text),
    *(Column(name, Text, nullable=False) for name in DIMENSIONS),
    Column("channel_group", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("duplicate", SmallInteger, nullable=False),
    Column("duplicate_of", Text),
    Column("latitude", Float(53)),
    Column("longitude", Float(53)),
    Column("address", Text),
    Column("seconds", BigInteger),
    Column("flags", Integer, nullable=False),
    Column("late", SmallInteger),
    Column("repeat", SmallInteger),
)
"""The publishable columns of each request: no free text, no raw row, addresses to the block, points rounded.

All that the facts say of a request follows from its row here (see data_access.rollup), `late` and `repeat` as they are there:
so the next version can take out of the facts what this one said.
"""

block_counts = Table(
    "block_counts",
    public_records,
    *(Column(name, Text, nullable=False) for name in ("address", "district", "neighbourhood")),
    Column("n", BigInteger, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("latitude", BigInteger, nullable=False),
    Column("longitude", BigInteger, nullable=False),
)
"""The published addresses in each area: requests, those with a point, and the sums of these points in ten-thousandths of a
degree."""
