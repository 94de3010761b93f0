"""Words, numbers and dates of one language: the one door through which visible text goes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from math import floor, isnan
from typing import Literal

from babel import Locale
from babel import dates as babel_dates
from babel import lists as babel_lists
from babel import numbers as babel_numbers

from dashboard.i18n import pseudo
from dashboard.i18n.catalog import Catalog, catalog_names, read_catalog

Direction = Literal["ltr", "rtl"]
Change = Literal["count", "wait", "share"]
_MINUTE, _HOUR = 1 / 1440, 1 / 24


def N_(text: str) -> str:
    """Mark a text of a table for the catalogs; it is translated with `tr(text)` where it is shown."""
    return text


class _Values(dict[str, object]):
    """The values of one message; a missing one says which message wanted it."""

    def __init__(self, template: str, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self.template = template

    def __missing__(self, name: str) -> object:
        raise KeyError(f"the text {self.template!r} needs a value for {{{name}}}")


@dataclass(frozen=True, slots=True, eq=False)
class Translator:
    """Translates and formats for one language. Immutable, hashable by identity, safe to share between threads.

    `locale` is the language tag for `<html lang>` ("en", "zh-Hans"), `direction` its writing direction.
    """

    locale: str = "en"
    direction: Direction = "ltr"
    _formats: Locale = field(default_factory=lambda: Locale("en"), repr=False)
    _catalog: Catalog = field(default_factory=Catalog, repr=False)
    _disguised: bool = field(default=False, repr=False)

    def __call__(self, msgid: str, /, **values: object) -> str:
        """The message in this language with its {placeholders} filled; KeyError names a missing value."""
        return self._filled(self._catalog.text(msgid), values)

    def n(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """The message in the plural form for `n`; `{n}` in it is the formatted number."""
        template = self._catalog.plural(singular, plural, int(n))
        return self._filled(template, {"n": self.number(n), **values})

    def number(self, value: float, digits: int | None = None) -> str:
        """12345 -> "12,345". Fractions show one decimal, or exactly `digits`."""
        pattern = copy(self._formats.decimal_formats[None])
        pattern.frac_prec = (0, 1) if digits is None else (digits, digits)
        return pattern.apply(float(value) if value % 1 else int(value), self._formats)

    def percent(self, share: float, digits: int = 0) -> str:
        """0.582 -> "58%". What is not none or not all never reads 0% or 100%: "under 1%", "over 99%"."""
        step = 10.0 ** -(digits + 2)
        if 0 < share < step / 2:
            return self("under {share}", share=self._percent(step, digits))
        if 1 - step / 2 <= share < 1:
            return self("over {share}", share=self._percent(1 - step, digits))
        return self._percent(share, digits)

    def days(self, value: float | None, *, not_reached: int | None = None) -> str:
        """A duration in days in the words people use: "6 days", "1½ days", "3 hours", "less than a minute".

        None (or NaN) means not reached: "more than 90 days" with `not_reached=90`, else "not known".
        """
        if value is None or isnan(value):
            if not_reached is None:
                return self("not known")
            return self.n("more than {n} day", "more than {n} days", not_reached)
        if value < 0:
            raise ValueError(f"a duration cannot be negative: {value} days")
        if value < _MINUTE:
            return self("less than a minute")
        if value < 59.5 * _MINUTE:
            return self.n("{n} minute", "{n} minutes", _nearest(value / _MINUTE))
        if value < 23.5 * _HOUR:
            return self._hours(value / _HOUR)
        return self._days(value)

    def date(self, day: dt.date) -> str:
        """The day with its month in letters, in the order of the language: "Dec 31, 2015"."""
        return self._made(babel_dates.format_date(day, "medium", locale=self._formats))

    def date_range(self, first: dt.date, last: dt.date) -> str:
        """Both days included, as short as it is clear: "Jan 1 – Dec 31, 2015"."""
        if first == last:
            return self.date(first)
        text = babel_dates.format_interval(first, last, "yMMMd", locale=self._formats)
        return self._made(text.replace("\u2009", " "))

    def month(self, day: dt.date, *, short: bool = False, year: bool = True) -> str:
        """ "December 2015"; short: "Dec 2015"; without the year: "December", "Dec"."""
        if year:
            return self._skeleton("yMMM" if short else "yMMMM", day)
        return self._made(babel_dates.format_date(day, "LLL" if short else "LLLL", locale=self._formats))

    def day_of_month(self, day: dt.date) -> str:
        """The day without its year: "Dec 31"."""
        return self._skeleton("MMMd", day)

    def quarter(self, day: dt.date, *, short: bool = False) -> str:
        """ "1st quarter 2015"; short: "Q1 2015"."""
        return self._skeleton("yQQQ" if short else "yQQQQ", day)

    def year(self, day: dt.date) -> str:
        """ "2015"."""
        return self._skeleton("y", day)

    def moment(self, at: dt.datetime) -> str:
        """Day and time in the zone that `at` carries: "Jan 12, 2016, 10:22 PM". A naive time is a ValueError."""
        if at.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {at}")
        day = babel_dates.format_date(at, "medium", locale=self._formats)
        time = babel_dates.format_time(at, "short", tzinfo=at.tzinfo, locale=self._formats)
        pattern = str(babel_dates.get_datetime_format("medium", locale=self._formats)).replace("'", "")
        return self._made(pattern.replace("{0}", time).replace("{1}", day))

    def change(self, relative: float | None, kind: Change = "count") -> str:
        """-0.12 -> "12% fewer" (count), "12% shorter" (wait), "12% lower" (share); None: nothing to compare with."""
        if relative is None or isnan(relative):
            return self("nothing earlier to compare with")
        if abs(relative) < 0.005:
            return self("about the same")
        size = self._percent(abs(relative), 0)
        if kind == "wait":
            return self("{percent} longer", percent=size) if relative > 0 else self("{percent} shorter", percent=size)
        if kind == "share":
            return self("{percent} higher", percent=size) if relative > 0 else self("{percent} lower", percent=size)
        return self("{percent} more", percent=size) if relative > 0 else self("{percent} fewer", percent=size)

    def list_of(self, items: Sequence[str]) -> str:
        """ "Noise, Potholes, and Trees" in the language's way; an empty list is an empty text."""
        joined = babel_lists.format_list(list(items), locale=self._formats)
        return self._made(joined) if len(items) > 1 else joined

    @property
    def separators(self) -> str:
        """Decimal and thousands mark, as Plotly's `layout.separators` wants them: ".,"."""
        decimal = babel_numbers.get_decimal_symbol(self._formats)
        return decimal + babel_numbers.get_group_symbol(self._formats)

    def _filled(self, template: str, values: Mapping[str, object]) -> str:
        shown = pseudo.disguise(template) if self._disguised else template
        return shown.format_map(_Values(template, values))

    def _made(self, text: str) -> str:
        return pseudo.wrap(text) if self._disguised else text

    def _skeleton(self, skeleton: str, day: dt.date) -> str:
        return self._made(babel_dates.format_skeleton(skeleton, day, locale=self._formats))

    def _percent(self, share: float, digits: int) -> str:
        pattern = copy(self._formats.percent_formats[None])
        pattern.frac_prec = (digits, digits)
        return pattern.apply(float(share), self._formats)

    def _hours(self, hours: float) -> str:
        if 1.25 <= hours < 1.75:
            return self("1½ hours")
        if 2.25 <= hours < 2.75:
            return self("2½ hours")
        return self.n("{n} hour", "{n} hours", _nearest(hours))

    def _days(self, days: float) -> str:
        if 1.25 <= days < 1.75:
            return self("1½ days")
        if 2.25 <= days < 2.75:
            return self("2½ days")
        return self.n("{n} day", "{n} days", _nearest(days))


