import pytest

from wethink_plugins.counted import counted


@pytest.mark.parametrize(
    ("number", "noun", "form", "said"),
    [
        (1, "row", "", "1 row"),
        (0, "row", "", "0 rows"),
        (2, "journal line", "", "2 journal lines"),
        (1200, "reply", ",", "1,200 replies"),
        (2, "day", "", "2 days"),
        (3, "batch", "", "3 batches"),
        (1, "class", "", "1 class"),
        (3, "process", "", "3 processes"),
    ],
)
def test_one_and_many(number, noun, form, said):
    assert counted(number, noun, form) == said
