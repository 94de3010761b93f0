"""Files that a CKAN portal has for download, whole or in parts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Protocol

from tests.builders import csv_text
from tests.portals.exchange import Answer, Request, etag
from tests.portals.table import Table


class Download(Protocol):
    """A file as a portal gives it."""

    name: str

    @property
    def content(self) -> bytes:
        """Its bytes."""
        ...

    @property
    def modified(self) -> datetime:
        """When it was published."""
        ...


@dataclass
class FileResource:
    """A file that may be replaced by another while the portal runs."""

    name: str
    content: bytes
    modified: datetime = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)

    def replace(self, content: bytes, modified: datetime) -> None:
        """Publish other content under the same name."""
        self.content, self.modified = content, modified


class TableFile:
    """A file that always holds what a table holds: published anew with each write to it."""

    def __init__(self, table: Table, name: str) -> None:
        self.table, self.name = table, name

    @property
    def content(self) -> bytes:
        """The rows as CSV, or a zip of it."""
        rows = self.table.rows()
        return zip_file({"requests.csv": rows}).content if self.name.endswith(".zip") else csv_text(rows).encode()

    @property
    def modified(self) -> datetime:
        """When the table was written last."""
        return self.table.newest()


def csv_file(rows: Sequence[Mapping[str, str]], name: str = "requests.csv") -> FileResource:
    """Rows of the small city as a CSV file."""
    return FileResource(name, csv_text(rows).encode())


def zip_file(members: Mapping[str, Sequence[Mapping[str, str]] | bytes], name: str = "requests.zip") -> FileResource:
    """Rows, or bytes, by the name of the member that holds them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for member, content in members.items():
            packed.writestr(zipfile.ZipInfo(member), content if isinstance(content, bytes) else csv_text(content))
    return FileResource(name, out.getvalue())


def download(file: Download, request: Request) -> Answer:
    """A file's bytes: all of them, or those that Range asks for while If-Range still holds."""
    tag = etag(file.content, file.modified)
    kind = "application/zip" if file.name.endswith(".zip") else "text/csv"
    headers = {
        "Content-Type": kind,
        "ETag": tag,
        "Last-Modified": format_datetime(file.modified, usegmt=True),
        "Accept-Ranges": "bytes",
    }
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range", tag) not in (tag, headers["Last-Modified"]):
        return Answer(200, file.content, headers)
    start, size = int(asked[1]), len(file.content)
    if start >= size:
        return Answer(416, b"", {"Content-Range": f"bytes */{size}"})
    end = min(int(asked[2] or size - 1), size - 1)
    return Answer(206, file.content[start : end + 1], {**headers, "Content-Range": f"bytes {start}-{end}/{size}"})
