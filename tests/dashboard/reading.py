"""What a page says, read from its HTML and from its Dash layout in the same form, so that the two can be compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

Said = tuple[str, str]
"""A tag and the text in it."""
TOLD = {"h1", "h2", "h3", "dt", "dd", "th", "td"}
TOLD_CLASSES = {"lead", "scope", "note", "sentence", "above", "empty"}
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Node:
    """An element: its tag, attributes, and its children in order, texts among them."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes = tag, attributes
        self.children: list[Node | str] = []

    def text(self) -> str:
        """All text inside, with single spaces."""
        parts = (child if isinstance(child, str) else child.text() for child in self.children)
        return re.sub(r"\s+", " ", "".join(parts)).strip()

    def walk(self) -> Iterator[Node]:
        """This element and all in it, in the order of the document."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag: str, **attributes: str) -> list[Node]:
        """The elements of a tag with these attributes."""
        return [
            node
            for node in self.walk()
            if node.tag == tag and all(node.attributes.get(name) == value for name, value in attributes.items())
        ]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("document", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while len(self.open) > 1 and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def of_html(document: str) -> Node:
    """The elements of an HTML document."""
    builder = _Builder()
    builder.feed(document)
    return builder.root


def of_layout(component: Any) -> Node:
    """The elements that Dash would draw from a component of the layout's JSON."""
    props = component["props"]
    node = Node(component["type"].lower(), {name: value for name, value in props.items() if isinstance(value, str)})
    node.attributes["class"] = props.get("className") or ""
    children = props.get("children")
    for child in children if isinstance(children, list) else [children]:
        if isinstance(child, dict):
            node.children.append(of_layout(child))
        elif child is not None:
            node.children.append(str(child))
    return node


def both(client: FlaskClient, address: str) -> list[Node]:
    """The first HTML of a page and what Dash draws of it."""
    first = client.get(address)
    assert first.status_code == 200, address
    drawn = client.get("/_dash-layout", headers={"Referer": f"http://localhost{address}"}).json
    return [of_html(first.text), of_layout(drawn["props"]["children"])]  # type: ignore[index]


def said(page: Node) -> list[Said]:
    """Headings, sentences, headline numbers and table cells, in order; without spaces, which the two set differently."""
    apart = {id(node) for each in page.walk() if _is_apart(each) for node in each.walk()}
    return [
        (node.tag, node.text().replace(" ", ""))
        for node in page.walk()
        if id(node) not in apart and (node.tag in TOLD or (node.tag == "p" and TOLD_CLASSES & _classes(node)))
    ]


def _is_apart(node: Node) -> bool:
    """What only one of the two has: a drawing, or the sentence in its place."""
    return node.tag == "noscript" or bool(_classes(node) & {"chart", "map-frame"})


def _classes(node: Node) -> set[str]:
    return set(node.attributes.get("class", "").split())


def components(layout: Any) -> Iterator[dict[str, Any]]:
    """Every component of a layout's JSON."""
    if isinstance(layout, dict):
        if {"type", "namespace", "props"} <= layout.keys():
            yield layout
        for value in layout.values():
            yield from components(value)
    elif isinstance(layout, list):
        for value in layout:
            yield from components(value)


def figures(layout: Any) -> list[dict[str, Any]]:
    """The figures of a Dash layout or of a part of it, in the order of the page."""
    given = (each["props"].get("data-figure") for each in components(layout))
    return [json.loads(figure) for figure in given if figure]
