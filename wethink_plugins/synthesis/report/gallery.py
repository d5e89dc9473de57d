"""Items as cards: picture, dialogue, question, answers, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wethink_plugins.report import Card, Fact
from wethink_plugins.synthesis.report.cards import Read, picture
from wethink_plugins.synthesis.vocabulary import REASONS

_CALLED = {"vision": "who sees the picture", "text": "who reads the description"}


def cards_of(cards: Sequence[Mapping[str, Any]], read: Read | None = None) -> list[Card]:
    """`cards` as in the figures. A picture that can't be had leaves its card without one, and says why."""
    return [_card(card, read or _read) for card in cards]


def _read(image: Any) -> bytes:
    from wethink_plugins.synthesis.sources import read

    return read(image)


def _card(card: Mapping[str, Any], read: Read) -> Card:
    uri, missing = picture(card["image"], read)
    facts = [Fact("no picture", missing, "bad")] if missing else []
    title = card["question"] or "(no question was written)"
    place = f"{card['item']}, round {card['round'] + 1}"
    return Card(title, [*facts, *_facts(card)], uri, place, _told(card), "description and dialogue")


def _facts(card: Mapping[str, Any]) -> list[Fact]:
    outcome, facts = card["outcome"], []
    if outcome["kind"] == "rejected":
        reason = REASONS.get(outcome["reason"], outcome["reason"])
        facts.append(
            Fact(
                f"rejected by {outcome['stage'] or 'the run'}: {outcome['reason']}", outcome["detail"] or reason, "bad"
            )
        )
    if card["options"]:
        facts.append(Fact("options", "\n".join(card["options"]), code=True))
    if card["answer"]:
        facts.append(Fact("answer", card["answer"], "good" if outcome["kind"] == "accepted" else ""))
    facts += [Fact("kind", _kind(card))] if _kind(card) else []
    for who, said in card["answers"].items():
        facts.append(Fact(f"{_CALLED.get(who, who)} says", said["answer"]))
    facts += _settled(card)
    facts += [
        Fact(f"{one['stage']} objects", one["problem"] or "not valid", "bad")
        for one in card["checks"]
        if not one["valid"]
    ]
    if card["cot"]:
        facts.append(Fact("chain of thought", card["cot"]))
    return facts  # fmt: skip


def _kind(card: Mapping[str, Any]) -> str:
    written = [part for part in (card["question_type"], card["abilities"], card["domain"]) if part]
    asked = f" (asked for: {card['asked_for']})" if card["asked_for"] else ""
    return f"{', '.join(written) or '–'}{asked}" if written or asked else ""


def _settled(card: Mapping[str, Any]) -> list[Fact]:
    facts = []
    agreement, arbitration = card["agreement"], card["arbitration"]
    if agreement:
        text = ("the same" if agreement["agree"] else "different") + (
            f": {agreement['why']}" if agreement["why"] else ""
        )
        facts.append(Fact(f"compared by {agreement['by']}", text))
    if arbitration:
        text = f"{arbitration['choice']}" + (f": {arbitration['why']}" if arbitration["why"] else "")
        facts.append(Fact("the arbiter finds right", text))
    return facts


def _told(card: Mapping[str, Any]) -> list[Fact]:
    """What the models made of the picture: the first description, what was asked, the last one."""
    facts = [Fact("first description", card["description"], "quiet")] if card["description"] else []
    for number, turn in enumerate(card["dialogue"], 1):
        pairs = zip(turn["questions"], [*turn["answers"], *[""] * len(turn["questions"])], strict=False)
        text = "\n".join(f"Q: {question}\nA: {answer or '(no answer)'}" for question, answer in pairs)
        missing = f"Missing: {'; '.join(turn['missing'])}\n" if turn["missing"] else ""
        facts.append(Fact(f"turn {number}", missing + text, code=True))
    return facts + ([Fact("refined description", card["detail"])] if card["detail"] else [])
