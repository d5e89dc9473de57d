"""A synthetic twin of the published dataset: rows, images and archive parts as there, with planted defects and a key.

    python -m tests.datasets.twin --rows 120000 --out DIR [--parts]

Nothing of the published data is in it; proportions, folders and spellings are made to resemble what is known of it.
"""

from tests.datasets.twin.build import Twin, make_twin

__all__ = ["Twin", "make_twin"]
