"""What is explored on the page of trends: the choices of its address, and what the store answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dashboard.domain.filters import Filters
from dashboard.domain.trend import FOLLOWED, Followed
from dashboard.i18n.translator import Translator
from layouts import trend_words
from layouts.figures import breaks, trend_lines
from layouts.pages.content import (
    PageData,
)
from layouts.target_words import changes_told
from layouts.trend_words import Line

CHART = "trend"
"""The id of its chart, and of its table."""


@dataclass(frozen=True, slots=True)
class Explored:
    """What is explored: the page's data, the measure, the breakdown, and what the store answered."""

    data: PageData
    followed: Followed
    by: str
    lines: list[Line]
    names: dict[str, str]
    answer: dict[str, Any]

    @property
    def compare(self) -> bool:
        """Whether the year before is wanted."""
        return self.data.filters.compare == "year"

    @property
    def apart(self) -> bool:
        """Whether each value has a small chart of its own: as chosen, and always where there are more than one chart holds."""
        if self.by == "none" or len(self.lines) < 2:
            return False
        return self.data.chosen.get("layout") == "small" or len(self.lines) > trend_lines.MOST_TOGETHER

    def query(self, filters: Filters | None = None, **own: str | tuple[str, ...] | None) -> str:
        """The query string of this page with some of it changed; None leaves a key out."""
        kept: dict[str, Any] = {"measure": self.followed.id, "by": self.by if self.by != "none" else None}
        kept |= {key: self.data.chosen.get(key) for key in ("layout", "view")}
        kept |= {"show": self.answer["chosen"] or None} | own
        language = dict(parse_qsl(self.data.query)).get("lang")
        pairs = {key: value for key, value in {**kept, "lang": language}.items() if value}
        return (filters or self.data.filters).to_query() + "&" + urlencode(pairs, doseq=True)


def explored(data: PageData, tr: Translator) -> Explored:
    """The page's choices and lines, with the names that readers see."""
    answer = dict(data.answer["trend"])
    followed, by = FOLLOWED[answer["measure"]], answer["by"]
    lines = trend_words.lines_of(answer["frame"])
    shown = [line.name for line in lines]
    names = {name: trend_words.line_name(by, name, data.city, tr) for name in shown}
    names["measure"] = tr(trend_words.NAMES[followed.id])
    return Explored(data, followed, by, lines, names, answer)


def marks_of(asked: Explored, tr: Translator) -> list[breaks.Break]:
    """The days in the shown period from which rows or targets mean something else."""
    if not asked.lines:
        return []
    points, city = asked.lines[0].points, asked.data.city
    known = [*city.breaks]
    if asked.followed.id == "on_time":
        known += changes_told(city.targets, asked.data.filters.categories, tr)
    return breaks.within(known, points[0].start, points[-1].end)
