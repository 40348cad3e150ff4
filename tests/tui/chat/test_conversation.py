"""The conversation page, driven by its keys: questions, approvals, interruptions, and what is kept."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time

import pytest

from db.provenance import list_ingests
from tests.agent.fake_providers import KEY, Reply, fake_provider
from tests.campaign_world import transcripts_of_round
from tests.tui.chat.page_world import text, until, world
from tools.campaigns.listing import campaign_show
from tools.workspace import Progress
from tui.chat.app import HitscoutApp
from tui.chat.pages import conversation
from tui.chat.widgets.approval import ApprovalDialog
from tui.chat.widgets.asking import ConfirmDialog
from tui.chat.widgets.log import MOUNTED, Answered, Called, Noted
from tui.chat.widgets.prompt import Offers, Prompt
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.tool_card import ToolCard


def chat(workspace, act, *, size=(80, 24), **options):
    """Opens the chat, waits until it is known who answers, and acts."""

    async def run():
        app = HitscoutApp(lambda: workspace, **options)
        async with app.run_test(size=size, notifications=True) as pilot:
            page = app.screen
            await until(pilot, lambda: page.who and not app.jobs, "who answers")
            await act(app, pilot, page)
        app.end_jobs(30)

    asyncio.run(run())


@pytest.fixture
def opened(tmp_path):
    """A workspace with a campaign whose first round is open."""
    return world(tmp_path, "open")


@pytest.fixture(scope="module")
def provider():
    with fake_provider() as one:
        yield one


@pytest.fixture
def served(provider, monkeypatch):
    """The name of a language model on this machine, which plays a script."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", provider.base_url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return "openai-chat:tiny"


async def say(pilot, words):
    """Types and sends."""
    pilot.app.screen.query_one(Prompt).put(words)
    await pilot.press("enter")


def kinds(page):
    return [type(entry).__name__ for entry in page.log_view.entries]


def calls(page):
    return [entry.call for entry in page.log_view.entries if isinstance(entry, Called)]


def answers(page):
    return [entry.text for entry in page.log_view.entries if isinstance(entry, Answered)]


def excluded(workspace):
    return campaign_show(workspace).excluded


def test_an_answer_comes_with_cards_that_open_to_the_whole_result(opened):
    async def act(app, pilot, page):
        assert "offline assistant (no language model)" in text(app)
        await say(pilot, "Which genes next?")
        await until(pilot, lambda: answers(page) and not page.running, "the answer")
        assert [(call.tool, call.outcome) for call in calls(page)] == [("campaign_show", "done")]
        assert page.query("AnswerView SafeTable"), "the answer's table is a table that sorts"
        card = page.query_one(ToolCard)
        card.focus()
        await pilot.press("enter")
        await until(pilot, lambda: card.query(SafeTable), "the tables of the result")
        assert "no cost" in text(app)
        assert "1 tool call" in text(app)

    chat(opened, act)


@pytest.mark.parametrize(("key", "outcome"), [("n", "denied"), ("escape", "denied"), ("y", "done")])
def test_a_writing_tool_waits_for_a_word_and_escape_is_no(opened, key, outcome):
    async def act(app, pilot, page):
        await say(pilot, "Exclude GENE0100 because it is toxic")
        await until(pilot, lambda: isinstance(app.screen, ApprovalDialog), "the dialog")
        assert "campaign_exclude" in text(app)
        assert "GENE0100" in text(app)
        await pilot.press(key)
        await until(pilot, lambda: not page.running, "the end of the run")
        assert calls(page)[-1].outcome == outcome

    chat(opened, act)
    assert excluded(opened) == (1 if outcome == "done" else 0)


def test_a_dialog_that_comes_amid_a_sentence_is_not_answered_by_it(opened, monkeypatch):
    monkeypatch.setattr(conversation, "PAUSE", 3.0)

    async def act(app, pilot, page):
        page.query_one(Prompt).put("and wh")
        page.ask("Exclude GENE0100 because it is toxic")
        await until(pilot, lambda: isinstance(app.screen, ApprovalDialog), "the dialog")
        await pilot.press("y", "space", "n", "e", "x", "t")
        assert isinstance(app.screen, ApprovalDialog)
        await until(pilot, lambda: page.query_one(Prompt).text == "and why next", "what was typed")
        await pilot.press("enter")
        await until(pilot, lambda: page.queue, "the second question")
        await pilot.pause(3.2)
        await pilot.press("y")
        await until(pilot, lambda: not page.running, "the end of both runs")
        assert calls(page)[0].outcome == "done"

    chat(opened, act)
    assert excluded(opened) == 1


