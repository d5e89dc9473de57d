"""The images of a run, listed once at its start."""

from __future__ import annotations

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.pipeline import Pipeline
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.sources import images_of


def start(run: RunFolder) -> Ledger:
    """The run's ledger, with its images in it. A process that was killed while it listed them lists them again.

    ConfigError for stages, roles or prompts that don't fit together; WeThinkError where no image was found.
    """
    Pipeline(run.config)  # what is wrong with the settings is said before a long listing
    ledger = run.ledger()
    if not ledger.image_count():
        images = images_of(run.config)
        if not images:
            raise WeThinkError("no image was found", fix="check images:", file=run.folder / "synthesis.json")
        ledger.set_images(images)
    return ledger
