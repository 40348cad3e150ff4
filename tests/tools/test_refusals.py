"""What a script is told when a tool refuses: tools and arguments by their Python names, and no command line."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from db.errors import HitscoutError
from db.store import Store
from hitscout import places
from tests.campaign_world import FAST, new_workspace
from tools import module_of
from tui.layouts.acts import in_chat, in_commands

REFUSED = [
    ("screen_show", ["nothing"], {}),
    ("screen_compare", ["alpha", "alpha"], {}),
    ("screen_hits", ["alpha"], {"top": 0}),
    ("shared_hits", [["alpha"]], {}),
    ("screen_merge", [["alpha"], "both"], {}),
    ("screen_merge", [["alpha", "beta"], "both"], {}),
    ("screen_export", ["alpha", "FILE"], {}),
    ("shared_hits", [["alpha", "beta"]], {"at_least": 3}),
    ("add_screen", ["FILE"], {"phenotype": "x"}),
    ("add_screen", ["FILE"], {"phenotype": " "}),
    ("add_screen", ["FILE"], {"phenotype": "x", "columns": {"guess": "lfc"}, "reader": "generic"}),
    ("add_screen", ["FILE"], {"phenotype": "x", "where": {"donor": "1"}}),
    ("add_screen", ["FILE"], {"phenotype": "x", "name": "alpha", "positive_means": "raises"}),
    ("add_responses", ["FILE"], {}),
    ("add_perturb_seq", ["FILE"], {"phenotype": ""}),
    ("add_perturb_seq", ["FILE"], {"phenotype": "", "phenotype_from": "growth"}),
    ("response_remove", ["nothing"], {}),
    ("predict_responses", [["GENE0001"]], {}),
    ("predict_expression", ["GENE0001"], {}),
    ("predict_expression", ["GENE0001"], {"contexts": ["nothing"]}),
    ("predict_expression", ["GENE0001"], {"top": 0}),
    ("sample_expression", ["GENE0001", "FILE"], {}),
    ("predict_signature", [""], {}),
    ("predict_signature", ["nothing"], {}),
    ("predict_signature", [""], {"cells": "nothing", "toward": "state"}),
    ("benchmark_signatures", [], {}),
    ("gene_set_show", ["nothing", "at all"], {}),
    ("over_representation", [], {}),
    ("over_representation", [["GENE0001"]], {"side": "low"}),
    ("over_representation", [["GENE0001"]], {"smallest": 9, "largest": 3}),
    ("fetch", [["nothing"]], {}),
    ("fetch", [["essentials"]], {"mirror": "FOLDER"}),
    ("open_evidence", ["lit:nothing"], {}),
    ("sql_query", ["SELECT 1; SELECT 2"], {}),
    ("replay", [["alpha"]], {"rounds": 0}),
    ("replay", [["alpha"]], {"size": 100_000}),
    ("benchmark_biodiscovery", ["FOLDER"], {}),
    ("benchmark_perturbqa", ["FOLDER"], {}),
    ("benchmark_questions", ["FILE"], {}),
    ("benchmark_questions", [], {"size": 0}),
    ("campaign_show", [], {}),
    ("campaign_start", ["pilot", " "], {}),
    ("campaign_start", ["pilot", "x"], {"size": 0}),
    ("campaign_start", ["pilot", "x"], {"mode": "validate"}),
    ("campaign_start", ["pilot", "x"], {"guides_per_gene": 0}),
    ("campaign_start", ["pilot", "x"], {"organism": "mouse", "library": "protein-coding"}),
    ("campaign_close", [], {"reopen": True}),
    ("shortlist", ["x"], {"size": 100_000, "predictor": FAST}),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refusals")
    (folder / "file.csv").write_text("gene,lfc\n" + "".join(f"GENE{i:04d},{i - 30}\n" for i in range(60)))
    return new_workspace(folder), {"FILE": folder / "file.csv", "FOLDER": folder}


@pytest.fixture
def refusal(shared):
    workspace, files = shared

    def call(tool, given, options, on=workspace):
        from importlib import import_module

        function = getattr(import_module(module_of(tool), "tools"), tool)
        given = [files.get(one, one) if isinstance(one, str) else one for one in given]
        options = {name: files.get(one, one) if isinstance(one, str) else one for name, one in options.items()}
        with pytest.raises(HitscoutError) as caught:
            function(on, *given, **options)
        return caught.value

    return call


def names_no_command_line(said):
    return "hitscout " not in said.replace("older hitscout ", "") and re.search(r"(?<![\w-])--[a-z]", said) is None


@pytest.mark.parametrize(("tool", "given", "options"), REFUSED)
def test_a_refusal_names_no_command_line(refusal, tool, given, options):
    error = refusal(tool, given, options)
    assert names_no_command_line(str(error)), str(error)
    for face in (in_commands, in_chat):
        assert re.search(r"`[a-z_]+\(|`[a-z_]+=", face(str(error))) is None, "each face says all of it in its words"


@pytest.mark.parametrize("tool", ["screen_list", "campaign_list", "gene_set_list", "response_list"])
def test_without_a_store_a_script_is_told_how_to_have_one(refusal, shared, tmp_path, tool):
    error = refusal(tool, [], {}, on=replace(shared[0], store=Store(tmp_path / "none.duckdb")))
    assert error.suggestion.startswith("Run `fetch()`")
    assert "`store_path=PATH`" in error.suggestion
    assert names_no_command_line(str(error))


def test_the_tools_that_refusals_name_are_of_the_public_face():
    assert {tool for tool, _, _ in REFUSED} <= set(places())
