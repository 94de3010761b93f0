"""HTML attributes whose names have a hyphen."""

from __future__ import annotations

from typing import Any


def attributes(**named: str) -> dict[str, Any]:
    """Keyword arguments for a Dash component: `aria_label` becomes the attribute aria-label."""
    return {name.replace("_", "-"): value for name, value in named.items()}
