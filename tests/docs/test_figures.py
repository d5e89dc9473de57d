"""Figures in the pages that the software can say: a page that gets old fails here."""

from __future__ import annotations

import importlib.util
import json
import re

import pytest

from tests.docs.blocks import CHECKOUT, pages


def texts():
    return {page: (CHECKOUT / page).read_text(encoding="utf-8") for page in pages()}


def attacks():
    from wethink_plugins.rewards.redteam import attacks as found

    return len(found())


def defects():
    from wethink_plugins.datasets.defects import DEFECTS

    return len(DEFECTS)


def labelled():
    from wethink_plugins.rewards.judge.labelled import read_labelled

    return len(read_labelled())
