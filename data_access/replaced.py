"""What records were before they changed: kept beside the stored ones until a version is published without them."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, literal, select

from data_access.store.tables import records, replaced
from data_access.store.work import read_state, write_state

BASIS = "basis"
LARGEST_SHARE = 0.2
"""If a larger share of the records has changed, the next version is made from all of them."""


def keep_replaced(connection: Connection, run: int, going: ColumnElement[bool]) -> None:
    """Keep the records that a run is about to change or remove, in the transaction that does so."""
    # several files of one run may change a request: only what it was before the run is of use
    known = exists().where(replaced.c.run == run, replaced.c.request_id == records.c.request_id)
    kept = select(literal(run), *records.c).where(going, ~known)
    connection.execute(insert(replaced).from_select([c.name for c in replaced.columns], kept))
    n, stored = (connection.scalar(select(func.count()).select_from(each)) or 0 for each in (replaced, records))
    if n > LARGEST_SHARE * stored:
        begin_basis(connection)


def begin_basis(connection: Connection) -> str:
    """Forget what changed: the next version is made from all records, and the one after it may follow from that."""
    connection.execute(delete(replaced))
    basis = uuid4().hex
    write_state(connection, BASIS, basis)
    return basis


def basis_of(connection: Connection, run: int | None = None) -> str:
    """What the changes since a version can be told from, if the version had the same; records that were replaced up to
    its run are forgotten."""
    if run is not None:
        connection.execute(delete(replaced).where(replaced.c.run <= run))
    return read_state(connection, BASIS) or begin_basis(connection)
