"""`wethink judge calibrate | stability`: is this judge fit to pay answers?"""

from __future__ import annotations

import typer

from wethink_plugins.cli import judge_calibrate, judge_stability

app = typer.Typer(no_args_is_help=True, help="Measure the judge before and while it pays.")
app.command("calibrate")(judge_calibrate.calibrate)
app.command("stability")(judge_stability.stability)
