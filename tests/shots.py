"""Take the pictures of the README: `make shots`. The demo city is made in a folder of its own and served on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browsing import launch

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
OTHERS = ROOT / ".make" / "pictures"
DATA = ROOT / ".make" / "shots"
PAGES = {
    "overview": "/",
    "department": "/departments/street-maintenance",
    "districts": "/districts",
    "district": "/districts/3",
    "map": "/map",
    "places": "/place",
    "place": "/place/7",
    "trends": "/trends?measure=wait&by=category",
    "data": "/data",
    "about": "/about",
}
SHEETS = {"scorecard": "/departments/street-maintenance", "brief": "/districts/3"}
README = {
    "overview-wide-light",
    "department-wide-dark",
    "map-wide-light",
    "overview-phone-light",
    "district-phone-dark",
}
"""The pictures that the README shows are kept; all others are for looking at."""
SIZES = {"wide": (1440, 1000), "phone": (375, 812)}


def main() -> None:
    """Take every page in both sizes, light and dark, and print the sheets."""
    for folder in (PICTURES, OTHERS):
        folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "FIXEDYET_DATA_DIR": str(DATA)}
    subprocess.run([sys.executable, "-m", "dashboard.cli", "demo", "--no-serve"], env=environment, check=True)
    with served(environment) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                take(browser, address, size, width, height, scheme)
        for name, path in SHEETS.items():
            print_sheet(browser, address + path, PICTURES / f"{name}.pdf")
        browser.close()


def take(browser: Browser, address: str, size: str, width: int, height: int, scheme: str) -> None:
    """Take all pages in one size and scheme."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    for name, path in PAGES.items():
        page.goto(address + path)
        page.wait_for_selector("#page h1")
        page.wait_for_load_state("networkidle")
        picture = f"{name}-{size}-{scheme}"
        page.screenshot(path=(PICTURES if picture in README else OTHERS) / f"{picture}.png")
    page.close()


def print_sheet(browser: Browser, address: str, to: Path, paper: str = "A4") -> None:
    """Print a scorecard or a brief as the PDF that a reader gets."""
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("#page .js-plotly-plot .main-svg")
    page.wait_for_load_state("networkidle")
    page.pdf(path=to, format=paper, print_background=True)
    page.close()


@contextmanager
def served(environment: dict[str, str]) -> Generator[str]:
    """Serve the data folder on a free port while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "dashboard.cli", "serve", "--port", str(port), "--workers", "1"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        print(server.stdout.readline().strip())  # noqa: T201 - it says that the server is ready
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
