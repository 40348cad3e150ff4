"""The plain wishes that the offline assistant knows, and how each is met with tools."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from agent.offline import phrases as say
from agent.offline.explained import explained


@dataclass(frozen=True)
class Call:
    """A call of a tool that the assistant wants to make."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What a call came to.

    Attributes:
        done: Whether the tool gave a result.
        denied: Whether the person did not allow it.
        value: The result as JSON values; None where there is none.
        text: The result as text, or why there is none.
    """

    done: bool
    denied: bool
    value: Any
    text: str


@dataclass(frozen=True)
class Wishes:
    """What there is to work with.

    Attributes:
        tools: Name of each tool → JSON schema of its arguments.
        campaign: Name of the campaign in use; tools take the only open one where empty.
    """

    tools: Mapping[str, Mapping[str, Any]]
    campaign: str = ""

    def has(self, tool: str) -> bool:
        """Whether there is such a tool."""
        return tool in self.tools

    def arguments_of(self, tool: str) -> Mapping[str, Any]:
        """The schema of each argument of a tool, by name."""
        found: Mapping[str, Any] = self.tools[tool].get("properties", {})
        return found

    def lacking(self, tool: str, arguments: Mapping[str, Any]) -> list[str]:
        """Arguments that a tool cannot do without and that are not given."""
        return [name for name in self.tools[tool].get("required", ()) if name not in arguments]


Wish: TypeAlias = Generator[Call, Given, str]

_NO_GENE = frozenset({
    "IN", "IS", "IT", "OR", "AND", "THE", "OF", "TO", "DNA", "RNA", "MRNA", "CRISPR", "CRISPRI", "CRISPRA", "KO", "FDR",
    "LFC", "SQL", "CSV", "TSV", "XLSX", "PDF", "OK", "NOT", "NO", "WHY", "HOW", "WHAT", "WHICH", "NEXT", "FACS", "GO",
    "AI", "API", "US", "UK", "ID", "ROUND", "GENE", "GENES", "NK", "DO", "ME", "MY", "WE", "GUIDE", "GUIDES",
})  # fmt: skip
"""Words in capitals that are no genes."""
_GENE = re.compile(r"\b[A-Z][A-Z0-9]{1,}(?:-[A-Z0-9]+)*(?:orf[0-9]+)?\b")
_EVIDENCE = re.compile(r"\b(?:effect|set|edge|response|text|result|cite):[^\s,;)]+")


def genes_in(question: str) -> list[str]:
    """Words of a question that are written like genes, each once.

    Args:
        question: What the person said.
    """
    words = [word for word in _GENE.findall(_EVIDENCE.sub(" ", question)) if word not in _NO_GENE]
    named = re.search(r"\bgenes?\s+([A-Za-z][A-Za-z0-9-]{1,14})\b", question)
    if not words and named and named[1].upper() not in _NO_GENE and re.search(r"[A-Z0-9]", named[1]):
        words = [named[1]]
    return list(dict.fromkeys(words))


def begin(question: str, wishes: Wishes) -> Wish:
    """The wish that a question holds, ready to run.

    Args:
        question: What the person said.
        wishes: What there is to work with.
    """
    lower = f" {' '.join(question.lower().split())} "
    for pattern, wish in _WISHES:
        if re.search(pattern, lower):
            return wish(question, wishes)
    if genes_in(question):
        return _gene(question, wishes)
    return _help(question, wishes)


# Campaigns ---------------------------------------------------------------------------------------


def _named(wishes: Wishes) -> dict[str, str]:
    return {"name": wishes.campaign} if wishes.campaign else {}


def _next_round(question: str, wishes: Wishes) -> Wish:
    """Shows the open round, or proposes one."""
    shown = yield Call("campaign_show", _named(wishes))
    if not shown.done:
        return say.no_campaign(shown.text)
    rounds = shown.value.get("rounds", []) if isinstance(shown.value, dict) else []
    newest = rounds[-1] if rounds and isinstance(rounds[-1], dict) else None
    again = re.search(r"\b(again|anew|recompute|propose|new)\b", question.lower())
    if newest and newest.get("state") == "confirmed":
        return say.waits_for_results(shown.value)
    if newest and newest.get("state") == "open" and not again:
        return say.open_round(shown.value)
    size = re.search(r"\b(\d{1,4})\s+(?:\w+\s+)?(?:genes|perturbations|candidates|places)", question.lower())
    arguments = _named(wishes) | ({"size": int(size[1])} if size else {})
    proposed = yield Call("campaign_propose", arguments)
    if proposed.denied:
        return say.not_allowed("propose the round", "hitscout campaign propose", say.standing(shown.value))
    return say.shortlist(proposed.value) if proposed.done else say.refused(proposed.text)


def _review(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001 – the signature of a wish
    done = yield Call("campaign_review", _named(wishes))
    if done.done:
        return say.review(done.value)
    shown = yield Call("campaign_show", _named(wishes))
    return say.refused(done.text, say.standing(shown.value) if shown.done else "")


def _campaigns(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    if wishes.campaign:
        shown = yield Call("campaign_show", _named(wishes))
        return say.closing(say.standing(shown.value)) if shown.done else say.refused(shown.text)
    listed = yield Call("campaign_list")
    return say.generic("campaigns", listed.value) if listed.done else say.refused(listed.text)


def _confirm(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    return (yield from _written("campaign_confirm", _named(wishes), "confirm the round", "hitscout campaign confirm"))


def _exclude(question: str, wishes: Wishes) -> Wish:
    genes = genes_in(question)
    reason = re.search(r"\b(?:because|since|as|reason:?)\s+(.+)", question, re.IGNORECASE)
    if not genes or not reason:
        yield from ()
        return say.closing("Name the genes and say why, such as: exclude CD3E because it is toxic in our cells.")
    arguments = _named(wishes) | {"genes": genes, "reason": reason[1].strip(" .")}
    return (yield from _written("campaign_exclude", arguments, "exclude genes", "hitscout campaign exclude --genes …"))


def _export(question: str, wishes: Wishes) -> Wish:
    file = re.search(r"\S+\.(?:csv|tsv|xlsx|parquet|md)\b", question)
    if not file:
        yield from ()
        return say.closing("Name the file, such as: export the round to round1.xlsx.")
    arguments = _named(wishes) | {"out": file[0].strip("\"'“”`")}
    return (yield from _written("campaign_export", arguments, "write the file", "hitscout campaign export --out …"))


def _written(tool: str, arguments: Mapping[str, Any], what: str, command: str) -> Wish:
    done = yield Call(tool, arguments)
    if done.denied:
        return say.not_allowed(what, command)
    return say.generic(what, done.value) if done.done else say.refused(done.text)


# Knowledge ---------------------------------------------------------------------------------------


def _gene(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    genes = genes_in(question)
    if not genes:
        yield from ()
        return say.closing("Which gene? Write its symbol, such as VAV1.")
    parts = []
    for symbol in genes[:3]:
        card = yield Call("gene_card", {"symbol": symbol})
        parts.append(say.gene(card.value) if card.done else say.plain_refusal(card.text))
    return say.closing("\n\n".join(parts))


def _why(question: str, wishes: Wishes) -> Wish:
    """Explains a prediction, or why a gene was not nominated; shows the card where no tool does."""
    negative = bool(re.search(r"\b(not|n't|isn.t|wasn.t|missing|absent|left out)\b", question.lower()))
    genes = genes_in(question)
    wanted = "why_not" if negative else "explain_prediction"
    tool = next((tool for tool in wishes.tools if tool == wanted), "")
    if not genes or not tool:
        return (yield from _gene(question, wishes))
    return (yield from _by_schema(tool, question, wishes, "why"))


def _screens(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    listed = yield Call("screen_list")
    if not listed.done:
        return say.refused(listed.text)
    named = say.screens_in(question, listed.value)
    if named:
        shown = yield Call("screen_show", {"name": named[0]})
        return say.screen(shown.value) if shown.done else say.refused(shown.text)
    return say.screens(listed.value)


def _compare(question: str, wishes: Wishes) -> Wish:
    listed = yield Call("screen_list")
    if not listed.done:
        return say.refused(listed.text)
    named = say.screens_in(question, listed.value)
    if len(named) < 2:
        return say.closing("Name two screens of the store to compare.\n\n" + say.screen_table(listed.value))
    tool = next((t for t in wishes.tools if "compare" in t), "")
    if tool:
        return (yield from _by_schema(tool, question, wishes, "comparison", screens=named))
    parts = []
    for name in named[:2]:
        shown = yield Call("screen_show", {"name": name})
        parts.append(say.screen_part(shown.value) if shown.done else say.plain_refusal(shown.text))
    return say.closing("\n\n".join([*parts, say.shared_extremes(parts)]))


def _hits(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    """The hits of a screen, or those that several share."""
    listed = yield Call("screen_list")
    named = say.screens_in(question, listed.value) if listed.done else []
    if not named:
        return (
            say.closing("Of which screen?\n\n" + say.screen_table(listed.value))
            if listed.done
            else say.refused(listed.text)
        )
    several = len(named) > 1
    call = Call("shared_hits", {"names": named}) if several else Call("screen_hits", {"name": named[0]})
    done = yield call
    return say.generic("hits", done.value) if done.done else say.refused(done.text)


def _undo(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    """The last write, taken back with the person's approval."""
    done = yield Call("undo")
    if done.denied:
        return say.not_allowed("take the last write back", "hitscout undo")
    return say.generic("taken back", done.value) if done.done else say.refused(done.text)


