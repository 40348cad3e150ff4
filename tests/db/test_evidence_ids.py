"""Evidence ids: what is written can be taken apart again, and nothing else can."""

from __future__ import annotations

import pytest

from db.evidence_ids import (
    FORMS,
    cite_id,
    edge_id,
    effect_id,
    kind_of,
    parts_of,
    response_id,
    result_id,
    set_id,
    text_id,
)

WRITTEN = {
    effect_id(3, "IL2+LAT"): ("effect", "3", "IL2+LAT"),
    set_id("go", "cell cycle: start"): ("set", "go", "cell cycle: start"),
    edge_id("STRING", "IL2", "IL2RA"): ("edge", "STRING", "IL2", "IL2RA"),
    result_id(7, "LAT"): ("result", "7", "LAT"),
    text_id("IL2"): ("text", "IL2"),
    response_id("k562", "LAT", "IL2"): ("response", "k562", "LAT", "IL2"),
    cite_id("MED", "123"): ("cite", "MED", "123"),
}


@pytest.mark.parametrize(("written", "meant"), WRITTEN.items())
def test_an_id_names_what_it_was_written_of(written, meant):
    assert (kind_of(written), *parts_of(f" {written} ")) == meant


def test_every_kind_has_its_form():
    assert {meant[0] for meant in WRITTEN.values()} == set(FORMS)
    assert all(kind_of(form) == kind for kind, form in FORMS.items())


@pytest.mark.parametrize("text", ["", "IL2", "set:go", "edge:STRING:IL2", "effect:x:IL2", "text:", "claim:1", "set::a"])
def test_what_is_written_like_no_id_names_nothing(text):
    assert parts_of(text) == ()
