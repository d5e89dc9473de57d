"""A request as a conversation: the system prompt, then images and question, as in training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wethink_plugins.datasets.exporters.render import IMAGE_TAG
from wethink_plugins.inference.request import Request

Turn = dict[str, Any]


def turns(request: Request, prompt: str, picture: Callable[[str | bytes], Turn], plain: bool = True) -> list[Turn]:
    """`picture` makes the content part of an image. `plain`: texts that stand alone are strings, as templates expect
    in a system turn; some take parts only."""
    system: Any = prompt if plain else [{"type": "text", "text": prompt}]
    return [{"role": "system", "content": system}, {"role": "user", "content": _content(request, picture)}]


def _content(request: Request, picture: Callable[[str | bytes], Turn]) -> list[Turn]:
    images = [picture(image) for image in request.images]
    texts = request.question.split(IMAGE_TAG) if IMAGE_TAG in request.question else None
    if texts is None:
        return [*images, {"type": "text", "text": request.question}]
    parts: list[Turn] = []
    for place, text in enumerate(texts):
        parts += [{"type": "text", "text": text}] if text.strip() else []
        parts += images[place : place + 1]
    return parts
