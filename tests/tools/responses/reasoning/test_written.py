"""Texts of a language model stand on facts that were given, and are kept for those very facts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.errors import HitscoutError
from tools.responses.reasoning.facts import Fact, GeneFacts
from tools.responses.reasoning.summaries import Statement
from tools.responses.reasoning.written import kept_text, told, written

FACTS = GeneFacts(
    "A", (Fact("A is a kinase.", ("text:A",)),), (Fact("In RPE1 nothing moved.", ("response:y:A:R",)),), ()
)
STANDING = Statement("downstream", "It phosphorylates.", ("text:A",))
INVENTED = Statement("upstream", "B raises it.", ("text:A",), ("text:B",))
IDLE = Statement("upstream", "It is famous.", ())


class Scribe:
    """Says the same of every gene, and counts how often it is asked."""

    def __init__(self, name, *said):
        self.name, self.said, self.asked = name, said, 0

    def write(self, facts):
        self.asked += len(facts)
        return [self.said for _ in facts]


def test_what_rests_on_no_fact_or_on_made_up_ids_is_marked_and_no_part_of_the_texts(workspace):
    made = written(workspace, Scribe("m", STANDING, INVENTED, IDLE), {"A": FACTS})["A"]
    assert (made.downstream, made.upstream, made.evidence) == ("It phosphorylates.", "", ("text:A",))
    assert [one.stands for one in made.statements] == [True, False, False]
    assert (made.by, made.written_at) == ("m", workspace.clock().date().isoformat())


def test_a_text_is_kept_for_the_very_facts_and_for_whoever_wrote_it(workspace):
    scribe = Scribe("m", STANDING)
    first = written(workspace, scribe, {"A": FACTS})["A"]
    assert written(workspace, scribe, {"A": FACTS})["A"] == first == kept_text(workspace, FACTS)
    assert scribe.asked == 1
    assert kept_text(workspace, FACTS, "n") is None
    # One more fact, and it is another text.
    known = replace(FACTS, upstream=(Fact("In RPE1 P raised it.", ("response:y:P:A",)),))
    assert kept_text(workspace, known) is None
    written(workspace, scribe, {"A": known})
    assert scribe.asked == 2


def test_a_question_is_told_what_was_written_else_the_template_or_nothing(workspace):
    assert [one.by for one in told(workspace, {"A": FACTS}, "kept")] == ["template"]
    written(workspace, Scribe("m", STANDING), {"A": FACTS})
    assert [one.by for one in told(workspace, {"A": FACTS}, "kept")] == ["m"]
    assert [one.by for one in told(workspace, {"A": FACTS}, "kept", "n")] == ["template"]
    assert [one.downstream for one in told(workspace, {"A": FACTS}, "template")] == [
        "A is a kinase. In RPE1 nothing moved."
    ]
    assert told(workspace, {"A": FACTS}, "none") == []


def test_a_text_of_which_nothing_stands_is_refused_and_not_kept(workspace):
    with pytest.raises(HitscoutError, match=r"m wrote nothing of A that rests on the facts given"):
        written(workspace, Scribe("m", INVENTED, IDLE), {"A": FACTS})
    assert kept_text(workspace, FACTS) is None
