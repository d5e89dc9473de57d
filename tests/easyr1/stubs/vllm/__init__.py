"""Lets EasyR1 be imported where vLLM can't be installed. Nothing in here generates."""

__version__ = "0"


class LLM:
    def __init__(self, *_, **__):
        raise RuntimeError("there is no vLLM here")


RequestOutput = SamplingParams = LLM
