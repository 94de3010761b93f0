"""The HTTP interface under /api: routes written by hand, because other people's scripts call them."""

from dashboard.api.routes import register

__all__ = ["register"]
