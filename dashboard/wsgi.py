"""The entry point of the server processes: `gunicorn "dashboard.wsgi:create()"`; each worker makes its own application."""

from __future__ import annotations

from flask import Flask

from dashboard.app import create_app
from dashboard.settings import Settings, load
from dashboard.warming import WARMING


def create(settings: Settings | None = None) -> Flask:
    """The application with the settings given, else those of the environment; from now on it keeps its answers warm."""
    server = create_app(settings or load())
    server.extensions[WARMING].start()
    return server