def _enrich(question: str, wishes: Wishes) -> Wish:
    listed = yield Call("screen_list")
    named = say.screens_in(question, listed.value) if listed.done else []
    wanted = "ranked_enrichment" if re.search(r"\branked\b|\bgsea\b", question.lower()) else "over_representation"
    tool = next((t for t in (wanted, "over_representation", "ranked_enrichment") if wishes.has(t)), "")
    if not tool:
        return say.not_there("enrichment")
    return (yield from _by_schema(tool, question, wishes, "gene sets", screens=named))


def _chances(question: str, wishes: Wishes) -> Wish:
    """How probable it is that named genes are hits."""
    if not genes_in(question) or not wishes.has("predict_hits"):
        return (yield from _gene(question, wishes))
    return (yield from _by_schema("predict_hits", question, wishes, "hit probabilities"))


def _responses(question: str, wishes: Wishes) -> Wish:
    """What perturbing one gene does to others."""
    genes = genes_in(question)
    if not genes or not wishes.has("predict_responses"):
        return (yield from _gene(question, wishes))
    arguments = {"perturbations": genes[:1], "readouts": genes[1:], **(yield from _table(question))}
    done = yield Call("predict_responses", arguments)
    return say.generic("responses", done.value) if done.done else say.refused(done.text)


