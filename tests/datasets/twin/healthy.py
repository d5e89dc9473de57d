"""Good rows that look bad at a glance: none of them may be rejected, and none has anything to repair or to note."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.datasets.twin import pictures as p
from tests.datasets.twin.questions import BLANK, CHOICE, DESCRIPTION, Record
from tests.datasets.twin.scene import Scene, Variant, both, images, put, rewrite, shows

if TYPE_CHECKING:
    from PIL.Image import Image

_LOOK = "I look at the picture, then at the question, and at the picture again. "


def _answers(*texts: str) -> tuple[Variant, ...]:
    return tuple(Variant(f"answer {text}", put(answer=text), BLANK) for text in texts)


def _chosen(answer: str, *options: str) -> Variant:
    return Variant(f"option {answer}", put(answer=answer), CHOICE, options)


def _lettered(answer: str, *options: str) -> Variant:
    """The options in the problem's text alone."""
    lines = "".join(f"\n{letter}. {text}" for letter, text in zip("ABCDE", options, strict=False))
    return Variant(f"lettered {answer}", both(rewrite("problem", f"@{lines}\n"), put(answer=answer)), CHOICE)


def _described(answer: str) -> Variant:
    return Variant(f"description {answer[:20]}", put(answer=answer), DESCRIPTION)


def _asked(form: str) -> Variant:
    return Variant(f"problem {form[:30]}", rewrite("problem", form), BLANK)


def _picture(title: str, suffix: str, image: Image, kind: str, **words: object) -> Variant:
    return Variant(title, shows(suffix, partial(p.saved, image, kind, **words)))


def _modes() -> tuple[Variant, ...]:
    """Every one of them decodes, and every host turns it into RGB."""
    drawing, photo = p.drawing(7), p.photo(7)
    return (
        _picture("28 x 28", ".png", p.drawing(6).resize((28, 28)), "PNG"),
        _picture("PNG with alpha", ".png", drawing.convert("RGBA"), "PNG"),
        _picture("palette", ".png", drawing.convert("P"), "PNG"),
        _picture("palette with transparency", ".png", drawing.convert("P"), "PNG", transparency=0),
        _picture("16-bit grey", ".png", drawing.convert("I").point(lambda v: v * 256).convert("I;16"), "PNG"),
        _picture("black and white", ".png", drawing.convert("1"), "PNG"),
        _picture("grey JPEG", ".jpg", photo.convert("L"), "JPEG"),
        _picture("progressive JPEG", ".jpg", photo, "JPEG", progressive=True),
        _picture("suffix in capitals", ".JPG", photo, "JPEG"),
        _picture("suffix .jpeg", ".jpeg", photo, "JPEG"),
        _picture("GIF of one frame", ".gif", drawing.convert("P"), "GIF"),
        _picture("WebP", ".webp", photo, "WEBP"),
        _picture("BMP", ".bmp", photo, "BMP"),
        _picture("long, but not too long", ".png", p.drawing(8, (1900, 32)), "PNG"),
        Variant("EXIF that turns nothing", shows(".jpg", partial(p.rotated, 7, 1))),
    )


def _same_question(record: Record, scene: Scene) -> None:
    """Asked about another picture before."""
    record["problem"], record["answer"] = "How many people are there?", "2"


def _shared_picture(record: Record, scene: Scene) -> None:
    """Two questions about one picture."""
    record["image_path"] = scene.twice()["image_path"]


