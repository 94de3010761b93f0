"""A made-up language that shows which visible text does not come from a catalog."""

import re

LANGUAGE = "qps"
_PLAIN = "AaCcDdEeGgIiLlNnOoRrSsTtUuYyZz"
_ACCENTED = "ÅåÇçĐđÉéĜĝÎîĻļÑñÖöŔŕŠšŢţÛûÝýŽž"
_ACCENTS = str.maketrans(_PLAIN, _ACCENTED)
_PLACEHOLDER_OR_TAG = re.compile(r"(\{[^{}]*\}|<[^<>]*>)")
_INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")


def disguise(template: str) -> str:
    """Wrap a message in ⟦…⟧ and accent its letters; {placeholders} and <tags> stay as they are."""
    parts = _PLACEHOLDER_OR_TAG.split(template)
    accented = (part if index % 2 else part.translate(_ACCENTS) for index, part in enumerate(parts))
    return wrap("".join(accented))


def wrap(text: str) -> str:
    """Mark a text that a locale's formats made, such as a date, as one that did not come from code."""
    return f"⟦{text}⟧"


def undisguised(text: str) -> str:
    """What is left of a text when everything between ⟦ and ⟧ is taken out: letters in it are hard-coded."""
    while (rest := _INNERMOST.sub("", text)) != text:
        text = rest
    return text
