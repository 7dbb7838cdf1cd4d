"""From one kind of tree to another: lxml's, which knows parents, to the standard library's, which the engine reads."""

from __future__ import annotations

from xml.etree import ElementTree

from lxml import etree


def attributes_of(element: etree._Element | None) -> dict[str, str]:
    """The attributes of an element, by name; none when there is no element."""
    return {} if element is None else {str(name): str(value) for name, value in element.attrib.items()}


def plain(root: etree._Element) -> ElementTree.Element:
    """The same tree in the standard library's elements, which are what the engine is written for."""
    top = ElementTree.Element(str(root.tag), attributes_of(root))
    pending: list[tuple[etree._Element, ElementTree.Element]] = [(root, top)]
    while pending:
        source, target = pending.pop()
        target.text = source.text
        for child in source:
            if isinstance(child.tag, str):
                made = ElementTree.SubElement(target, str(child.tag), attributes_of(child))
                made.tail = child.tail
                pending.append((child, made))
    return top
