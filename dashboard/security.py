"""Security headers: everything comes from this server, scripts only those that the page was built with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from flask import Flask, Response

FIXED = {
    "X-Content-Type-Options": "nosniff",
    # the layout is made from the page's own address, which arrives as the Referer
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def register(server: Flask, script_hashes: Callable[[], Sequence[str]], tiles: str | None) -> None:
    """Add the headers to every answer. `script_hashes` is asked once, at the first answer: before, they are incomplete."""
    policies: list[str] = []
    images = "'self' data:" + (f" {_origin(tiles)}" if tiles else "")

    def policy() -> str:
        if not policies:
            hashes = " ".join(script_hashes())
            policies.append(
                "; ".join(
                    (
                        "default-src 'self'",
                        f"script-src 'self' {hashes}".strip(),
                        "style-src 'self' 'unsafe-inline'",
                        f"img-src {images}",
                        "font-src 'self' data:",
                        "connect-src 'self'",
                        "object-src 'none'",
                        "base-uri 'self'",
                        "form-action 'self'",
                        "frame-ancestors 'self'",
                    )
                )
            )
        return policies[0]

    def add(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy())
        return response

    server.after_request(add)


def _origin(url: str) -> str:
    parts = urlsplit(url.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}"
