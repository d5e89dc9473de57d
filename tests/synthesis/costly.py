"""What a model server answers where only cost matters: lengths and turns are drawn by heavy-tailed laws, by the image.

Each description names its picture, so that later prompts, which have no image, are told apart. The rest follows the form
that the prompt asks for, known by the title of its schema.
"""

import hashlib
import random
import re

_NAMED = re.compile(r"scene (\d+)")
_ABILITIES = ["reasoning", "recognition", "knowledge", "ocr", "spatial_awareness", "maths"]
_WORDS = "the lamp stands left of a red door and two birds rest on its upper edge while rain falls".split()


def reply(body):
    parts = [part for message in body["messages"] for part in _parts(message)]
    text = "\n".join(part["text"] for part in parts if "text" in part)
    pictures = [part["image_url"]["url"] for part in parts if "image_url" in part]
    number = _number(text, pictures)
    form = body.get("response_format", {}).get("json_schema", {}).get("schema", {}).get("title", "Description")
    draw = random.Random(f"{number} {form} {len(pictures)} {text.count('<<<ASKED')}")
    return _json(_FORMS[form](draw, number, text, bool(pictures)))


def _parts(message):
    content = message["content"]
    return content if isinstance(content, list) else [{"text": content}]


def _number(text, pictures):
    named = _NAMED.search(text)
    if named:
        return int(named[1])
    return int(hashlib.sha256(pictures[0].encode() if pictures else text.encode()).hexdigest()[:8], 16)


def _json(value):
    import json

    return value if isinstance(value, str) else json.dumps(value)


def words(draw, median, spread):
    """A lognormal number of words, from a list: what a server is paid by."""
    count = max(3, min(20 * median, int(draw.lognormvariate(0, spread) * median)))
    return " ".join(draw.choice(_WORDS) for _ in range(count))


def _description(draw, number, text, seen):
    return f"This is scene {number}: {words(draw, 120, 0.6)}."


def _inquiry(draw, number, text, seen):
    """Four in ten want one turn, others more."""
    if draw.random() < 0.4:
        return {"enough": True, "missing": [], "questions": []}
    asked = [f"What of scene {number}, {words(draw, 8, 0.3)}?" for _ in range(draw.randint(1, 4))]
    return {"enough": False, "missing": ["colours"], "questions": asked}


def _told(draw, number, text, seen):
    return {"answers": [words(draw, 15, 0.8) for _ in range(text.count("<<<QUESTION"))]}


def _asked(draw, number, text, seen):
    question = f"In scene {number} of the image, how many are there, {words(draw, 14, 0.4)}?"
    if "multiple choice" in text:
        return {"question": question, "options": ["one", "two", "three", "four"], "answer": "B", "domain": "scenes"}
    answer = str(number) if "short text" in text else f"There are {number} of them."
    return {"question": question, "options": [], "answer": answer, "domain": "scenes"}


def _checked(draw, number, text, seen):
    return {"valid": draw.random() < 0.85, "problem": ""}


def _seen(draw, number, text, seen):
    return {"valid": draw.random() < 0.9, "problem": "", "abilities": _ABILITIES if draw.random() < 0.85 else []}


def _answered(draw, number, text, seen):
    """One in four answers is off; who thinks without the picture thinks long."""
    off = draw.random() < 0.25
    if "letter" in text:
        answer = "C" if off else "B"
    else:
        answer = str(number + off) if "short answer alone" in text else f"There are {number + off} of them."
    return {"reasoning": words(draw, 120 if seen else 400, 0.9), "answer": answer}


def _same(draw, number, text, seen):
    return {"agree": draw.random() < 0.6, "why": ""}


def _arbitrated(draw, number, text, seen):
    return {"choice": draw.choice(["first", "second", "neither"]), "why": words(draw, 60, 0.8)}


def _refined(draw, number, text, seen):
    final = re.search(r"<<<FINAL_ANSWER \w+\n\| (.*)", text)
    return {"reasoning": f"I look at the image: {words(draw, 100, 0.5)}.", "answer": final[1]}


def _classified(draw, number, text, seen):
    return {"domain": "scenes"}


_FORMS = {
    "Description": _description, "Inquiry": _inquiry, "Told": _told, "Asked": _asked, "Checked": _checked, "Seen": _seen,
    "Answered": _answered, "Same": _same, "Arbitrated": _arbitrated, "Refined": _refined, "Classified": _classified,
}  # fmt: skip