def test_the_arguments_of_a_writing_tool_can_be_changed_first(opened):
    async def act(app, pilot, page):
        await say(pilot, "Exclude GENE0100 because it is toxic")
        await until(pilot, lambda: isinstance(app.screen, ApprovalDialog), "the dialog")
        await pilot.press("e")
        area = app.screen.query_one("TextArea")
        area.text = "{no json"
        await pilot.press("tab")
        await pilot.press("y")
        assert isinstance(app.screen, ApprovalDialog), "wrong arguments do not run"
        changed = {"genes": ["GENE0101", "GENE0102"], "reason": "two of them"}
        area.text = json.dumps(changed)
        app.screen.query_one("#approve").focus()
        await pilot.press("y")
        await until(pilot, lambda: not page.running, "the end of the run")

    chat(opened, act)
    assert excluded(opened) == 2


def test_what_is_typed_during_a_run_waits_in_sight_and_is_asked_next(opened, provider, served):
    gate = threading.Event()

    def script(number, body):
        gate.wait(60)
        return Reply(f"answer {number}")

    provider.script = script

    async def act(app, pilot, page):
        await say(pilot, "first")
        await until(pilot, lambda: provider.received, "the request")
        await say(pilot, "second")
        await until(pilot, lambda: "> second  (waits)" in text(app), "the mark")
        assert "1 waiting" in text(app)
        gate.set()
        await until(pilot, lambda: len(answers(page)) == 2 and not page.running, "both answers")
        assert [one.strip() for one in answers(page)] == ["answer 0", "answer 1"]
        assert "(waits)" not in text(app)

    chat(opened, act, language_model=served)


def test_escape_stops_a_run_from_any_focus_and_gives_queued_words_back(opened, provider, served):
    provider.script = [Reply(fault="stall")]

    async def act(app, pilot, page):
        assert "tiny" in text(app)
        await say(pilot, "first")
        await until(pilot, lambda: provider.received, "the request")
        await say(pilot, "second")
        page.query_one(Prompt).put("third")
        page.log_view.focus()
        await pilot.press("escape")
        await until(pilot, lambda: not page.running, "the end of the run")
        assert page.query_one(Prompt).text == "second\nthird"
        assert page.queue == []

    chat(opened, act, language_model=served)


def test_a_language_models_words_stream_in_and_its_cost_is_told(opened, provider, served):
    provider.script = [Reply(text="\n".join(f"- item **{i}**" for i in range(200)))]

    async def act(app, pilot, page):
        await say(pilot, "list")
        await until(pilot, lambda: not page.running, "the answer")
        assert "item **199**" in answers(page)[0]
        assert "• item 199" in text(app)

    chat(opened, act, language_model=served)


def test_a_missing_key_is_told_and_the_offline_assistant_answers(opened, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)

    async def act(app, pilot, page):
        assert "ANTHROPIC_API_KEY" in text(app)
        assert "offline assistant" in page.who

    chat(opened, act, language_model="anthropic:claude-sonnet-4-5", size=(100, 30))


def test_a_resumed_conversation_shows_what_was_said(opened):
    seen = {}

    async def first(app, pilot, page):
        await say(pilot, "Which genes next?")
        await until(pilot, lambda: answers(page) and not page.running, "the answer")
        seen["kinds"], seen["answer"] = kinds(page)[1:], answers(page)
        seen["tables"] = len(page.query("AnswerView SafeTable"))
        seen["id"] = app.transcript

    async def second(app, pilot, page):
        await until(pilot, lambda: answers(page), "the conversation")
        assert kinds(page)[:-1] == seen["kinds"]
        assert answers(page) == seen["answer"]
        assert isinstance(page.log_view.entries[-1], Noted)
        assert "1 tool call" in text(app)
        await say(pilot, "Which screens are there?")
        await until(pilot, lambda: len(answers(page)) == 2 and not page.running, "the next answer")
        assert app.transcript == seen["id"]

    chat(opened, first)
    assert seen["id"]
    chat(opened, second, resume=seen["id"])


