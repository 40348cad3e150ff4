"""``campaign``: the loop of question, shortlist, order and results; which verbs it has, and in which order."""

from __future__ import annotations

import typer

from tui.cli.commands import campaign_answers, campaign_listing, campaign_results, campaign_round, campaign_start
from tui.cli.frame import command, group

VERBS = (
    ("start", campaign_start.start, "campaign_start", (
        'hitscout campaign start tcell --phenotype "IL-2 production" --cell-type "primary human T cells"',
        'hitscout campaign start tau --question "Which genes lower tau in neurons when lost?" --model openai:gpt-5',
        "hitscout campaign start tau2 --phenotype tau --measured sanchez-tau --library library.txt --size 96",
    )),
    ("question", campaign_start.question, "campaign_question", (
        "hitscout campaign question",
        "hitscout campaign question tcell --set direction=lowers",
    )),
    ("propose", campaign_round.propose, "campaign_propose", (
        "hitscout campaign propose",
        "hitscout campaign propose tcell --size 64 --seed 1 --json",
    )),
    ("exclude", campaign_start.exclude, "campaign_exclude", (
        'hitscout campaign exclude CD3E CD247 --reason "toxic in our cells"',
        'hitscout campaign exclude tcell --genes CD3E,CD247 --reason "no guides left"',
    )),
    ("grade", campaign_round.grade, "campaign_grade", (
        'hitscout campaign grade --gene VAV1 --grade 4 --reason "proximal signalling"',
        "hitscout campaign grade tcell --model anthropic:claude-sonnet-5-5 --max-cost 1",
    )),
    ("confirm", campaign_round.confirm, "campaign_confirm", (
        "hitscout campaign confirm tcell",
        "hitscout campaign confirm tcell --preregister round1.json",
    )),
    ("preregister", campaign_round.preregister, "campaign_preregister", (
        "hitscout campaign preregister round1.json",
        "hitscout campaign preregister tcell round2.json --round 2",
    )),
    ("record", campaign_results.record, "campaign_record", (
        "hitscout campaign record results.csv --positive-means raises",
        "hitscout campaign record tcell results.csv --map gene=Symbol --map estimate=log2FC --controls NTC",
    )),
    ("review", campaign_results.review, "campaign_review", (
        "hitscout campaign review tcell",
        "hitscout campaign review tcell --preregistration round1.json",
    )),
    ("export", campaign_round.export, "campaign_export", (
        "hitscout campaign export round1.xlsx",
        "hitscout campaign export tcell r1.csv --round 1",
    )),
    ("show", campaign_listing.show, "campaign_show", (
        "hitscout campaign show tcell",
        "hitscout campaign show --json",
    )),
    ("list", campaign_listing.list_, "campaign_list", ("hitscout campaign list",)),
    ("explain", campaign_answers.explain, "explain_prediction", (
        "hitscout campaign explain VAV1",
        "hitscout campaign explain tcell VAV1 --json",
    )),
    ("why-not", campaign_answers.why_not, "why_not", (
        "hitscout campaign why-not CD28",
        "hitscout campaign why-not tcell CD28",
    )),
    ("close", campaign_listing.close, "campaign_close", (
        "hitscout campaign close tcell",
        "hitscout campaign close tcell --reopen",
    )),
)  # fmt: skip
"""Name, function, tool and examples of each verb, in the order in which the help lists them."""


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "campaign")
    for name, function, tool, examples in VERBS:
        command(verbs, name, function, serves=[tool], examples=examples)
