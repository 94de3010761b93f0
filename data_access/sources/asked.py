"""What was asked of a portal, as it may be kept and shown: without any token."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote_plus, urlsplit

LONGEST = 500
SECRET_PARAMETERS = frozenset({"$$app_token", "api_key", "apikey", "token", "access_token", "key", "signature"})
SIGNED = ("x-amz-", "x-goog-")
"""How the parameters of a signed address of a file store begin."""


def what_was_asked(url: str) -> str:
    """The path and query of an address in readable form, without tokens, at most LONGEST characters."""
    parts = urlsplit(url)
    kept = [
        f"{key}={value}"
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key.lower() not in SECRET_PARAMETERS and not key.lower().startswith(SIGNED)
    ]
    asked = unquote_plus(parts.path) + ("?" + "&".join(kept) if kept else "")
    return asked if len(asked) <= LONGEST else asked[: LONGEST - 3] + "..."
