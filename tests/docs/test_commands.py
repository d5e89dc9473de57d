"""Every command of README and docs is typed here, or stands in not_run.yaml with the reason."""

from __future__ import annotations

import pytest

pytest.importorskip("markdown_it", reason="needs markdown-it-py, which newer versions of rich bring")

from tests.docs.blocks import CHECKOUT, pages
from tests.docs.not_run import entries, entry_of, way_of
from tests.docs.parsed import complaint
from tests.docs.scenes import SCENES, scene_of
from tests.docs.shell import commands_of
from tests.docs.typed import faults_of

COMMANDS = [command for page in pages() for command in commands_of(page)]
RUN = sorted({command.page for command in COMMANDS if way_of(command) == "run"})
LISTED = [command for command in COMMANDS if entry_of(command)]


@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_run_in_order_in_one_folder(page, tmp_path):
    scene = scene_of(page, tmp_path / "scene")
    faults = faults_of(page, scene, lambda command: way_of(command) == "run")
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize(
    "command", [c for c in LISTED if way_of(c) == "parsed"], ids=lambda c: f"{c.place} {c.shown[:40]}"
)
def test_what_is_not_run_is_taken_by_its_own_parser(command):
    assert complaint(command) == ""


def test_what_is_not_run_names_a_test_that_is_there():
    named = {entry.checked for entry in entries()} - {"parser", "nothing"}
    assert [file for file in sorted(named) if not (CHECKOUT / file).is_file()] == []


def test_every_entry_of_the_list_is_for_a_command_of_a_page():
    first = {next((one for one in entries() if one.fits(command)), None) for command in COMMANDS}
    assert [entry for entry in entries() if entry not in first] == []


def test_every_scene_is_for_a_page():
    assert [page for page in SCENES if page not in pages()] == []
