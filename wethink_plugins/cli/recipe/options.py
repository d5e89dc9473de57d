"""What `recipe show` and `recipe run` have in common."""

from __future__ import annotations

from typing import Annotated

import typer

from wethink_plugins.cli.options import OptionalText, OptionalTexts

NameArgument = Annotated[str, typer.Argument(help="A name that `wethink recipe list` gives.")]
HostOption = Annotated[
    OptionalText, typer.Option("--host", help="verl, easyr1 or llamafactory: where NAME is a variant that has several.")
]
WithOption = Annotated[
    OptionalTexts,
    typer.Option("--with", help="A variant to lay over it; may be given again.", show_default=False),
]
