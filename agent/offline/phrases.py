"""What the offline assistant says: results of tools as short Markdown, and what it cannot do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.offline.tables import TOP, label, number, record_table, records_in, short, table

NOTE = (
    "*Offline assistant: no language model. It answers from tools alone; it does not reason freely, read papers for "
    "you or grade genes. `--model PROVIDER:NAME` asks one.*"
)


def closing(text: str) -> str:
    """A text with the note on who answers below it.

    Args:
        text: Markdown.
    """
    return f"{text.strip()}\n\n{NOTE}"


def what_i_can(tools: Sequence[str]) -> str:
    """What the offline assistant can do and what it cannot.

    Args:
        tools: Names of the tools that there are.
    """
    lines = [
        "I am the offline assistant: I know no language, only plain wishes. You can ask:",
        "",
        "- **Which genes next?** – the open round, or a new one of the campaign",
        "- **How did the last round do? Is another one worth it?** – the review",
        "- **VAV1** – a gene's card, with its effects in every screen",
        "- **Which screens are there? Show screen NAME. Compare NAME and NAME. Hits of NAME.**",
        *(["- **Which gene sets are enriched among the hits?**"] if _any(tools, "over_rep", "enrich") else []),
        *(["- **How likely is VAV1 a hit?**"] if _any(tools, "predict_hits") else []),
        *(["- **What does VAV1 do to IL2?** – a predicted response"] if _any(tools, "predict_responses") else []),
        *(["- **Why does IL2 respond to VAV1?** – texts, rows and votes"] if _any(tools, "explain_response") else []),
        *(["- **Genes similar to VAV1**"] if _any(tools, "similar") else []),
        *(["- **Why VAV1? Why not VAV1?**"] if _any(tools, "why", "explain") else []),
        *(["- **Papers on VAV1**"] if _any(tools, "literature", "papers") else []),
        *(["- **SELECT …** – one reading SQL statement"] if _any(tools, "sql") else []),
        "- an evidence id such as `effect:1:VAV1`",
        "- **Exclude CD3E because …, confirm the round, export the round to FILE, undo** – with your approval",
        "",
        "I cannot weigh arguments, compile a question from free text, read between the lines, or grade genes; a "
        "round's places are then filled by the computed list alone. For a colleague who can, name a language model: "
        "`--model anthropic:NAME`, `--model openai:NAME`, or a local one with `--model openai-chat:NAME`.",
    ]
    return "\n".join(lines)


def _any(tools: Sequence[str], *parts: str) -> bool:
    return any(part in tool for tool in tools for part in parts)


def refused(text: str, more: str = "") -> str:
    """A tool's refusal, as it said it.

    Args:
        text: What the tool said.
        more: What else helps.
    """
    return closing("\n\n".join(part for part in (plain_refusal(text), more) if part))


def plain_refusal(text: str) -> str:
    """A tool's refusal without the framework's advice.

    Args:
        text: What the tool said.
    """
    return text.split("\n\nFix the errors")[0].strip()


def not_there(what: str) -> str:
    """There is no tool for it.

    Args:
        what: What was asked for.
    """
    return closing(f"This hitscout has no tool for {what}.")


def no_campaign(text: str) -> str:
    """There is no campaign to propose for.

    Args:
        text: What the tool said.
    """
    start = (
        'Start one with `hitscout campaign start NAME --phenotype "…"`, or do it all in one line: '
        '`hitscout shortlist --phenotype "…"`.'
    )
    said = plain_refusal(text)
    # A refusal that names an act, between backticks, says itself what to do.
    return closing(said if "`" in said else f"{said}\n\n{start}")


def not_allowed(what: str, command: str, more: str = "") -> str:
    """Writing was not approved.

    Args:
        what: What was not done.
        command: The command that does it.
        more: How things stand.
    """
    how = f"To {what}, ask again with `--approve all`, or run `{command}`. Nothing was changed."
    return closing("\n\n".join(part for part in (more, how) if part))


# Campaigns ---------------------------------------------------------------------------------------


def standing(value: Any) -> str:  # noqa: ANN401 – JSON values
    """How a campaign stands, in a few lines.

    Args:
        value: What `campaign_show` gave.
    """
    if not isinstance(value, Mapping):
        return ""
    campaign = value.get("campaign", {})
    question = campaign.get("question", {})
    rounds = [one for one in value.get("rounds", []) if isinstance(one, Mapping)]
    lines = [
        f"**Campaign {campaign.get('name', '')}** looks for {question.get('phenotype', '')}"
        + (f" in {question['cell_type']}" if question.get("cell_type") else "")
        + f": {number(value.get('measured'))} of {number(value.get('library_size'))} perturbations measured, "
        f"{number(value.get('candidates'))} candidates left.",
        *(f"- round {one.get('number')}: {one.get('state')}" for one in rounds),
    ]
    return "\n".join(lines if rounds else [*lines, "- no round yet"])


def waits_for_results(value: Any) -> str:  # noqa: ANN401
    """A round is confirmed, and nothing can be proposed before its results.

    Args:
        value: What `campaign_show` gave.
    """
    return closing(
        standing(value)
        + "\n\nThe newest round is confirmed and waits for its results: `hitscout campaign record FILE` brings them in."
    )


def open_round(value: Any) -> str:  # noqa: ANN401
    """The open round of a campaign.

    Args:
        value: What `campaign_show` gave.
    """
    newest = value["rounds"][-1]
    shortlist_info = newest.get("shortlist", {})
    shown = {
        "campaign": value.get("campaign", {}).get("name"),
        "round": newest.get("number"),
        "size": shortlist_info.get("size"),
        "nominations": newest.get("nominations", []),
        "expected_hits": shortlist_info.get("expected_hits", {}),
    }
    return shortlist(shown, "stands open. Say *propose again* to compute it anew, or *confirm the round*.")


def shortlist(value: Any, state: str = "was proposed and stands open: *confirm the round* orders it.") -> str:  # noqa: ANN401
    """The best of a shortlist.

    Args:
        value: The keys of ``propose --json``.
        state: How the round stands.
    """
    expected = value.get("expected_hits", {})
    best = [one for one in value.get("nominations", []) if isinstance(one, Mapping)]
    lines = [
        f"Round {value.get('round')} of {value.get('campaign')} ({number(value.get('size'))} perturbations) {state}",
        "",
        f"Expected hits: {number(expected.get('mean'))} "
        f"(80 %: {number(expected.get('low'))} to {number(expected.get('high'))}). The best:",
        "",
        table(
            ["rank", "perturbation", "probability", "80 % interval", "by", "reason"],
            [
                [
                    one.get("rank"), one.get("perturbation"), number(one.get("hit_probability")),
                    f"{number(one.get('low'))}–{number(one.get('high'))}", one.get("by"), one.get("reason"),
                ]
                for one in best[:TOP]
            ],
        ),
    ]  # fmt: skip
    return closing("\n".join(lines))


def review(value: Any) -> str:  # noqa: ANN401
    """How a campaign has done.

    Args:
        value: What `campaign_review` gave.
    """
    rows = [
        [
            one.get("round"), one.get("nominated"), one.get("measured"), one.get("hits"),
            number(one.get("expected", {}).get("mean")),
        ]
        for one in value.get("rounds", []) if isinstance(one, Mapping)
    ]  # fmt: skip
    lines = [
        f"**{value.get('campaign')}**: {number(value.get('hits'))} hits so far, "
        f"{number(value.get('expected', {}).get('mean'))} were expected. {value.get('rule', '')}",
        "",
        table(["round", "nominated", "measured", "hits", "expected"], rows),
        "",
        f"Another round of {number(value.get('next_size'))}: {number(value.get('next_expected', {}).get('mean'))} hits "
        f"expected, {number(value.get('next_random'))} of a random choice. Worth it: **{value.get('worth')}**. "
        f"{value.get('verdict', '')}",
    ]
    return closing("\n".join(lines))


# Genes, screens, evidence ------------------------------------------------------------------------


def gene(value: Any) -> str:  # noqa: ANN401
    """A gene's card.

    Args:
        value: What `gene_card` gave.
    """
    effects = [one for one in value.get("effects", []) if isinstance(one, Mapping)]
    sets = [one for one in value.get("gene_sets", []) if isinstance(one, Mapping)]
    essential = ", ".join(str(one) for one in value.get("essential_in", []))
    lines = [
        f"**{value.get('symbol')}** – {value.get('name') or 'no name'} ({value.get('organism')}, "
        f"{value.get('locus_type') or 'locus type unknown'})" + (f"; essential: {essential}" if essential else ""),
        "",
        f"Perturbed in {number(value.get('effect_count'))} contrasts"
        + (", the most extreme:" if effects else " of this store."),
    ]
    if effects:
        rows = [
            [
                one.get("screen"), number(one.get("estimate")) + ("" if one.get("signed", True) else " (no sign)"),
                number(one.get("percentile")), number(one.get("fdr")), one.get("evidence"),
            ]
            for one in effects[:TOP]
        ]  # fmt: skip
        lines += ["", table(["screen", "effect", "percentile", "FDR", "evidence"], rows)]
    if sets:
        named = ", ".join(f"{one.get('name')} ({one.get('size')})" for one in sets[:5])
        lines += ["", f"In {number(value.get('gene_set_count'))} gene sets, the smallest: {named}."]
    near = [str(one.get("symbol")) for one in value.get("neighbours", []) if isinstance(one, Mapping)]
    return "\n".join([*lines, *(["", f"Neighbours: {', '.join(near[:TOP])}."] if near else [])])


def screens(value: Any) -> str:  # noqa: ANN401
    """The screens of the store.

    Args:
        value: What `screen_list` gave.
    """
    if not value:
        return closing(
            "The store holds no screens. `hitscout fetch` gets public ones, `hitscout screen add` reads yours."
        )
    return closing(f"{len(records_in(value))} screens:\n\n{screen_table(value)}")


def screen_table(value: Any) -> str:  # noqa: ANN401
    """The screens of the store as a table.

    Args:
        value: What `screen_list` gave.
    """
    rows = [
        [
            one["screen"].get("name"), one["screen"].get("phenotype"), one["screen"].get("cell_type"),
            one["screen"].get("modality"), number(one.get("perturbations")), number(one.get("hits")),
        ]
        for one in records_in(value) if isinstance(one.get("screen"), Mapping)
    ]  # fmt: skip
    return table(["screen", "phenotype", "cell type", "modality", "perturbations", "hits"], rows, top=30)


def screens_in(question: str, value: Any) -> list[str]:  # noqa: ANN401
    """Names of screens that a question holds, in the order in which it names them.

    Args:
        question: What the person said.
        value: What `screen_list` gave.
    """
    return named_in(
        question,
        [str(one["screen"].get("name", "")) for one in records_in(value) if isinstance(one.get("screen"), Mapping)],
    )


def named_in(question: str, names: Sequence[str]) -> list[str]:
    """The names that a question holds, in the order in which it names them.

    Args:
        question: What the person said.
        names: Names that there are.
    """
    lower = question.lower()
    found: list[tuple[int, str]] = []
    # Longest first, so that a name that holds another one is not taken for it.
    for name in sorted(filter(None, names), key=len, reverse=True):
        match = re.search(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", lower)
        if match:
            found.append((match.start(), name))
            lower = lower[: match.start()] + " " * len(match[0]) + lower[match.end() :]
    return [name for _place, name in sorted(found)]


def screen(value: Any) -> str:  # noqa: ANN401
    """One screen.

    Args:
        value: What `screen_show` gave.
    """
    return closing(screen_part(value))


def screen_part(value: Any) -> str:  # noqa: ANN401
    """One screen, without the note.

    Args:
        value: What `screen_show` gave.
    """
    one = value.get("screen", {})

    def strongest(rows: Any) -> str:  # noqa: ANN401
        return ", ".join(f"{row[0]} ({number(row[1])})" for row in rows if isinstance(row, list))

    about = [one.get(key) for key in ("phenotype", "cell_type", "modality", "organism", "study") if one.get(key)]
    title = f"**{one.get('name')}**: {', '.join(map(str, about))}; hits by {one.get('hit_rule')} ({one.get('side')})."
    highest, lowest = strongest(value.get("highest", [])), strongest(value.get("lowest", []))
    if not lowest:
        return f"{title}\n- strongest, whichever way: {highest}"
    return f"{title}\n- raise the phenotype most: {highest}\n- lower it most: {lowest}"


def shared_extremes(parts: Sequence[str]) -> str:
    """Genes that stand among the extremes of two screens.

    Args:
        parts: What `screen_part` said of each.
    """
    named = [set(re.findall(r"([A-Za-z0-9+.-]+) \(-?[\d.e+-]+\)", part)) for part in parts]
    both = sorted(named[0] & named[1]) if len(named) == 2 else []
    return f"Among the extremes of both: {', '.join(both)}." if both else "Their extremes share no gene."


def evidence(value: Any) -> str:  # noqa: ANN401
    """One piece of evidence.

    Args:
        value: What `open_evidence` gave.
    """
    sources = [
        f"{one.get('name')} ({one.get('source')})" for one in value.get("sources", []) if isinstance(one, Mapping)
    ]
    return f"`{value.get('id')}`: {value.get('summary')}" + (f" From {', '.join(sources)}." if sources else "")


def sql(value: Any) -> str:  # noqa: ANN401
    """Rows of a statement.

    Args:
        value: Its columns and rows.
    """
    rows = [row for row in value.get("rows", []) if isinstance(row, list)]
    more = "\n\nThere are more rows." if value.get("truncated") or len(rows) > 30 else ""
    return closing(table([str(one) for one in value.get("columns", [])], rows, top=30) + more)


# Anything ----------------------------------------------------------------------------------------


def generic(title: str, value: Any) -> str:  # noqa: ANN401
    """Any result: its single values, then its first list of records as a table.

    Args:
        title: What it is.
        value: JSON values.
    """
    if isinstance(value, list):
        return closing(f"**{title}**: {len(records_in(value)) or len(value)}\n\n{record_table(value)}")
    if not isinstance(value, Mapping):
        return closing(f"**{title}**: {short(value)}")
    lead = next((str(value[key]) for key in ("verdict", "summary") if value.get(key)), f"**{title}**")
    single = {k: v for k, v in value.items() if isinstance(v, (str, int, float)) and v not in ("", None, lead)}
    lists = {k: v for k, v in value.items() if isinstance(v, list) and v}
    lines = [lead, "", *(f"- {label(key)}: {short(one, 300)}" for key, one in single.items())]
    for key, items in lists.items():
        if records_in(items):
            lines += ["", f"{label(key)} ({len(items)}):", "", record_table(items), ""]
        else:
            lines.append(f"- {label(key)}: {', '.join(short(item, 200) for item in items[:TOP])}")
    return closing("\n".join(lines))
