"""What can be typed after `hitscout`: a module for each command, with `register(app)`; none imports a tool at its top.

The objects that options are made from are no tools: such a module holds their fields, and nothing else.

The root's help is written from the two tables here, so that it needs none of the modules. A command's module has the
command's name, with ``_`` for ``-``; verbs of a large group lie in modules that begin with the group's name.
"""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "demo": "Does the main job on public data: fetches, replays a finished screen, proposes the next 128 genes, writes"
    " them.",
    "shortlist": "Says which genes to perturb next: starts a campaign and proposes its first round in one step.",
    "fetch": "Gets public data sets (packs) and puts them into the store; what is here already is not fetched again.",
    "gene": "Shows what the store knows of a gene: names, essentiality, pathways, neighbours, its effect in each"
    " screen.",
    "enrich": "Finds the gene sets that some genes, or the hits of a screen or campaign, gather in.",
    "respond": "Predicts whether a readout gene responds to a perturbation, and which way, with the nearest measured"
    " ones.",
    "predict-expression": "Predicts what a perturbation that nobody made does to the expression of every readout gene.",
    "predict-signature": "Says which genes, measured or not, push the cells toward a state when they are perturbed, and"
    " which away from it.",
    "sql": "Runs one SELECT over the store, read-only and shut off from files and network; at most 1,000 rows.",
    "similar": "Finds the genes that are most like a gene, by pathways, networks, co-essentiality and texts.",
    "resolve": "Says what gene names mean: approved, former or other names, and which are ambiguous, dates or unknown.",
    "predict": "Predicts how likely named genes are to be hits of a campaign, or of a question asked here.",
    "literature": "Searches the literature at Europe PMC over https; answers are kept for a week.",
    "evidence": "Opens one evidence id: the fact that it names, and the file that the fact came from.",
    "encode": "Puts a vector of each gene's name and summary into the store: about eight minutes once with MiniLM.",
    "replay": "Plays campaigns over finished screens, as if their results were not known, and counts the hits by"
    " round.",
    "chat": "Opens the chat: conversation, campaign, shortlist and store, each on a page of its own.",
    "ask": "Asks the assistant one question: it answers with the store's tools, and says what it used.",
    "mcp": "Serves hitscout's tools to another assistant over MCP on stdin and stdout, until that one ends.",
    "undo": "Takes back the last write to the store, and says what it was: a screen added, merged or removed, or a"
    " campaign's.",
    "doctor": "Looks at store, packs, pip, versions, disk and environment; exit code 1 when something needs mending.",
}
"""Each single command, in the order of the root's help, and the first sentence of its own."""

GROUPS: Mapping[str, str] = {
    "screen": "Adds, lists, shows, compares, merges, exports and removes screens, and lists their hits.",
    "response": "Adds, lists and removes tables of what perturbations do to readout genes.",
    "cells": "Adds cells with labels, names others by them, within a species or across two, and draws them.",
    "gene-set": "Lists and shows gene sets.",
    "campaign": "Runs campaigns: question, propose, confirm, record, review, export.",
    "design": "Says how many cells, guides, replicates and reads an effect needs, or what a screen can show.",
    "plot": "Draws screens, campaigns, genes and plates: a .png or .svg for slides, papers and notebooks.",
    "benchmark": "Plays published benchmarks by their protocols.",
    "transcript": "Conversations with the assistant: listed, shown, rerun.",
}
"""Each group of verbs, and its help."""
