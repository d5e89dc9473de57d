"""The pages of docs/tasks for a host, typed from beginning to end in that host's own environment."""

from fnmatch import fnmatchcase

import pytest

pytest.importorskip("markdown_it", reason="needs markdown-it-py, which newer versions of rich bring")

from tests.docs.scenes import scene_of
from tests.docs.typed import faults_of

pytestmark = [pytest.mark.host, pytest.mark.slow]
# Of every page, what changes the environment, and what has to be filled in.
_NOT = ("pip *", "make *", "* ...")


@pytest.mark.parametrize(("page", "environment"), [("llamafactory", "sft"), ("trl", "grpo"), ("verl", "grpo")])
def test_a_page_from_beginning_to_end_in_its_host(page, environment, tmp_path, request):
    folder = request.getfixturevalue(environment).folder
    page = f"docs/tasks/{page}.md"
    scene = scene_of(page, tmp_path / "scene", str(folder / "bin" / "python"))
    scene.env |= {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}
    faults = faults_of(page, scene, lambda command: not any(fnmatchcase(command.shown, one) for one in _NOT))
    assert not faults, "\n\n".join(faults)
