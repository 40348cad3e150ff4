"""The options of a campaign's start: described once, and there before anything heavy is imported."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import fields

from tools.campaigns.start.start import campaign_start
from tools.campaigns.start.start_and_propose import shortlist
from tools.campaigns.start.start_options import StartOptions
from tools.parameters import described_fields


def test_each_option_is_described_and_both_tools_take_it():
    options = [one.name for one in fields(StartOptions)]
    assert list(described_fields(StartOptions)) == options
    assert list(inspect.signature(campaign_start).parameters) == ["workspace", "name", *options]
    assert list(inspect.signature(shortlist).parameters)[: len(options) + 1] == ["workspace", *options]


def test_the_options_are_there_without_pandas_numpy_or_a_store():
    code = "import tools.campaigns.start.start_options, sys; print({'pandas', 'numpy', 'duckdb'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
