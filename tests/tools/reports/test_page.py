"""A page as HTML and as markdown: what stands in it is what was said, whatever signs a name holds."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from tools.reports.html import as_html
from tools.reports.markdown import as_markdown, plain
from tools.reports.page import Lines, Page, Paragraph, Ref, Section, Shown, Table, with_something

NAMES = (
    "<b>bold</b>", "<script>alert(1)</script>", "a|b", "`code`", "*star* _under_", "[link](http://x.example)", "&amp;",
    "# head", "- item", "1. one", "1.5", "-0.2", "$x$", "![i](y.png)", "~~gone~~", "a\\b", "=", "---", '"><i>x</i>',
)  # fmt: skip


class Reader(HTMLParser):
    """What a browser would see: tags, ids, links, images and texts."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.tags, self.ids, self.links, self.images, self.texts, self.attributes = [], [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes += list(given)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.images += [given] if tag == "img" else []

    def handle_data(self, data):
        self.texts.append(data)


def page_of(name: str) -> Page:
    table = Table(
        name, (name, "n"), ((name, "1"), ((Ref(name, "row-2"), Ref("other")), "2")), frozenset({1}), ("row-1", "row-2")
    )
    blocks = (Paragraph(name), table, Shown("one", b"png", name, name), Lines((name,)))
    return Page(name, "today", (Section("First part", blocks), Section("Second", (Paragraph("x"),))))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_makes_no_markup_in_html_and_is_read_as_it_is(name):
    plain_one, odd = Reader(as_html(page_of("name"))), Reader(as_html(page_of(name)))
    assert odd.tags == plain_one.tags
    assert odd.texts.count(name) == 9
    assert odd.images[0]["alt"] == name


@pytest.mark.parametrize("name", NAMES)
def test_a_name_makes_no_markup_in_markdown_and_is_read_as_it_is(name):
    render = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render
    plain_one, odd = (Reader(render(as_markdown(page_of(one), "files"))) for one in ("name", name))
    assert odd.tags == plain_one.tags
    assert [text.strip() for text in odd.texts].count(name) == [text.strip() for text in plain_one.texts].count("name")
    assert odd.images[0]["alt"] == name


def test_control_characters_reach_no_page():
    page = page_of("a\x1b[31mb\u202ec\x00d")
    for text in (as_html(page), as_markdown(page, "files")):
        assert not {"\x1b", "\u202e", "\x00"} & set(text)
        assert "abcd" in text


def test_every_link_leads_to_something_on_the_page_and_no_anchor_is_there_twice():
    seen = Reader(as_html(page_of("x")))
    assert {"#first-part", "#second", "#row-2"} == set(seen.links)
    assert {link[1:] for link in seen.links} <= set(seen.ids)
    assert len(set(seen.ids)) == len(seen.ids)


def test_a_page_holds_all_it_needs_and_asks_for_nothing():
    text = as_html(page_of("x"))
    seen = Reader(text)
    assert "script" not in seen.tags
    assert "link" not in seen.tags
    assert not [one for one in seen.attributes if one.startswith("on")]
    assert [one["src"][:22] for one in seen.images] == ["data:image/png;base64,"]
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src 'none'" in text


def test_a_page_can_be_read_by_those_who_do_not_see_it():
    text = as_html(page_of("x"))
    seen = Reader(text)
    assert '<html lang="en">' in text
    assert seen.tags.count("h1") == 1
    assert seen.tags.count("h2") == 2
    assert all(one["alt"] for one in seen.images)
    assert seen.tags.count("caption") == seen.tags.count("table")
    assert text.count('scope="col"') == seen.tags.count("th")


def test_numbers_stay_as_they_are_in_markdown():
    assert [plain(one) for one in ("15.2", "-0.2", "1,349", "2026-11-29")] == ["15.2", "-0.2", "1,349", "2026-11-29"]


def test_a_column_that_says_nothing_is_left_out_with_its_place():
    table = with_something(Table("t", ("a", "b", "c"), (("1", "", "3"), ("4", "", "")), frozenset({1, 2})))
    assert (table.head, table.rows, table.numbers) == (("a", "c"), (("1", "3"), ("4", "")), frozenset({1}))
