"""The shortlist page: a round's genes with their chances and reasons, graded, excluded, recomputed and confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Input, Static

from db.records import Nomination, Round
from tui.chat.pages import gene_dialogs as genes
from tui.chat.pages import round_actions as rounds
from tui.chat.pages import shortlist_parts as parts
from tui.chat.pages.base import Page
from tui.chat.pages.campaign_reading import Overview, read_one
from tui.chat.widgets.bars import StatusBar
from tui.chat.widgets.inputs import SafeInput
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.text import safe, say
from tui.layouts.acts import trouble_in_chat

if TYPE_CHECKING:
    from db.errors import HitscoutError

WIDE = 100
"""Columns from which the interval bar is drawn wide."""
FILTER_AFTER = 0.1
"""Seconds without a key after which a filter is applied."""


class ShortlistPage(Page):
    """The genes of one round."""

    page_name: ClassVar[str] = "shortlist"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter"),
        Binding("w", "why", "Why this chance"),
        Binding("n", "why_not", "Why is a gene not here"),
        Binding("v", "evidence", "Evidence"),
        *(Binding(str(grade), f"grade({grade})", f"Grade {grade}", show=False) for grade in range(5)),
        Binding("g", "grade_other", "Grade any gene"),
        Binding("x", "exclude", "Exclude"),
        Binding("p", "propose", "Compute again, or the next round"),
        Binding("P", "propose_otherwise", "Compute with another size or seed"),
        Binding("c", "confirm", "Confirm"),
        Binding("e", "export", "Export"),
        Binding("left_square_bracket", "turn(-1)", "Round before"),
        Binding("right_square_bracket", "turn(1)", "Round after"),
    ]
    CSS = """
    ShortlistPage #head { padding: 0 1; }
    ShortlistPage #pending { padding: 0 1; color: $text-warning; }
    ShortlistPage #filter { margin: 0 1; }
    ShortlistPage #nominations { height: 1fr; }
    ShortlistPage #detail { height: 3; padding: 0 1; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.overview = Overview(())
        self.read = False
        self._words: tuple[str, ...] = ()
        self._drawn: tuple[object, ...] = ()
        self._by_name: dict[str, Nomination] = {}

    def content(self) -> ComposeResult:
        """What the round is, a filter, the table, and the row under the cursor in full."""
        yield Static(id="head", markup=False)
        yield Static(id="pending", markup=False)
        yield SafeInput(placeholder="words that must occur; -word must not; Esc clears", id="filter")
        yield SafeTable(id="nominations", widest=60)
        yield Static(id="detail", markup=False)

    def on_mount(self) -> None:
        """Hides the filter until it is asked for."""
        self.query_one("#filter").display = False
        self.query_one("#pending").display = False
        self.query_one(SafeTable).focus()

    # Reading -------------------------------------------------------------------------------------

    @property
    def round(self) -> Round | None:
        """The round that is shown."""
        return self.overview.round(self.hitscout.round)

    @property
    def nomination(self) -> Nomination | None:
        """The row that has the cursor."""
        return self._by_name.get(self.query_one(SafeTable).selected_key or "")

    def refresh_page(self) -> None:
        """Reads the campaign beside the interface."""
        self.hitscout.run_job(
            "read the shortlist", read_one, self.hitscout.campaign, quiet=True, on_done=self._take,
            on_failed=self._no_campaign,
        )  # fmt: skip

    def _no_campaign(self, error: HitscoutError) -> None:
        self._take(Overview(()))
        self.query_one("#head", Static).update(safe(trouble_in_chat(error)))

    def _take(self, overview: Overview) -> None:
        if not self.is_mounted:
            return
        self.overview, self.read = overview, True
        self._draw()

    # Drawing -------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """Draws the interval bars anew where their width changes.

        Args:
            event: Textual's event.
        """
        if self.read:
            self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        one, tally = self.round, None
        head, table = self.query_one("#head", Static), self.query_one(SafeTable)
        if one is None:
            self._draw_none()
            return
        tally = self.overview.tally_of(one.number)
        head.update(parts.head(self.overview, one, tally))
        pending = parts.pending(tally)
        self.query_one("#pending", Static).update(pending)
        self.query_one("#pending").display = bool(pending)
        wide = self.app.size.width >= WIDE
        drawn = (one, self._words, wide)
        if drawn != self._drawn:
            self._drawn = drawn
            shown = [row for row in one.nominations if parts.holds(row, self._words)]
            self._by_name = {row.perturbation: row for row in shown}
            rows = parts.table_rows(shown, one.nominations, wide=wide)
            columns = parts.columns_of(one.nominations, wide=wide)
            table.fill(columns, rows, keys=[row.perturbation for row in shown])
        table.display = True
        self._show_detail()
        self.query_one(StatusBar).show(self._hints(one))

    def _draw_none(self) -> None:
        self._drawn, self._by_name = (), {}
        self.query_one(SafeTable).display = False
        self.query_one("#pending").display = False
        self.query_one("#detail", Static).update("")
        shown = self.overview.shown
        lines = parts.NOTHING if shown is None else (f"{self.overview.name} has no round yet.", "", parts.NOTHING[2])
        self.query_one("#head", Static).update(Text("\n").join(safe(one) for one in lines))
        self.query_one(StatusBar).show(["p propose", "? keys"])

    def _hints(self, one: Round) -> list[str]:
        shown = len(self._by_name)
        filtered = [f"{shown:,} of {len(one.nominations):,} shown"] if self._words else []
        opened = ["0–4 grade", "x exclude", "p compute", "c confirm"] if one.state == "open" else ["w why", "e export"]
        return [*filtered, "Enter card", *opened, "/ filter", "? keys"]

    def _show_detail(self) -> None:
        self.query_one("#detail", Static).update(parts.detail(self.nomination))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:  # noqa: ARG002
        """Shows the row under the cursor in full.

        Args:
            event: Textual's event.
        """
        self._show_detail()

    # Filter --------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Opens the filter."""
        box = self.query_one("#filter", Input)
        box.display = True
        box.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filters a moment after the last key.

        Args:
            event: The words.
        """
        words = tuple(event.value.casefold().split())

        def apply() -> None:
            if self.is_mounted and tuple(self.query_one("#filter", Input).value.casefold().split()) == words:
                self._words = words
                self._draw()

        self.set_timer(FILTER_AFTER, apply)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Goes on to the table.

        Args:
            event: Textual's event.
        """
        event.stop()
        self.query_one("#filter").display = bool(event.value.strip())
        self.query_one(SafeTable).focus()

    def stop(self) -> bool:
        """Esc: clears the filter; says whether there was one."""
        box = self.query_one("#filter", Input)
        if not box.display:
            return False
        box.value = ""
        box.display = False
        self.query_one(SafeTable).focus()
        return True

    # One gene ------------------------------------------------------------------------------------

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Shows the gene's card.

        Args:
            event: Textual's event.
        """
        event.stop()
        one, at = self.nomination, self.round
        if one is not None and at is not None:
            genes.show_card(self.hitscout, self.overview, one, self.overview.tally_of(at.number))

    def action_why(self) -> None:
        """Says why the gene's chance is what it is."""
        if self.nomination is not None:
            genes.show_why(self.hitscout, self.nomination.perturbation, self.overview.name)

    def action_why_not(self) -> None:
        """Asks for a gene, and says why it is not on the list."""
        if self.overview.shown is not None:
            genes.ask_why_not(self.hitscout, self.overview.name)

    def action_evidence(self) -> None:
        """Opens one of the rows that the reason rests on."""
        if self.nomination is not None:
            genes.choose_evidence(self.hitscout, self.nomination)

    # Grades and exclusions -----------------------------------------------------------------------

    def action_grade(self, grade: int) -> None:
        """Grades the gene under the cursor.

        Args:
            grade: 0 (no hit) to 4 (surely a hit).
        """
        if self.nomination is not None and self._is_newest():
            rounds.ask_grade(self.hitscout, self.overview.name, self.nomination.perturbation, grade)

    def action_grade_other(self) -> None:
        """Grades a gene that need not be on the list: a good grade may bring it onto it."""
        if self._is_newest():
            rounds.ask_grade_of_any(self.hitscout, self.overview.name)

    def action_exclude(self) -> None:
        """Excludes the gene under the cursor for good."""
        if self.nomination is not None:
            rounds.ask_exclusion(self.hitscout, self.overview.name, self.nomination.perturbation)

    def _is_newest(self) -> bool:
        newest, shown = self.overview.newest, self.round
        if newest is None or shown is None or shown.number != newest.number or newest.state == "measured":
            say(self.app, "Only the newest round can be graded, until it is measured.", severity="warning")
            return False
        return True

    # The round -----------------------------------------------------------------------------------

    def action_turn(self, step: int) -> None:
        """Shows the round before or after.

        Args:
            step: -1 or 1.
        """
        shown, newest = self.round, self.overview.newest
        if shown is None or newest is None:
            return
        number = min(max(shown.number + step, 1), newest.number)
        self.hitscout.round = None if number == newest.number else number
        self._draw()

    def action_propose(self) -> None:
        """Computes the open round again, or opens the next one."""
        rounds.propose(self.hitscout, self.overview, {})

    def action_propose_otherwise(self) -> None:
        """Computes it with another size, seed or predictor."""
        rounds.propose_otherwise(self.hitscout, self.overview)

    def action_confirm(self) -> None:
        """Confirms the open round, after saying what that means."""
        newest, shown = self.overview.newest, self.round
        if newest is None or shown is None or newest.state != "open":
            say(self.app, "No round is open, so there is nothing to confirm.", severity="warning")
        elif shown.number != newest.number:
            say(self.app, f"Round {newest.number} is the open one: ] shows it.", severity="warning")
        else:
            rounds.confirm(self.hitscout, self.overview, newest)

    def action_export(self) -> None:
        """Exports the round that is shown."""
        if self.round is not None:
            rounds.export(self.hitscout, self.overview.name, self.round.number)
