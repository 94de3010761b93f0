"""The words, numbers and dates of a language."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard.i18n import catalog, pseudo, translator
from dashboard.i18n.translator import Translator, languages, translator_for

TR = translator_for("en")
PSEUDO = translator_for("qps")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "less than a minute"),
        (30 / 86_400, "less than a minute"),
        (60 / 86_400, "1 minute"),
        (20 / 1440, "20 minutes"),
        (59.7 / 1440, "1 hour"),
        (1.5 / 24, "1½ hours"),
        (2.4 / 24, "2½ hours"),
        (3 / 24, "3 hours"),
        (23.6 / 24, "1 day"),
        (1.3, "1½ days"),
        (2.0, "2 days"),
        (2.5, "2½ days"),
        (2.9, "3 days"),
        (6.27, "6 days"),
        (6.5, "7 days"),
        (1234.0, "1,234 days"),
    ],
)
def test_durations_are_said_in_words_people_use(value: float, words: str) -> None:
    assert TR.days(value) == words


def test_a_duration_that_is_not_reached_says_what_is_known() -> None:
    assert TR.days(None, not_reached=90) == "more than 90 days"
    assert TR.days(float("nan"), not_reached=1) == "more than 1 day"
    assert TR.days(None) == "not known"
    with pytest.raises(ValueError, match="negative"):
        TR.days(-1)


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 requests"), (1, "1 request"), (2, "2 requests"), (12345, "12,345 requests")]
)
def test_plurals_carry_the_formatted_number(n: int, text: str) -> None:
    assert TR.n("{n} request", "{n} requests", n) == text


def test_values_are_filled_and_a_missing_one_is_named() -> None:
    assert TR("text {name}", name="here") == "text here"
    assert TR.n("{n} in {place}", "{n} in {place}", 2, place="District 5") == "2 in District 5"
    with pytest.raises(KeyError, match=r"'text \{name\}' needs a value for \{name\}"):
        TR("text {name}")


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.582, 0, "58%"),
        (0.582, 1, "58.2%"),
        (0, 0, "0%"),
        (1, 0, "100%"),
        (0.001, 0, "under 1%"),
        (0.999, 0, "over 99%"),
        (0.9999, 1, "over 99.9%"),
    ],
)
def test_a_percentage_never_rounds_to_none_or_all(share: float, digits: int, text: str) -> None:
    assert TR.percent(share, digits) == text


def test_numbers() -> None:
    assert [TR.number(12345), TR.number(7.0), TR.number(7.25, digits=2), TR.number(0.5)] == [
        "12,345",
        "7",
        "7.25",
        "0.5",
    ]
    assert TR.separators == ".,"


def test_dates() -> None:
    first, last = date(2015, 1, 1), date(2015, 12, 31)
    assert TR.date(last) == "Dec 31, 2015"
    assert TR.date_range(first, last) == "Jan 1 – Dec 31, 2015"
    assert TR.date_range(date(2014, 12, 29), date(2015, 1, 4)) == "Dec 29, 2014 – Jan 4, 2015"
    assert TR.date_range(first, first) == TR.date(first)
    assert [TR.month(last), TR.month(last, short=True), TR.month(last, year=False)] == [
        "December 2015",
        "Dec 2015",
        "December",
    ]
    assert [TR.quarter(last, short=True), TR.year(last), TR.day_of_month(last)] == ["Q4 2015", "2015", "Dec 31"]


def test_a_moment_is_told_in_its_own_zone() -> None:
    at = datetime(2016, 1, 12, 22, 22, 40, tzinfo=ZoneInfo("America/New_York"))
    assert TR.moment(at).replace("\u202f", " ") == "Jan 12, 2016, 10:22 PM"
    with pytest.raises(ValueError, match="zone"):
        TR.moment(at.replace(tzinfo=None))


def test_changes_and_lists() -> None:
    assert [TR.change(-0.12), TR.change(0.12), TR.change(0.001)] == ["12% fewer", "12% more", "about the same"]
    assert [TR.change(-0.12, "wait"), TR.change(0.5, "share")] == ["12% shorter", "50% higher"]
    assert TR.change(None) == "nothing earlier to compare with"
    assert [TR.list_of([]), TR.list_of(["a"]), TR.list_of(["a", "b", "c"])] == ["", "a", "a, b, and c"]


@pytest.mark.parametrize("tag", [None, "", "en", "en-US", "EN_us", "tlh", "../../etc", "x" * 5000, "-"])
def test_an_unknown_language_is_english(tag: str | None) -> None:
    assert translator_for(tag) is translator_for("en")
    assert translator_for(tag).locale == "en"


def test_pseudo_marks_every_text_and_keeps_the_values() -> None:
    assert PSEUDO.locale == "qps"
    assert PSEUDO("open in {place}<br>", place="Back Bay") == "⟦öpéñ îñ {place}<br>⟧".format(place="Back Bay")
    texts = [
        PSEUDO.days(6.2),
        PSEUDO.month(date(2015, 1, 1)),
        PSEUDO.change(0.2),
        PSEUDO.percent(0.999),
        PSEUDO.number(7),
    ]
    assert not any(letter.isalpha() for text in texts for letter in pseudo.undisguised(text))
    assert pseudo.undisguised("⟦a ⟦b⟧ c⟧ hard-coded") == " hard-coded"


ARABIC_LIKE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);\n"

msgid "open"
msgstr "maftuh"

#, fuzzy
msgid "closed"
msgstr "guess"

msgid "{n} request"
msgid_plural "{n} requests"
msgstr[0] "zero"
msgstr[1] "one"
msgstr[2] "two"
msgstr[3] "few {n}"
msgstr[4] "many {n}"
msgstr[5] "other {n}"
"""


@pytest.fixture
def arabic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Translator]:
    file = tmp_path / "ar" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(ARABIC_LIKE, "utf-8")
    caches = (catalog.catalog_names, catalog.read_catalog, translator._translator)
    monkeypatch.setattr(catalog, "CATALOGS", tmp_path)
    for cached in caches:
        cached.cache_clear()
    yield translator_for("ar-EG")
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def test_a_catalog_file_is_all_that_a_language_needs(arabic: Translator) -> None:
    assert (arabic.locale, arabic.direction) == ("ar", "rtl")
    assert list(languages()) == ["en", "ar"]
    assert [arabic("open"), arabic("closed"), arabic("missing")] == ["maftuh", "closed", "missing"]
    said = [arabic.n("{n} request", "{n} requests", n) for n in (0, 1, 2, 5, 11, 100)]
    assert said == ["zero", "one", "two", "few 5", "many 11", "other 100"]
