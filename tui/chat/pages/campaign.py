"""The campaign page: the question, the rounds, what they brought and cost, and whether another one is worth it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import DataTable, Static

from tui.chat.pages import campaign_actions as actions
from tui.chat.pages import campaign_parts as parts
from tui.chat.pages.base import Page
from tui.chat.pages.campaign_reading import Overview, read_overview
from tui.chat.widgets.asking import shown
from tui.chat.widgets.bars import StatusBar
from tui.chat.widgets.hits_plot import LEGEND, HitsPlot
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.text import safe, say
from tui.layouts import campaign as campaign_layout
from tui.layouts.acts import trouble_in_chat
from tui.layouts.format import laid_out

if TYPE_CHECKING:
    from db.errors import HitscoutError
    from tools.campaigns.results.review import Review


class CampaignPage(Page):
    """One campaign, from its question to whether it should go on."""

    page_name: ClassVar[str] = "campaign"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "choose", "Choose a campaign"),
        Binding("n", "start", "New campaign"),
        Binding("e", "edit", "Edit the question"),
        Binding("p", "propose", "Propose a round"),
        Binding("r", "record", "Record results"),
        Binding("o", "close", "Close, or open again"),
        Binding("pagedown", "scroll_body(1)", "Further down", show=False, priority=True),
        Binding("pageup", "scroll_body(-1)", "Further up", show=False, priority=True),
    ]
    # Not a ClassVar: Textual declares it as an attribute of the instance.
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    CSS = """
    CampaignPage #body { padding: 0 1; }
    CampaignPage #columns { height: auto; layout: vertical; }
    CampaignPage.-wide #columns { layout: horizontal; }
    CampaignPage #left, CampaignPage #right { height: auto; width: 1fr; }
    CampaignPage.-wide #left { width: 66; padding-right: 2; }
    CampaignPage #rounds { height: auto; max-height: 10; margin-top: 1; }
    CampaignPage #plot { height: 11; }
    CampaignPage #legend { color: $text-muted; margin-top: 1; }
    CampaignPage #next { color: $text-accent; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.overview = Overview(())
        self.read = False
        self._review: Review | None = None
        self._reviewed = ""
        self._asked_for = ""

    def content(self) -> ComposeResult:
        """Two columns, one below the other where the terminal is narrow."""
        with VerticalScroll(id="body", can_focus=False):
            yield Static(id="head", markup=False)
            yield Static(id="next", markup=False)
            with Vertical(id="columns"):
                with Vertical(id="left"):
                    yield SafeTable(id="rounds")
                    yield Static(safe(LEGEND), id="legend")
                    yield HitsPlot(id="plot")
                with Vertical(id="right"):
                    yield Static(id="facts", markup=False)

    # Reading -------------------------------------------------------------------------------------

    def refresh_page(self) -> None:
        """Reads the campaign beside the interface."""
        name = self.hitscout.campaign
        self.hitscout.run_job(
            "read the campaign", read_overview, name, quiet=True, on_done=self._take, on_failed=self._no_campaign
        )

    def _no_campaign(self, error: HitscoutError) -> None:
        self._take(Overview(()))
        self.query_one("#head", Static).update(safe(trouble_in_chat(error)))

    def _take(self, overview: Overview) -> None:
        if not self.is_mounted or (self.read and overview == self.overview):
            return
        self.overview, self.read = overview, True
        self._review_if_measured()
        self._draw()

    def _review_if_measured(self) -> None:
        """Asks whether another round is worth it, once for each state of the campaign."""
        overview = self.overview
        basis = repr((overview.name, overview.shown and (overview.shown.results, overview.shown.excluded)))
        if basis != self._reviewed:
            self._review, self._reviewed = None, ""
        measured = overview.shown is not None and any(one.state == "measured" for one in overview.shown.rounds)
        if not measured or basis in (self._reviewed, self._asked_for):
            return
        from tools.campaigns.results.review import campaign_review

        self._asked_for = basis

        def take(review: Review) -> None:
            self._review, self._reviewed, self._asked_for = review, basis, ""
            if self.is_mounted:
                self._draw()

        def failed(error: HitscoutError) -> None:
            self._asked_for = ""
            say(self.app, trouble_in_chat(error), severity="warning")

        self.hitscout.run_job("review", campaign_review, overview.name, quiet=True, on_done=take, on_failed=failed)

    # Drawing -------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """Lays the texts out anew.

        Args:
            event: Textual's event.
        """
        if self.read:
            self.call_after_refresh(self._draw_facts)

    def _draw(self) -> None:
        overview, tally = self.overview, self.overview.tally
        campaign = overview.shown
        self.query_one("#columns").display = campaign is not None
        if campaign is None or tally is None:
            self._draw_none()
            return
        self.query_one("#head", Static).update(parts.head(campaign))
        self.query_one("#next", Static).update(parts.next_step(overview))
        table = self.query_one("#rounds", SafeTable)
        table.fill(parts.ROUND_COLUMNS, parts.round_rows(tally.rounds), keys=[str(one.round) for one in tally.rounds])
        self.query_one(HitsPlot).show(parts.points(tally.rounds))
        table.display = self.query_one("#legend").display = bool(tally.rounds)
        if tally.rounds and self.focused is None:
            table.focus()
        self.query_one(StatusBar).show(self._hints())
        self._draw_facts()

    def _draw_none(self) -> None:
        lines = self.overview.lines
        if lines:
            said = [
                f"{len(lines)} campaigns are in the store, and none is chosen.",
                "",
                "c  chooses one, n  starts one.",
            ]
        else:
            said = list(parts.NOTHING)
        self.query_one("#head", Static).update(Text("\n").join(safe(one) for one in said))
        self.query_one("#next", Static).update("")
        self.query_one(StatusBar).show(["n new campaign", *(["c choose"] if lines else []), "? keys"])

    def _draw_facts(self) -> None:
        overview, tally = self.overview, self.overview.tally
        if overview.shown is None or tally is None:
            return
        facts = self.query_one("#facts", Static)
        computing = bool(self._asked_for)
        with laid_out(facts.size.width or self.app.size.width - 4):
            made: list[RenderableType] = [
                *parts.worth(self._review, computing=computing),
                *campaign_layout.calibration(tally.calibration),
                *campaign_layout.spend(tally.spend),
                *parts.question(overview.shown, frozen=overview.frozen),
                *parts.history(overview.shown),
            ]
            facts.update(shown(made))

    def _hints(self) -> list[str]:
        newest = self.overview.newest
        step = {None: "p propose", "open": "Enter shortlist", "confirmed": "r record", "measured": "p propose"}
        return [
            step[newest.state if newest else None],
            *([] if self.overview.frozen else ["e edit question"]),
            "c choose",
            "n new",
            "? keys",
        ]

    # Keys ----------------------------------------------------------------------------------------

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Shows the shortlist of a round.

        Args:
            event: Textual's event.
        """
        key = event.data_table.selected_key if isinstance(event.data_table, SafeTable) else None
        if key is not None:
            self._show_round(int(key))

    def _show_round(self, number: int) -> None:
        newest = self.overview.newest
        self.hitscout.round = None if newest is None or number >= newest.number else number
        self.hitscout.show_page("shortlist")

    def action_scroll_body(self, pages: int) -> None:
        """Scrolls by most of a page.

        Args:
            pages: 1 down, -1 up.
        """
        body = self.query_one("#body", VerticalScroll)
        body.scroll_relative(y=pages * max(body.size.height - 2, 1), animate=False)

    def action_choose(self) -> None:
        """Chooses among the campaigns of the store."""
        actions.choose(self.hitscout, self.overview)

    def action_start(self) -> None:
        """Starts a campaign by a form."""
        actions.start(self.hitscout)

    def action_edit(self) -> None:
        """Edits the question, as long as no round is confirmed."""
        actions.edit(self.hitscout, self.overview)

    def action_propose(self) -> None:
        """Proposes the next round, and shows it."""
        if self.overview.shown is None:
            return
        from tools.campaigns.rounds.proposal import campaign_propose

        name = self.overview.name
        self.hitscout.run_job(
            f"propose a round of {name}", campaign_propose, name, on_done=lambda made: self._show_round(made.round)
        )

    def action_close(self) -> None:
        """Closes the campaign, or opens it again."""
        actions.close(self.hitscout, self.overview)

    def action_record(self) -> None:
        """Records a results file: pick it, see what is read, send it."""
        actions.record(self.hitscout, self.overview)
