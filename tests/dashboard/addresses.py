"""The addresses of the dashboard, with one department, one request, and one area of each kind."""

from __future__ import annotations

from flask.testing import FlaskClient

PAGES = (
    "/",
    "/departments",
    "/departments/street-maintenance",
    "/districts",
    "/districts/1",
    "/neighbourhoods",
    "/neighbourhoods/{neighbourhood}",
    "/map",
    "/place",
    "/place/1",
    "/place/neighbourhood/{neighbourhood}",
    "/requests",
    "/request",
    "/request/{request}",
    "/how-long",
    "/trends",
    "/data",
    "/about",
)
CHARTS = (
    "requests-and-closed",
    "typical-wait",
    "backlog",
    "share-closed",
    "on-time",
    "on-time-parts",
    "wait-by-district",
    "trend",
)


def pages(client: FlaskClient) -> list[str]:
    """Every page; one neighbourhood and the newest request stand for all."""
    fields = client.get("/api/v1/options").json["fields"]  # type: ignore[index]
    slug = fields["neighbourhood"][0]["slug"]
    newest = client.get("/api/v1/requests?limit=1").json["rows"][0]["request_id"]  # type: ignore[index]
    return [path.format(neighbourhood=slug, request=newest) for path in PAGES]