def test_keys_of_the_prompt_history_lines_and_completion(opened):
    async def act(app, pilot, page):
        prompt = page.query_one(Prompt)
        await pilot.press(*"one", "ctrl+j", *"two", "alt+enter", *"three", "shift+enter")
        assert prompt.text == "one\ntwo\nthree\n"
        prompt.put("/hel")
        await until(pilot, lambda: page.query_one(Offers).display, "completions")
        await pilot.press("escape")
        assert not page.query_one(Offers).display
        assert prompt.text == "/hel", "Esc closes what is open, and keeps what was typed"
        prompt.put("tell me of @GENE009")
        await until(pilot, lambda: page.query_one(Offers).display, "names")
        await pilot.press("down", "tab")
        assert prompt.text == "tell me of @GENE0091 "
        prompt.put("")
        await say(pilot, "/theme light")
        assert not app.current_theme.dark
        await pilot.press("up")
        assert prompt.text == "/theme light"
        await pilot.press("down")
        assert prompt.text == ""
        await pilot.press("question_mark")
        await until(pilot, lambda: "Ctrl-C twice" in text(app), "the help")
        await pilot.press("escape")
        await pilot.press("f3")
        await until(pilot, lambda: app.screen.page_name == "campaign", "the campaign page")
        await pilot.press("alt+1")
        await until(pilot, lambda: app.screen is page, "the conversation again")

    chat(opened, act)


def test_a_job_shows_progress_and_escape_cancels_it_at_its_next_step(opened):
    steps = []

    def slow(workspace):
        while True:
            steps.append(1)
            workspace.report(Progress("counting", len(steps) % 90, 100, "sheep[/b]"))
            time.sleep(0.01)

    def broken(workspace):
        raise RuntimeError("[/b] nobody foresaw this")

    async def act(app, pilot, page):
        job = app.run_job("count", slow)
        await until(pilot, lambda: "counting" in text(app) or "sheep" in text(app), "progress")
        await pilot.press("escape")
        await until(pilot, lambda: not app.jobs, "the end of the job")
        assert not job.thread.is_alive()
        await until(pilot, lambda: "cancelled" in text(app), "the message")
        app.run_job("break", broken)
        await until(pilot, lambda: "have foreseen" in text(app), "the message")
        assert "Traceback" not in text(app)

    chat(opened, act)


def test_escape_stops_a_job_that_reports_no_step(opened):
    reached = []

    def silent(workspace):
        with workspace.store.write("test") as connection:
            connection.execute("UPDATE gene SET name = 'half done'")
            while True:
                reached.append(sum(range(1000)))

    async def act(app, pilot, page):
        job = app.run_job("compute", silent)
        await until(pilot, lambda: reached, "the computing")
        began = time.monotonic()
        await pilot.press("escape")
        await until(pilot, lambda: not app.jobs, "the end of the job")
        assert time.monotonic() - began < 5
        job.thread.join(5)
        assert not job.thread.is_alive()
        await until(pilot, lambda: "cancelled" in text(app), "the message")

    chat(opened, act)
    with opened.store.read() as connection:
        assert connection.execute("SELECT count(*) FROM gene WHERE name = 'half done'").fetchall() == [(0,)]
    assert opened.store.verify() == []


def test_escape_stops_a_tool_of_the_assistant_that_reports_no_step(opened, monkeypatch):
    from tools.campaigns import listing

    reached = []

    def silent(workspace, name=""):
        """Shows a campaign."""
        while True:
            reached.append(sum(range(1000)))

    import tools
    from agent import binding

    silent.__name__ = "campaign_show"
    monkeypatch.setattr(tools, "READING", tuple(silent if t is listing.campaign_show else t for t in tools.READING))
    binding.bind.cache_clear()

    async def act(app, pilot, page):
        await say(pilot, "Which genes next?")
        await until(pilot, lambda: reached, "the computing")
        await pilot.press("escape")
        await until(pilot, lambda: not page.running, "the end of the run")
        count = len(reached)
        await pilot.pause(0.2)
        assert len(reached) == count, "it goes on computing"

    chat(opened, act)


