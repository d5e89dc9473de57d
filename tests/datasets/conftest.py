"""The twin that several tests read: made once."""

import pytest

from tests.datasets.twin import make_twin

ROWS = 2000


@pytest.fixture(scope="session")
def twin(tmp_path_factory):
    return make_twin(tmp_path_factory.mktemp("twin") / "data", ROWS)
