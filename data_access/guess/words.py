"""The words that portals use for the same few things, in lower case: a guess to be shown, never the last word."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashboard.domain.request import ChannelGroup, Status

_STATUS: tuple[tuple[Status, tuple[str, ...]], ...] = (
    (Status.OPEN, ("reopen", "re open", "unassigned", "unresolved", "incomplete", "not complete", "not resolved")),
    (Status.CANCELLED, ("cancel", "withdraw", "void", "retracted")),
    (Status.CLOSED, ("close", "complete", "resolve", "done", "fixed", "finish", "archived", "final")),
    (
        Status.IN_PROGRESS,
        (
            *(
                "in progress",
                "in process",
                "work in progress",
                "in review",
                "under",
                "assigned",
                "pending",
                "on hold",
                "hold",
            ),
            *(
                "scheduled",
                "dispatched",
                "acknowledged",
                "accepted",
                "started",
                "working",
                "processing",
                "waiting",
                "awaiting",
            ),
        ),
    ),
    (
        Status.OPEN,
        ("open", "new", "received", "rcvd", "submitted", "reported", "registered", "logged", "active", "initiated"),
    ),
)
_CHANNELS: tuple[tuple[ChannelGroup, tuple[str, ...]], ...] = (
    (ChannelGroup.STAFF, ("staff", "employee", "internal", "crew", "inspector", "city worker", "proactive", "field")),
    (ChannelGroup.SENSOR, ("sensor", "automatic")),
    (ChannelGroup.SOCIAL, ("twitter", "facebook", "social", "instagram")),
    (ChannelGroup.APP, ("app", "mobile", "smartphone", "iphone", "android", "open311")),
    (ChannelGroup.WEB, ("web", "online", "internet", "portal", "self service", "site")),
    (ChannelGroup.PHONE, ("phone", "call", "voice", "tel", "311", "hotline")),
)
EMPTIES = (
    "unspecified",
    "n/a",
    "na",
    "none",
    "null",
    "nan",
    "unknown",
    "not specified",
    "not available",
    "not applicable",
)
SIGNS = ("-", "--", "---", ".", "?", "0")
"""What stands for nothing in a column of names; '0' only where names are numbers."""


def status_of(text: str) -> Status | None:
    """What a status word most likely means: judged by how it begins, whatever is said in brackets after it."""
    words = _plain(text)
    for status, begins in _STATUS:
        if words.startswith(begins):
            return status
    return None


def channel_group_of(text: str) -> ChannelGroup | None:
    """What kind of channel a channel's name most likely is, by the words in it."""
    words = f" {_plain(text)}"
    for group, parts in _CHANNELS:
        if any(f" {part}" in words for part in parts):
            return group
    return None


def says_duplicate(text: str) -> bool:
    """Whether a text speaks of a duplicate."""
    return re.search(r"\bdup(\b|e\b|s\b|licat)", text.lower()) is not None


def says_nothing(text: str) -> bool:
    """Whether a text stands for no value."""
    plain = text.strip().lower()
    return plain in EMPTIES or plain in SIGNS or "unspecified" in plain


def grouped(texts: Iterable[str], meaning: dict[str, str]) -> dict[str, list[str]]:
    """Texts by what they mean, in the order of their coming."""
    found: dict[str, list[str]] = {}
    for text in texts:
        if text in meaning:
            found.setdefault(meaning[text], []).append(text)
    return found


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))