def test_an_empty_store_is_offered_the_demo_data_and_says_what_would_be_downloaded(workspace):
    async def act(app, pilot, page):
        await until(pilot, lambda: "/demo downloads" in text(app), "the offer")
        assert "MB" in text(app)
        assert "hgnc" in text(app)
        await pilot.press(*"by", "y")
        assert app.screen is page, "nothing is asked while one types"
        assert page.query_one(Prompt).text == "byy"
        assert not app.jobs

    chat(workspace, act)


def test_a_fetch_that_is_cancelled_says_so_on_its_card_and_leaves_nothing_half(workspace, shared_data, monkeypatch):
    monkeypatch.setenv("HITSCOUT_MIRROR", str(shared_data))

    async def act(app, pilot, page):
        await until(pilot, lambda: "/demo" in text(app), "the offer")
        await say(pilot, "/demo")
        await until(pilot, lambda: any(job.progress for job in app.jobs.values()), "progress")
        await pilot.press("escape")
        await until(pilot, lambda: not app.jobs, "the end of the job")
        assert [(call.tool, call.outcome) for call in calls(page)] == [("fetch", "interrupted")]
        assert "■ fetch" in text(app)

    chat(workspace, act)
    assert workspace.store.verify() == []
    with workspace.store.read() as connection:
        assert list_ingests(connection) == []


def test_a_campaign_is_started_by_a_slash_and_becomes_the_one_in_use(opened):
    async def act(app, pilot, page):
        await say(pilot, "/start second")
        await until(pilot, lambda: "needs a name and a phenotype" in text(app), "what is missing")
        await say(pilot, "/start second killing by NK cells")
        await until(pilot, lambda: app.campaign == "second", "the new campaign")
        assert calls(page)[-1].outcome == "done"

    chat(opened, act)
    assert campaign_show(opened, "second").campaign.question.phenotype == "killing by NK cells"


def test_a_campaigns_verbs_take_its_name_and_genes_or_a_file_as_the_command_line_does(opened, tmp_path):
    async def act(app, pilot, page):
        used = campaign_show(opened).campaign.name
        for typed, tool, outcome in (
            (f'/exclude {used} GENE0100, GENE0101 because "no guides left"', "campaign_exclude", "done"),
            ("/exclude GENE0102 --reason 'toxic in our cells'", "campaign_exclude", "done"),
            (f"/export {used} {tmp_path}/a.csv", "campaign_export", "done"),
            (f'/export "{tmp_path}/b c.xlsx"', "campaign_export", "done"),
            (f"/why {used} GENE0103", "explain_prediction", "done"),
            (f"/whynot {used} GENE0103", "why_not", "done"),
        ):
            before = len(calls(page))
            await say(pilot, typed)
            await until(pilot, lambda n=before: len(calls(page)) > n and calls(page)[-1].outcome != "", typed)
            await until(pilot, lambda: not app.jobs and calls(page)[-1].outcome in ("done", "failed"), typed)
            assert (calls(page)[-1].tool, calls(page)[-1].outcome) == (tool, outcome), calls(page)[-1].summary
        assert not page.running, "nobody was asked"

    chat(opened, act)
    assert excluded(opened) == 3
    assert {path.name for path in tmp_path.glob("*.*")} >= {"a.csv", "b c.xlsx"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/exclude GENE0100", "needs genes and a reason"),
        ("/exclude because it is toxic", "needs genes and a reason"),
        ("/exclude pilo GENE0100 because it is toxic", "neither a campaign nor a gene"),
        ("/export", "Name the file"),
        ("/why nope GENE0100", "no campaign 'nope'"),
    ],
)
def test_a_campaigns_verb_that_lacks_something_changes_nothing_and_says_so(opened, typed, said):
    async def act(app, pilot, page):
        await say(pilot, typed)
        await until(
            pilot, lambda: any(isinstance(one, Noted) and said in one.text for one in page.log_view.entries), said
        )
        assert calls(page) == []

    chat(opened, act)
    assert excluded(opened) == 0


