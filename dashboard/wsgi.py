"""The entry point of the server processes: `gunicorn "dashboard.wsgi:create()"`; each worker makes its own application."""

from __future__ import annotations

from flask import Flask

from dashboard.app import create_app
from dashboard.settings import load


def create() -> Flask:
    """The application with the settings of the environment."""
    return create_app(load())
