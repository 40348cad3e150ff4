"""``doctor`` on the command line: exit code 1 when something needs mending."""

from __future__ import annotations

import json

from db.store import Store


def test_doctor_exits_with_1_and_names_the_command_that_mends(cli):
    manifest = Store(cli.store).manifest_path
    manifest.write_text("{")
    broken = cli("doctor", "--json")
    assert broken.returncode == 1
    found = json.loads(broken.stdout)["findings"]
    assert any(one["state"] == "mend" and "--mend" in one["remedy"] for one in found)
    mended = cli("doctor", "--mend", "--json")
    assert not any(one["about"] == "store" and one["state"] == "mend" for one in json.loads(mended.stdout)["findings"])
    again = cli("doctor")
    assert "opens and agrees" in " ".join(again.stdout.split())
