"""How the conversation looks: at two sizes, in both themes. `pytest --snapshot-update` accepts a new look."""

from __future__ import annotations

import pytest

from tests.tui.chat.page_world import until, world
from tui.chat.app import HitscoutApp
from tui.chat.widgets.approval import ApprovalDialog
from tui.chat.widgets.log import Answered, Called, Noted, Said
from tui.chat.widgets.tool_card import Call, ToolCard

ANSWER = """## Round 1 is open

Two genes stand out: **VAV1** sits upstream of `LAT`, and *CD28* is its neighbour.

| rank | gene | probability | reason |
|---|---|---|---|
| 1 | VAV1 | 0.62 | effect in two screens |
| 2 | CD28 | 0.41 | interacts with VAV1 |

1. Confirm it with `/confirm`.
2. Or look at the shortlist."""
NOMINATIONS = [{"rank": i, "perturbation": f"GENE{i}", "by": "grade" if i == 2 else "computed"} for i in (1, 2, 3)]
SHORTLIST = {"campaign": "pilot", "round": 1, "nominations": NOMINATIONS}
ENTRIES = (
    Said("Which genes next?"),
    Called(Call("campaign_show", {"name": "pilot"}, "done", 0.2, "campaign pilot, 600 candidates", {"name": "pilot"})),
    Called(
        Call(
            "campaign_propose", {"size": 3}, "done", 4.2, "round 1, 3 nominations", SHORTLIST,
            lines=("1 of 3 places filled by grades: GENE2 (4)",),
        )
    ),
    Answered(ANSWER),
    Called(Call("gene_card", {"symbol": "TP53[/b]"}, "refused", 0.1, "No gene is named 'TP53[/b]'.")),
    Noted("The provider is busy: asking again.", "trouble"),
    Said("And then?", queued=True),
)  # fmt: skip


async def fill(pilot):
    """A conversation without clocks."""
    page = pilot.app.screen
    await until(pilot, lambda: page.who and not pilot.app.jobs, "who answers")
    page.log_view.wipe()
    page.log_view.add(*ENTRIES)
    await until(pilot, lambda: len(page.query(ToolCard)) == 3, "the cards")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_the_conversation_looks_as_it_did(snap_compare, tmp_path, size, theme):
    workspace = world(tmp_path, "open")

    async def settle(pilot):
        await fill(pilot)
        card = list(pilot.app.screen.query(ToolCard))[1]
        card.focus()
        await pilot.press("enter")
        await until(pilot, lambda: card.query("SafeTable"), "its tables")

    app = HitscoutApp(lambda: workspace, theme=theme)
    assert snap_compare(app, terminal_size=size, run_before=settle)
    app.end_jobs(30)


def test_the_approval_dialog_looks_as_it_did_on_a_small_terminal(snap_compare, tmp_path):
    workspace = world(tmp_path, "open")

    async def settle(pilot):
        await fill(pilot)
        arguments = {"genes": ["VAV1", "CD28"], "reason": "both are toxic in our cells, as three plates have shown"}
        pilot.app.push_screen(ApprovalDialog("campaign_exclude", "Takes genes out of a campaign.", arguments))
        await until(pilot, lambda: isinstance(pilot.app.screen, ApprovalDialog), "the dialog")

    app = HitscoutApp(lambda: workspace)
    assert snap_compare(app, terminal_size=(60, 20), run_before=settle)
    app.end_jobs(30)