def _why_responds(question: str, wishes: Wishes) -> Wish:
    """Why one gene responds to the perturbation of another."""
    genes = genes_in(question)
    if len(genes) < 2 or not wishes.has("explain_response"):
        return (yield from _why(question, wishes))
    perturbed, read = reversed(genes[:2]) if re.search(r"\brespon\w+ to\b", question.lower()) else genes[:2]
    arguments = {"perturbation": perturbed, "readout": read, **(yield from _table(question))}
    done = yield Call("explain_response", arguments)
    return explained(done.value) if done.done else say.refused(done.text)


def _table(question: str) -> Generator[Call, Given, dict[str, str]]:
    """The table of responses that a question names, as an argument."""
    listed = yield Call("response_list")
    known = [str(one.get("name", "")) for one in listed.value] if listed.done else []
    named = say.named_in(question, known)
    return {"context": named[0]} if named else {}


def _similar(question: str, wishes: Wishes) -> Wish:
    tool = next((t for t in wishes.tools if "similar" in t), "")
    if not tool:
        yield from ()
        return say.not_there("genes like another one")
    return (yield from _by_schema(tool, question, wishes, "similar genes"))


def _literature(question: str, wishes: Wishes) -> Wish:
    tool = next((t for t in wishes.tools if "literature" in t or "papers" in t), "")
    if not tool:
        yield from ()
        return say.not_there("literature")
    return (yield from _by_schema(tool, question, wishes, "papers"))


