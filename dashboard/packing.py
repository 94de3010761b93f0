"""Packed forms of files that hardly change: made as small as can be once, and kept under the hash of their content."""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import tempfile
from pathlib import Path

import brotli
from platformdirs import user_cache_path

SMALLEST, AT_ONCE = 11, 5
"""Quality of brotli: what is kept, and what a reader is not kept waiting for. The smallest takes a second for a megabyte."""
log = logging.getLogger(__name__)


def packed(content: bytes) -> dict[str, bytes]:
    """The forms of a content by encoding, the smaller first; brotli's smallest where `pack` has made it."""
    kept = _place(content)
    try:
        small = kept.read_bytes()
    except OSError:
        small = brotli.compress(content, quality=AT_ONCE)
    return {"br": small, "gzip": gzip.compress(content, 9, mtime=0)}


def pack(content: bytes) -> bool:
    """Keep the smallest form of a content; says whether it had to be made. A folder that cannot be written is no error."""
    kept = _place(content)
    if kept.is_file():
        return False
    small = brotli.compress(content, quality=SMALLEST)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=kept.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(small)
        Path(name).replace(kept)
    except OSError as error:
        log.warning("the packed files of the pages cannot be kept in %s: %s", kept.parent, error.strerror)
    return True


def _place(content: bytes) -> Path:
    return user_cache_path("fixedyet") / "packed" / f"{hashlib.sha256(content).hexdigest()[:32]}.br"