def near_misses() -> tuple[Variant, ...]:
    return (
        _asked("Is A < B, and B > C? @"),
        _asked("The page says <img src='a.png'>, <b>bold</b> and <answer_key>. @"),
        _asked("What does the <thinking> element do? @"),
        _asked("Take the image in view. (An image, a video or audio?) @"),
        _asked("@ Write |im_end| as it stands."),
        _asked("Let $x_1 \\leq 3$ and $\\frac{a}{b} < 1$. @"),
        _asked("图中有几只杯子?@"),
        _asked("Où est l’été? 😀 ½ ≤ ∞ \u200bمرحبا @"),
        _asked('He said: "How many?\\n" \t@'),
        _asked("TODO lists and questions are on the wall. @"),
        *_answers(
            "None", "none", "0", "-3.5", "1/2", "$\\frac{3}{4}$", "x < 5", "(2, 3)", "12%", "3:45 PM", "Yes", "C"
        ),
        *_answers(
            "New York", "naïve café", "日本", "H₂O", "unknown", "?", "A-12", "$5.00", "1,000", "x^2 + 1", "TODO list"
        ),
        *_answers(
            "red, blue and green", "3:2", "x = 3", "$\\angle ABC = 45^\\circ$", "(-∞, 2]", "\\{1, 2\\}", "√2", "5 or 7"
        ),
        *_answers(
            "O'Neill", "10:30 - 11:30", "$1.5 million", "3 1/2", "May 5, 2001", "±3", "x > 2 and x < 5", "SALE 50% OFF"
        ),
        *_answers(
            "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}", "km/h", "2H2 + O2 -> 2H2O", "...and more", "{name}"
        ),
        *_answers("null hypothesis", "TBD Bank", "«Bonjour»", "한국", "XIV", "<b>", "[1]", "Question 5"),
        _lettered("B.", "Yes", "No"),
        _lettered("4 cm", "3 cm", "4 cm"),
        _lettered("B: 4 cm", "3 cm", "4 cm"),
        _lettered("The blue one", "The red one.", "The blue one."),
        _lettered("C) Both A and B", "x", "y", "Both A and B"),
        _lettered("a dog", "a dog", "a hot dog"),
        _lettered("b", "$\\frac{1}{2}$", "$\\frac{1}{3}$"),
        _chosen("N/A", "yes", "no", "N/A"),
        _chosen("None", "red", "blue", "None"),
        _chosen("None of the above", "red", "blue", "None of the above"),
        _chosen("D", "A and B", "B and C", "All of the above", "None of the above"),
        _chosen("C", "3", "4", "..."),
        _chosen("(B)", "A < B", "A > B"),
        _chosen("B. <img>", "<p>", "<img>", "<video-player>"),
        _chosen("A", "x", "y"),
        _chosen("a", "red", "blue"),
        _chosen("½", "½", "⅓", "¼"),
        Variant("N/A as it is written there", both(rewrite("problem", "@ (The cell may say N/A.)"), put(answer="N/A"))),
        _described("N/A is what the sign says, and the page says <img> beside it."),
        _described("Yes."),
        _described("因为杯子在桌子上。"),
        _described("They differ: A < B, because the label reads 3 < 5. " * 12),
        Variant("long reasoning", put(refined_cot=_LOOK * 300)),
        Variant(
            "reasoning on lines", put(refined_cot="1. Look.\n\n2. Count: a < b.\n\n- 3 cups\n- <b>none</b> left\n")
        ),
        Variant("reasoning of two words", put(refined_cot="I count.")),
        Variant("reasoning with dots", put(refined_cot="Let me see... three cups. TODO: none left.")),
        Variant("no abilities", put(abilities=...)),
        Variant("abilities in a list", put(abilities=["Reasoning", "OCR"])),
        Variant("a further field", put(note="checked", level=3)),
        Variant("number as answer", put(answer=3)),
        Variant("no reward", put(reward=...)),
        Variant("reward auto", put(reward="auto")),
        Variant("descriptive, no reward", put(reward=...), DESCRIPTION),
        Variant("no picture", put(image_path=...)),
        Variant("no picture, empty text", put(image_path="")),
        Variant("no picture, empty list", put(image_path=[])),
        Variant("no picture, null", both(put(image_path=None), rewrite("problem", "Without a picture: @"))),
        Variant("two pictures", images(".jpg", ".jpg")),
        Variant("three pictures", images(".jpg", ".png", ".jpg")),
        Variant("a picture in a list", images(".jpg")),
        Variant("a picture seen before", _shared_picture),
        Variant("a question asked before", _same_question),
        Variant(
            "options on one line", both(rewrite("problem", "@ (A) red (B) blue (C) green"), put(answer="C")), CHOICE
        ),
        Variant(
            "options on one line, dots", both(rewrite("problem", "@ A. red B. blue"), put(answer="B. blue")), CHOICE
        ),
        Variant("lettered options", put(answer="A", options=["A. red", "B. blue"]), CHOICE),
        Variant("options by letter", put(answer="B", options={"A": "red", "B": "blue"}), CHOICE),
        Variant(
            "options twice, alike",
            both(rewrite("problem", "@\nA. red\nB. blue"), put(answer="B", options=["red", "blue"])),
            CHOICE,
        ),
        Variant("an id", lambda record, scene: record.update(id=f"own-{scene.serial}")),
        Variant("a number as id", lambda record, scene: record.update(id=900_000_000 + scene.serial)),
        *_modes(),
    )