def _evidence(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    parts = []
    for one in _EVIDENCE.findall(question)[:5]:
        opened = yield Call("open_evidence", {"evidence_id": one.rstrip(".?!")})
        parts.append(say.evidence(opened.value) if opened.done else say.plain_refusal(opened.text))
    return say.closing("\n\n".join(parts))


def _sql(question: str, wishes: Wishes) -> Wish:
    tool = next((t for t in wishes.tools if t.startswith("sql") and wishes.tools[t].get("required")), "")
    statement = re.search(r"\b(?:select|with)\b.*", question, re.IGNORECASE | re.DOTALL)
    if not tool or not statement:
        yield from ()
        return say.not_there("SQL") if not tool else say.closing("Write the statement, such as: SELECT …")
    done = yield Call(tool, {wishes.tools[tool]["required"][0]: statement[0].strip("`")})
    return say.sql(done.value) if done.done else say.refused(done.text)


def _packs(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    listed = yield Call("list_packs")
    return say.generic("packs", listed.value) if listed.done else say.refused(listed.text)


def _doctor(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    done = yield Call("diagnose")
    return say.generic("state of the store", done.value) if done.done else say.refused(done.text)


def _by_schema(tool: str, question: str, wishes: Wishes, title: str, screens: Sequence[str] = ()) -> Wish:
    """Calls a tool with what the question gives for its arguments, by their names."""
    given = _slots(question, wishes.campaign, screens)
    arguments = {
        name: value for name in wishes.arguments_of(tool) for value in [_slot(name, given)] if value is not None
    }
    lacking = wishes.lacking(tool, arguments)
    if lacking:
        yield from ()
        return say.closing(f"For that I need to know: {', '.join(lacking).replace('_', ' ')}.")
    done = yield Call(tool, arguments)
    return say.generic(title, done.value) if done.done else say.refused(done.text)


def _slots(question: str, campaign: str, screens: Sequence[str]) -> dict[str, Any]:
    return {"genes": genes_in(question), "screens": list(screens), "campaign": campaign, "text": question.strip()}


def _slot(name: str, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 – a text, a list or nothing
    genes, screens = given["genes"], given["screens"]
    one_gene = genes[0] if genes and not screens else None
    values: dict[str, Any] = {
        "symbol": one_gene, "gene": one_gene, "perturbation": one_gene, "genes": genes or None if not screens else None,
        "screen": screens[0] if screens else None, "first": screens[0] if screens else None,
        "second": screens[1] if len(screens) > 1 else None, "a": screens[0] if screens else None,
        "b": screens[1] if len(screens) > 1 else None, "other": screens[1] if len(screens) > 1 else None,
        "screens": list(screens) or None, "query": given["text"], "text": None,
        "campaign": (given["campaign"] or None) if not screens else None,
    }  # fmt: skip
    return values.get(name)


def _help(question: str, wishes: Wishes) -> Wish:  # noqa: ARG001
    yield from ()
    return say.what_i_can(sorted(wishes.tools))


_WISHES = (
    (r"\b(effect|set|edge|response|text|result|cite):\S", _evidence),
    (r"^ *(select|with)\b.*\bfrom\b|\bsql\b", _sql),
    (r"\bcompar\w+|\bversus\b| vs\.? |\bdiffer\w* between\b", _compare),
    (r"\benrich\w*|over-?represent\w*|\bpathways?\b|\bgene sets?\b", _enrich),
    (r"\bhits? (of|in)\b(?!.*\bcampaigns?\b)|\b(shared?|common) hits?\b", _hits),
    (r"^ *undo\b|\btake (it|that|the last \w+) back\b|\bundo (it|that|the last)\b", _undo),
    (r"\b(why|explain)\b.*\b(respon\w+|do(es)? to|chang\w+|affect\w*)\b", _why_responds),
    (r"\bwhy\b|\bexplain\b", _why),
    (r"\bhow (likely|probable)\b|\bprobabilit\w+|\bchances?\b|\bodds\b", _chances),
    (r"\brespon\w+|\bdo(es)? to\b|\bhappens to\b", _responses),
    (r"\bsimilar\b|\bgenes like\b|\blike gene\b", _similar),
    (r"\bliterature\b|\bpapers?\b|\bpubli(?:shed|cations?)\b|\bpubmed\b", _literature),
    (r"\bexport\b|\bwrite .*\bto \S+\.(csv|xlsx|tsv)", _export),
    (r"\bexclude\b|\bleave out\b|\btake out\b", _exclude),
    (r"\bconfirm\b", _confirm),
    (r"\breview\b|\bhow (did|are|is|well)\b.*\b(we|round|it|campaign)|\bworth\b|\banother round\b", _review),
    (r"\bnext\b|\bpropose\b|\bnominat\w+|\bshort-?list\b|\bwhich genes\b|\bwhat .*(test|perturb|screen) ", _next_round),
    (r"\bcampaigns?\b|\brounds?\b|\bstatus\b", _campaigns),
    (r"\bscreens?\b|\bwhat (data|is in|do (i|we|you) have)", _screens),
    (r"\bpacks?\b|\bpublic data\b|\bdownload\b", _packs),
    (r"\bdoctor\b|\bbroken\b|\bhealth\b|\bversions?\b", _doctor),
)
"""What a question is looked through for, in this order → the wish."""
