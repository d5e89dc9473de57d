"""Where a stage asks: renders the prompt, sends it, reads the reply, shows the model its mistake, notes every call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, overload

from pydantic import BaseModel

from wethink_plugins.endpoints import Call, CallRefused, Reply
from wethink_plugins.synthesis.asking.model import Model
from wethink_plugins.synthesis.asking.picture import data_url
from wethink_plugins.synthesis.asking.reply_reading import Invalid, read_structure, read_text
from wethink_plugins.synthesis.asking.template import Template
from wethink_plugins.synthesis.records import CallRecord, Draft
from wethink_plugins.synthesis.rejection import Rejected
from wethink_plugins.synthesis.stage import Stage
from wethink_plugins.synthesis.vocabulary import Reason, Role

Structure = TypeVar("Structure", bound=BaseModel)
_CUT_OFF = "The reply is longer than allowed and was cut off. Be shorter."


class Desk:
    """Of one item. `number` is its place in the run (older items are served first), `question` its number at the image.

    `load` gives the picture's bytes; it is run in a thread. `reasks`: how often a model is shown what is wrong with its
    reply. `max_pixels`: larger pictures are made smaller. `domains` are the run's names for them, empty for any.
    """

    def __init__(
        self,
        draft: Draft,
        number: int,
        question: int,
        models: Mapping[str, Model],
        templates: Mapping[tuple[str, str], Template],
        load: Callable[[], bytes],
        reasks: int,
        max_pixels: int,
        domains: tuple[str, ...] = (),
    ) -> None:
        self.number, self.question, self.domains = number, question, domains
        self._draft, self._models, self._templates, self._load = draft, models, templates, load
        self._reasks, self._max_pixels = reasks, max_pixels
        self._picture = ""

    @overload
    async def ask(self, stage: Stage, prompt: str, reply: None = None, **asked: Any) -> str: ...
    @overload
    async def ask(self, stage: Stage, prompt: str, reply: type[Structure], **asked: Any) -> Structure: ...
    async def ask(
        self,
        stage: Stage,
        prompt: str,
        reply: type[BaseModel] | None = None,
        *,
        role: Role | None = None,
        turn: int = 0,
        check: Callable[[Any], None] | None = None,
        reason: Reason = "invalid_output",
        repeat: int = 0,
        **fields: Any,
    ) -> Any:
        """The reply as text, or as `reply`. `fields` go into the prompt; the picture goes along where the role sees.

        `check` raises Invalid with words for the model. Rejected with `reason` when the last reply is still not right.
        `turn` (of a dialogue) and `role` are for the ledger and choose the model; `repeat` tells calls apart that would be
        the same. Unfinished where a server or a limit stops the work: let it pass.
        """
        who = stage.role(role)
        template = self._templates[stage.name, prompt]
        messages: list[dict[str, Any]] = [await self._first(template.render(**fields), stage.roles.get(who, False))]
        for attempt in range(self._reasks + 1):
            call = self._call(who, messages, reply, repeat)
            answer = await self._send(call, stage, who, turn, attempt, template)
            try:
                value = self._read(answer, reply, check)
            except Invalid as error:
                problem = str(error)
            else:
                self._note(call, answer, stage, who, turn, attempt, template)
                return value
            self._note(call, answer, stage, who, turn, attempt, template, problem)
            again = self._templates[stage.name, "again"].render(problem=problem)
            messages = [*messages, {"role": "assistant", "content": answer.text}, {"role": "user", "content": again}]
        raise Rejected(reason, f"{prompt}: {problem}")

    def forget_picture(self) -> None:
        """While an item waits for its round's plan, its picture is not held."""
        self._picture = ""

    async def _first(self, text: str, with_picture: bool) -> dict[str, Any]:
        if not with_picture:
            return {"role": "user", "content": text}
        if not self._picture:
            self._picture = await asyncio.to_thread(lambda: data_url(self._load(), self._max_pixels))
        return {
            "role": "user",
            "content": [{"type": "image_url", "image_url": {"url": self._picture}}, {"type": "text", "text": text}],
        }

    def _call(self, who: Role, messages: list[dict[str, Any]], reply: type[BaseModel] | None, repeat: int) -> Call:
        settings = self._models[who].settings
        schema = _schema(reply) if reply is not None and settings.constrain else None
        return Call(
            tuple(messages), settings.max_tokens, settings.temperature, schema, salt=str(repeat) if repeat else ""
        )

    async def _send(self, call: Call, stage: Stage, who: Role, turn: int, attempt: int, template: Template) -> Reply:
        try:
            return await self._models[who].ask(call, self.number)
        except CallRefused as error:
            self._draft.calls.append(
                CallRecord(
                    stage=stage.name, role=who, turn=turn, attempt=attempt, key=call.digest(), usd=None,
                    model=self._models[who].settings.endpoints[0].model, endpoint="", prompt=template.digest,
                    prompt_tokens=0, completion_tokens=0, finish_reason=f"refused:{error.kind}",
                )
            )  # fmt: skip
            raise Rejected("refused", str(error)) from None

    def _read(self, answer: Reply, reply: type[BaseModel] | None, check: Callable[[Any], None] | None) -> Any:
        if answer.finish_reason == "length":
            raise Invalid(_CUT_OFF)
        value = read_text(answer.text) if reply is None else read_structure(answer.text, reply)
        if check is not None:
            check(value)
        return value

    def _note(
        self, call: Call, answer: Reply, stage: Stage, who: Role, turn: int, attempt: int, template: Template,
        problem: str = "",
    ) -> None:  # fmt: skip
        self._draft.calls.append(
            CallRecord(
                stage=stage.name, role=who, turn=turn, attempt=attempt, key=call.digest(), model=answer.model,
                endpoint=answer.endpoint, prompt=template.digest, prompt_tokens=answer.prompt_tokens,
                completion_tokens=answer.completion_tokens, usd=answer.usd, finish_reason=answer.finish_reason,
                invalid=problem,
            )
        )  # fmt: skip


@cache
def _schema(kind: type[BaseModel]) -> dict[str, Any]:
    """Making it takes milliseconds, and each call needs it."""
    return kind.model_json_schema()
