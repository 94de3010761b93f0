"""The version of the definitions: it stands in every answer, and a change of it is a dated entry in the changelog."""

METHOD_VERSION = "2026.11"

HORIZONS = (7, 30, 90)
"""Days within which the share of closed requests is published."""
TOO_FEW = 30
"""Under so many requests screens and sentences say that it is too few to say."""
