"""What a terminal's width does to tables."""

from wethink_plugins.cli.output import say_table


def test_a_title_longer_than_its_table_stays_one_line_as_it_is(capsys):
    title = "judge offline [stand-in] on /a/long/path/to/labelled.jsonl: 379 rows, 0 unscored, 0 ungradable"
    say_table(title, ("", "value"), [("kappa", "0.5")])
    assert capsys.readouterr().out.splitlines()[0].rstrip() == title