def test_the_language_model_grades_after_its_price_was_said_and_leaves_a_transcript(opened, provider, served):
    def graded(number, body):
        genes = dict.fromkeys(re.findall(r"GENE\d{4}", json.dumps(body)))
        rows = [{"gene": gene, "grade": 1, "reason": "", "evidence": []} for gene in genes]
        return Reply(calls=[("give_grades", {"grades": rows})], usage=(1000, 100))

    async def act(app, pilot, page):
        await say(pilot, "/grade")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "what it would take")
        assert re.search(r"about\s+\d+\s+requests", text(app))
        await pilot.press("n")
        assert not calls(page)
        provider.script = graded
        await say(pilot, "/grade")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "what it would take")
        await pilot.press("y")
        await until(pilot, lambda: calls(page) and calls(page)[-1].outcome == "done", "the grades")

    chat(opened, act, size=(100, 30), language_model=served)
    newest = campaign_show(opened).rounds[-1]
    assert newest.shortlist.slots.graded_by == (served,)
    assert transcripts_of_round(opened.store, "pilot", newest.number)


def test_ctrl_c_quits_only_when_it_comes_twice(opened):
    async def act(app, pilot, page):
        await pilot.press("ctrl+c")
        assert app.is_running
        await until(pilot, lambda: "again to quit" in text(app), "the message")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running, "the end")

    chat(opened, act)


def test_copied_text_is_in_a_file_too(opened):
    async def act(app, pilot, page):
        page.log_view.add(Answered("an answer"))
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "Copied" in text(app), "the message")
        assert app.clipboard == "an answer"

    chat(opened, act)
    assert (opened.paths.data / "copied.txt").read_text() == "an answer\n"


def test_a_window_of_the_entries_is_mounted_and_moves_along_as_one_scrolls(opened):
    async def act(app, pilot, page):
        log = page.log_view
        log.add(*(Noted(f"entry {i}") for i in range(500)))
        await until(pilot, lambda: "entry 499" in text(app), "the newest")
        assert len(log.children) <= MOUNTED
        log.focus()
        await pressed(pilot, "home", lambda: "entry 440\n" in mounted(log))
        assert len(log.children) <= MOUNTED
        assert "later" in str(log.border_subtitle)
        # What comes meanwhile does not move what is read.
        await pilot.pause()
        seen = log.scroll_y, len(log.children)
        log.add(Noted("the very last"))
        await pilot.pause()
        assert (log.scroll_y, len(log.children)) == seen
        await pressed(pilot, "pagedown", lambda: "the very last" in text(app))
        assert len(log.children) <= MOUNTED
        await pilot.press("home", "home", "home", "home", "home", "home", "end")
        await until(pilot, lambda: "the very last" in text(app), "the end")
        log.add(Noted("and one more"))
        await until(pilot, lambda: "and one more" in text(app), "what comes is followed again")

    chat(opened, act)


def mounted(log):
    return "\n".join(str(child.render()) for child in log.children)


async def pressed(pilot, key, condition):
    for _ in range(60):
        if condition():
            return
        await pilot.press(key)
        await pilot.pause()
    raise AssertionError(f"{key} did not bring it about")


def test_nothing_leaves_the_machine_before_a_person_has_agreed(opened, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://provider.invalid")

    async def act(app, pilot, page):
        await say(pilot, "a secret question")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the dialog")
        assert "provider.invalid" in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: not page.running, "the end")
        assert page.query_one(Prompt).text == "a secret question"
        assert "Nothing was sent" in text(app)
        assert app.transcript == ""

    chat(opened, act, language_model="anthropic:claude-sonnet-4-5")


def test_a_job_that_ends_while_another_page_is_in_front_leaves_no_trace_in_the_status(opened):
    gate = threading.Event()

    def waits(workspace):
        workspace.report(Progress("patience", 1, 2))
        gate.wait(30)

    async def act(app, pilot, page):
        app.run_job("wait", waits, changes=False)
        await until(pilot, lambda: "patience" in text(app), "progress")
        await pilot.press("f3")
        await until(pilot, lambda: "patience" in text(app) and app.screen is not page, "progress on the other page")
        gate.set()
        await until(pilot, lambda: not app.jobs, "the end of the job")
        await pilot.press("f2")
        await until(pilot, lambda: app.screen is page, "the conversation")
        assert "patience" not in text(app)

    chat(opened, act)
