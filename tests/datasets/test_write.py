import pytest

from wethink_plugins.datasets.write import remove, replacing, write_text
from wethink_plugins.errors import WeThinkError


def test_a_file_is_replaced_whole_or_left_as_it_was(tmp_path):
    file = write_text(tmp_path / "new" / "a.txt", "old")
    with pytest.raises(ZeroDivisionError), replacing(file) as temporary:
        temporary.write_text("half")
        _ = 1 / 0
    assert file.read_text() == "old" and [f.name for f in file.parent.iterdir()] == ["a.txt"]


def test_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WeThinkError) as caught:
        write_text(tmp_path / "file" / "a.txt", "x")
    assert "can't be written" in str(caught.value) and str(tmp_path) in str(caught.value)


def test_removes_what_is_there(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path in ("file", "file", "none/file"):
        remove(tmp_path / path)
    assert not (tmp_path / "file").exists()
    with pytest.raises(WeThinkError, match="can't be removed"):
        remove(tmp_path / "folder")
