"""A report as one HTML file that holds all it needs: no network, no script; on paper as on a display.

The page is built as a tree and written by the standard library, which escapes every text: none is put together here.
"""

from __future__ import annotations

import base64
from xml.etree.ElementTree import Element, SubElement, tostring

from db.clean_text import clean
from tools.reports.page import Block, Cell, Lines, Page, Paragraph, Section, Shown, Table

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What a browser may load for the page: what the page itself holds."""
STYLE = """
:root { color-scheme: light; }
body { max-width: 68rem; margin: 2rem auto; padding: 0 1rem; background: #fff; color: #1a1a1a;
  font: 16px/1.5 "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 2px solid #0072b2; padding-bottom: .2rem; }
a { color: #005a8d; } .when { color: #555; }
nav ol { columns: 2; } nav li { margin: .1rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .875rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #ddd;
  overflow-wrap: break-word; }
td.ids { overflow-wrap: anywhere; min-width: 11rem; font-size: .75rem; }
thead th { background: #f2f5f7; }
th.number, td.number { text-align: right; white-space: nowrap; }
tr:target { background: #fff4cc; }
figure { margin: 1.5rem 0; } img { max-width: 100%; height: auto; } figcaption { color: #444; font-size: .875rem; }
pre { background: #f2f5f7; padding: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
@page { margin: 15mm; }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } a { color: inherit; text-decoration: none; }
  h2 { break-after: avoid; } figure, tr { break-inside: avoid; } thead { display: table-header-group; }
  .wide { overflow: visible; } }
"""


def as_html(page: Page) -> str:
    """The page as text of an HTML file.

    Args:
        page: The report.
    """
    root = Element("html", lang="en")
    head = SubElement(root, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": POLICY})
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _text(head, "title", page.title)
    SubElement(head, "style").text = STYLE
    main = SubElement(SubElement(root, "body"), "main")
    _text(main, "h1", page.title)
    _text(main, "p", page.subtitle).set("class", "when")
    _contents(main, page)
    for section in page.sections:
        _section(main, section)
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def _text(parent: Element, tag: str, text: str) -> Element:
    """A new element that holds a text, without what a terminal or a browser would act on."""
    made = SubElement(parent, tag)
    made.text = clean(text)
    return made


def _contents(parent: Element, page: Page) -> None:
    nav = SubElement(parent, "nav", {"aria-label": "Contents"})
    listed = SubElement(nav, "ol")
    for section in page.sections:
        _text(SubElement(listed, "li"), "a", section.title).set("href", f"#{section.anchor}")


def _section(parent: Element, section: Section) -> None:
    part = SubElement(parent, "section", {"aria-labelledby": section.anchor})
    _text(part, "h2", section.title).set("id", section.anchor)
    for block in section.blocks:
        _block(part, block)


def _block(part: Element, block: Block) -> None:
    match block:
        case Paragraph(text):
            _text(part, "p", text)
        case Lines(lines):
            _text(SubElement(part, "pre"), "code", "").text = "\n".join(map(clean, lines))
        case Shown(_, png, caption, told):
            figure = SubElement(part, "figure")
            source = f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
            SubElement(figure, "img", src=source, alt=clean(told))
            _text(figure, "figcaption", caption)
        case Table():
            _table(SubElement(part, "div", {"class": "wide"}), block)


def _table(parent: Element, block: Table) -> None:
    table = SubElement(parent, "table")
    _text(table, "caption", block.caption)
    head = SubElement(SubElement(table, "thead"), "tr")
    for place, name in enumerate(block.head):
        _number(_text(head, "th", name), block, place).set("scope", "col")
    body = SubElement(table, "tbody")
    for number, row in enumerate(block.rows):
        line = SubElement(body, "tr", {"id": block.anchors[number]} if block.anchors else {})
        for place, cell in enumerate(row):
            _cell(_number(SubElement(line, "td"), block, place), cell)


def _number(element: Element, block: Table, place: int) -> Element:
    if place in block.numbers:
        element.set("class", "number")
    return element


def _cell(element: Element, cell: Cell) -> None:
    if isinstance(cell, str):
        element.text = clean(cell)
        return
    element.set("class", "ids")
    for number, ref in enumerate(cell):
        made = _text(element, "a" if ref.anchor else "span", ref.text)
        if ref.anchor:
            made.set("href", f"#{ref.anchor}")
        made.tail = ", " if number < len(cell) - 1 else ""
