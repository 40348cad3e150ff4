"""Every field of a parameter object can be given on the command line and in the chat, and is declared once in each."""

from __future__ import annotations

import dataclasses
import typing

import pytest

from tools.campaigns.start.start_options import StartOptions
from tools.cells.annotation.options import Naming
from tools.design.perturb_seq.wish import CellsWish
from tools.design.pooled.wish import ScreenWish
from tools.expression.perturb_seq.options import CellReading
from tools.expression.unseen.options import Learning
from tools.screens.ingestion.description import ScreenDescription
from tools.screens.ingestion.preview import FileLook
from tools.screens.tables.reading import Reading
from tui.chat.pages.campaign_forms import start_fields
from tui.chat.pages.file_fields import further_fields, mapping_fields, record_fields, screen_fields
from tui.chat.pages.parameter_fields import CHOICES, split
from tui.chat.widgets.form import Field
from tui.cli.field_options import SAID, SAID_OF, option_of, said_of
from tui.cli.root import build

KINDS = (Reading, ScreenDescription, StartOptions, CellReading, Learning, Naming, ScreenWish, CellsWish)
COMMANDS = {
    CellReading: ("screen", "add"), Reading: ("screen", "add"), ScreenDescription: ("screen", "add"),
    StartOptions: ("campaign", "start"), Learning: ("predict-expression",),
    Naming: ("cells", "annotate"), ScreenWish: ("design", "screen"), CellsWish: ("design", "perturb-seq"),
}  # fmt: skip
FILE_FORM = (*mapping_fields(FileLook("a.csv", ("a",), (), "")), *screen_fields("a"), *further_fields())
FORMS = {
    Reading: FILE_FORM,
    ScreenDescription: FILE_FORM,
    StartOptions: start_fields(),
    CellReading: (),
    Learning: (),
    Naming: (),
    ScreenWish: (),
    CellsWish: (),
}

WITHOUT_OPTION = {
    (StartOptions, "screen_weights"): "campaign question --set weighs the screens that the compiled question shows",
    (StartOptions, "gene_sets"): "campaign question --set names them, of those that the compiled question shows",
}
WITHOUT_FORM_FIELD = {
    **{
        (CellReading, field.name): "the form shows the columns of tables; cells are added on the command line"
        for field in dataclasses.fields(CellReading)
    },
    **{
        (Learning, field.name): "the chat has no form of predictions: it is asked, or the command line is"
        for field in dataclasses.fields(Learning)
    },
    **{
        (Naming, field.name): "the chat has no form of cells: it is asked, or the command line is"
        for field in dataclasses.fields(Naming)
    },
    **{
        (kind, field.name): "the chat has no form of designs: it is asked, or the command line is"
        for kind in (ScreenWish, CellsWish)
        for field in dataclasses.fields(kind)
    },
    (Reading, "reader"): "the form maps columns, which every reader's file can be read by",
    (StartOptions, "screen_weights"): "the form of the question has it, once the campaign is started",
    (StartOptions, "gene_sets"): "the form of the question has them, once the campaign is started",
    (StartOptions, "reader"): "a file that has to be explained is added as a screen, whose form shows its columns",
    (StartOptions, "columns"): "a file that has to be explained is added as a screen, whose form shows its columns",
    (StartOptions, "controls"): "a file that has to be explained is added as a screen, whose form shows its columns",
}
FIELDS = [(kind, field.name) for kind in KINDS for field in dataclasses.fields(kind)]


def named(one: object) -> str:
    return one.__name__ if isinstance(one, type) else str(one)


def sent_as_it_stands(field: Field):
    """The value of a form's field that nobody touched."""
    return field.value if field.kind in ("choice", "flag") or field.needed else field.read(field.written())


def in_form(kind, field: str) -> bool:
    """Whether the chat's form has the field; the columns of a file have one each."""
    return any(one.name == field or (field == "columns" and one.name == "column_gene") for one in FORMS[kind])


def on_command_line(kind, field: str) -> bool:
    found = build()
    for word in COMMANDS[kind]:
        found = found.commands[word]
    parameters = {one.name: one for one in found.params}
    return field in parameters and option_of(kind, field) in parameters[field].opts


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=named)
def test_a_field_has_an_option_on_the_command_line(kind, field):
    assert on_command_line(kind, field) != ((kind, field) in WITHOUT_OPTION)


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=named)
def test_a_field_stands_in_the_chats_form(kind, field):
    assert in_form(kind, field) != ((kind, field) in WITHOUT_FORM_FIELD)


@pytest.mark.parametrize("exceptions", [WITHOUT_OPTION, WITHOUT_FORM_FIELD], ids=["option", "form field"])
def test_an_exception_is_a_field_and_has_a_reason(exceptions):
    assert set(exceptions) <= set(FIELDS)
    assert all(exceptions.values())


def test_nothing_is_said_of_an_option_that_is_no_field():
    assert set(SAID) <= {field for _, field in FIELDS}
    assert {(kind, field) for kind, said in SAID_OF.items() for field in said} <= set(FIELDS)


def test_one_word_is_said_of_a_field_that_means_the_same_everywhere():
    assert set(SAID) & {field for said in SAID_OF.values() for field in said} == set()
    assert said_of(Reading, "columns") is said_of(StartOptions, "columns")
    assert said_of(ScreenDescription, "library") is not said_of(StartOptions, "library")


@pytest.mark.parametrize("form", [FILE_FORM, start_fields(), record_fields(())], ids=["screen", "campaign", "results"])
def test_the_choices_of_a_form_are_the_words_that_its_field_takes(form):
    words = {
        (field, frozenset(typing.get_args(hint)))
        for kind in KINDS
        for field, hint in typing.get_type_hints(kind).items()
        if field in CHOICES
    }
    offered = [(one.name, frozenset(one.choices)) for one in form if one.name in CHOICES]
    assert offered
    assert set(offered) <= words


PLAIN = (Reading(), ScreenDescription("x"), StartOptions("x"))


@pytest.mark.parametrize("plain", PLAIN, ids=lambda one: type(one).__name__)
def test_a_form_that_is_sent_as_it_stands_makes_the_object_as_it_is_by_default(plain):
    sent = {one.name: sent_as_it_stands(one) for one in FORMS[type(plain)]}
    made, others = split(type(plain), {**sent, "phenotype": "x", "name": ""})
    assert made == plain
    assert set(others).isdisjoint(field.name for field in dataclasses.fields(plain))