def _nearest(value: float) -> int:
    """The nearest whole number of at least 1; halves go up, as people round."""
    return max(1, floor(value + 0.5))


def languages() -> dict[str, str]:
    """The languages that can be chosen: tag -> its own name, English first. Pseudo is not offered."""
    names = {_tag(name): Locale.parse(name).get_display_name(name) or name for name in catalog_names()}
    return {"en": "English", **{tag: name[:1].upper() + name[1:] for tag, name in names.items() if tag != "en"}}


def translator_for(tag: str | None) -> Translator:
    """The translator for a language tag ("es-MX", "zh_Hans", "qps"); unknown, empty or None is English."""
    wanted = (tag or "").replace("_", "-").lower()
    known = {_tag(name).lower(): name for name in catalog_names()} | {"en": "en", pseudo.LANGUAGE: pseudo.LANGUAGE}
    parts = wanted.split("-")[:4]
    for length in range(len(parts), 0, -1):
        if name := known.get("-".join(parts[:length])):
            return _translator(name)
    siblings = [name for key, name in known.items() if key.split("-")[0] == parts[0]]
    return _translator(siblings[0] if siblings else "en")


@cache
def _translator(name: str) -> Translator:
    if name == pseudo.LANGUAGE:
        return Translator(pseudo.LANGUAGE, _disguised=True)
    locale = Locale.parse(name)
    direction: Direction = "rtl" if locale.text_direction == "rtl" else "ltr"
    return Translator(_tag(name), direction, locale, read_catalog(name))


def _tag(name: str) -> str:
    return name.replace("_", "-")
