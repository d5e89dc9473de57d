"""Loaded by verl through VERL_USE_EXTERNAL_MODULES: a random model answers nothing, and nothing answered asks no judge.

Each response is replaced by an answer that no rule decides; all that comes after that is the run's own.
"""

import itertools

from wethink_plugins.adapters import verl_sample

_sample_of = verl_sample.sample_of
_calls = itertools.count()


def answered(response, *arguments, **more):
    return _sample_of(f"<think>I look.</think><answer>story {next(_calls)}</answer>", *arguments, **more)


verl_sample.sample_of = answered
