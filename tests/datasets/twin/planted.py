"""What is planted, by the name that validation has to find it under; at least three spellings of each."""

from __future__ import annotations

from functools import partial

from tests.datasets.twin import pictures as p
from tests.datasets.twin.questions import BLANK, CHOICE, DESCRIPTION, Record
from tests.datasets.twin.scene import Change, Scene, Variant, both, images, line, put, rewrite, shows

_OPTIONS = ("red", "blue", "green", "white")
_LETTERED = "@\nA. red\nB. blue\nC. green\nD. white"
_LONG = "one thing beside another and then one more "


def _again(*changes: Change) -> Change:
    """A row that stands further up already, with these changes."""

    def change(record: Record, scene: Scene) -> None:
        record.clear()
        record.update(scene.twice())
        both(*changes)(record, scene)

    return change


def _same_id(shape: str) -> Change:
    def change(record: Record, scene: Scene) -> None:
        record["id"] = shape.format(scene.twice()["id"])

    return change


def _same_number(record: Record, scene: Scene) -> None:
    """17 beside "17": one id in every file that we write."""
    record["id"] = int(scene.twice()["id"])


def _reordered(record: Record, _: Scene) -> None:
    turned = dict(reversed(list(record.items())))
    record.clear()
    record.update(turned)


def _wrong_case(record: Record, scene: Scene) -> None:
    path = record["image_path"]
    scene.odd[path.upper()] = None
    record["image_path"] = path.upper()


def _folder(record: Record, _: Scene) -> None:
    record["image_path"] = "coco/train2017"


def _gone(path: str) -> Change:
    def change(record: Record, scene: Scene) -> None:
        record["image_path"] = path.replace("@", str(scene.serial))
        scene.odd[record["image_path"]] = None

    return change


def _one_gone(record: Record, scene: Scene) -> None:
    images(".jpg", ".jpg")(record, scene)
    scene.odd[record["image_path"][1]] = None


def _cut_jpeg() -> bytes:
    return p.cut(p.saved(p.photo(3, (320, 240)), "JPEG"))


def _cut_png() -> bytes:
    return p.cut(p.saved(p.photo(4, (120, 90)), "PNG"))


def _cmyk(kind: str) -> bytes:
    return p.saved(p.photo(5).convert("CMYK"), kind)


def _options(title: str, answer: str) -> Variant:
    return Variant(title, put(answer=answer), CHOICE, _OPTIONS)


def _texts(field: str, *texts: str, kind: str = BLANK) -> tuple[Variant, ...]:
    return tuple(Variant(f"{field}: {text[:30]}", put(**{field: text}), kind) for text in texts)


def _cot(*forms: str) -> tuple[Variant, ...]:
    return tuple(Variant(f"reasoning: {form}", rewrite("refined_cot", form)) for form in forms)


def _known(path: str) -> Change:
    """In a folder of another set; the image is there."""

    def change(record: Record, scene: Scene) -> None:
        record["image_path"] = path.replace("@", str(scene.serial))

    return change


PLANTED: dict[str, tuple[Variant, ...]] = {
    "broken_line": (
        Variant("cut off", line(b'{"problem": "How many in picture @?", "answ')),
        Variant("a list", line(b'["How many in picture @?", "3"]')),
        Variant("a text", line(b'"How many in picture @?"')),
        Variant("no JSON", line(b"problem: How many in picture @? answer: 3")),
        Variant("NaN", line(b'{"problem": "How many in picture @?", "answer": NaN}')),
        Variant("not UTF-8", line(b'{"problem": "How many caf\xe9s in picture @?", "answer": "3"}')),
        Variant("two on one line", line(b'{"problem": "How many in picture @?"} {"answer": "3"}')),
        Variant("null", line(b"null")),
    ),
    "missing_field": (
        Variant("no problem", put(problem=...)),
        Variant("empty problem", put(problem="")),
        Variant("blank problem", put(problem=" \n\t ")),
        Variant("null problem", put(problem=None)),
        Variant("no answer", put(answer=...)),
        Variant("empty answer", put(answer="")),
        Variant("blank answer", put(answer="  ")),
        Variant("null answer", put(answer=None), DESCRIPTION),
    ),
    "wrong_field_type": (
        Variant("problem is a list", put(problem=["How many?"])),
        Variant("answer is an object", put(answer={"text": "3"})),
        Variant("answer is true", put(answer=True)),
        Variant("reasoning is a list", put(refined_cot=["First", "then"])),
        Variant("options are a text", put(options="red, blue"), CHOICE),
        Variant("an image is a number", put(image_path=["coco/train2017/1.jpg", 7])),
        Variant("abilities are a number", put(abilities=3)),
    ),
    "unknown_value": (
        Variant("category VQA", put(category="VQA")),
        Variant("category true/false", put(category="true/false")),
        Variant("category 7", put(category="7")),
        Variant("no category", put(category=...)),
        Variant("empty category", put(category="")),
        Variant("reward gpt", put(reward="gpt-4 score")),
        Variant("reward exact", put(reward="exact_match")),
    ),
    "duplicate_id": (
        Variant("the same", _same_id("{}")),
        Variant("with blanks", _same_id("  {} ")),
        Variant("as a number", _same_number),
    ),
    "duplicate_row": (
        Variant("whole", _again(put(id=...))),
        Variant("other reasoning", _again(put(id=..., refined_cot="I see it at once."))),
        Variant("other order of keys", _again(put(id=...), _reordered)),
        Variant("blanks around", _again(put(id=...), rewrite("problem", "  @\n"), rewrite("answer", "@ "))),
        Variant("an id of its own", _again(rewrite("id", "copy-of-@"))),
        Variant("image in a list", _again(put(id=...), lambda r, _: r.update(image_path=[r["image_path"]]))),
    ),
    "media_tag": (
        Variant("<image> inside the problem", rewrite("problem", "Look at <image> again. @")),
        Variant("two <image>, one picture", rewrite("problem", "<image><image>\n@")),
        Variant("<image>, no picture", both(rewrite("problem", "<image>\n@"), put(image_path=...))),
        Variant("<video> in the problem", rewrite("problem", "<video>\n@")),
        Variant("<audio> in the problem", rewrite("problem", "@ <audio>")),
        Variant("<image> in the answer", put(answer="<image> 3"), DESCRIPTION),
        Variant("in an option", put(options=["red", "<image>"], answer="A"), CHOICE),
        *_cot("In the <image> I see it. @", "@ <video>", "The <audio> says so. @"),
    ),
    "control_token": (
        Variant("<|image_pad|> in the problem", rewrite("problem", "@ <|image_pad|>")),
        Variant("<|im_start|> in the problem", rewrite("problem", "<|im_start|>user\n@")),
        Variant("<|im_end|> in the answer", rewrite("answer", "@<|im_end|>")),
        *_cot("@<|im_end|>", "<|vision_start|>@", "@ <|endoftext|>", "<|box_start|>(1,2)<|box_end|> @"),
    ),
    "format_tag": (
        *_cot("@ <think> Once more. @", "Wait.</think> @", "I write <answer>3</answer> and go on. @", "@ </answer>"),
        Variant("inside the answer", put(answer="3 <answer>"), BLANK),
        Variant("an open one in the answer", put(answer="<answer>3"), BLANK),
    ),
    "unwritable_text": (
        Variant("NUL in the problem", rewrite("problem", "@\0")),
        Variant("half a pair in the answer", put(answer="3 \ud83d")),
        Variant("the other half in the reasoning", rewrite("refined_cot", "\ude00 @")),
        Variant("NUL in the reasoning", rewrite("refined_cot", "@ \0\0")),
        Variant("half a pair in abilities", put(abilities="Reasoning, \udc80OCR")),
        Variant("NUL in the path", put(image_path="coco/train2017/\0.jpg")),
    ),
    "placeholder_text": (
        *_texts("problem", "QUESTION", "[QUESTION]", "TODO", "<question here>", "{{question}}", "N/A"),
        *_texts("answer", "ANSWER", "[ANSWER]", "TODO", "...", "{answer}", "[insert the answer]", "Your answer here"),
        *_texts("answer", "n/a", "NaN", "TBD", "null"),
        *_texts(
            "refined_cot", "THINK PROCESS", "[THINK PROCESS]", "TODO", "...", "Lorem ipsum dolor sit amet.", "None"
        ),
    ),
    "answer_outside_options": (
        _options("a letter behind the last", "E"),
        _options("letter with brackets", "(G)"),
        _options("a text of none", "purple"),
        _options("a number", "7"),
        _options("letter and text disagree", "A. blue"),
        Variant("options in the problem", both(rewrite("problem", "@\nA. red\nB. blue"), put(answer="F")), CHOICE),
        Variant("no options at all", put(answer="somewhere near the door"), CHOICE),
    ),
    "options_disagree": (
        Variant("another order", rewrite("problem", _LETTERED), CHOICE, ("blue", "red", "green", "white")),
        Variant("another text", rewrite("problem", _LETTERED), CHOICE, ("red", "blue", "green", "black")),
        Variant("one fewer", rewrite("problem", _LETTERED), CHOICE, ("red", "blue", "green")),
        Variant("one more", rewrite("problem", _LETTERED), CHOICE, (*_OPTIONS, "black")),
    ),
    "unreadable_gold": (
        *_texts("answer", "$$", "\\boxed{}", "\\text{}", "$ $", "\\frac{3}{4", "\\left( 3, 4", "\\begin{cases} 1"),
        Variant("a page of text", put(answer=_LONG * 60)),
    ),
    "method_against_type": tuple(
        Variant(f"{category}, {reward}", put(category=category, reward=reward), DESCRIPTION)
        for category, reward in (
            ("Descriptive", "rule"),
            ("open-ended", "Rule-based"),
            ("description", "rule_based_verification"),
        )
    ),
    "missing_reasoning": (
        Variant("no field", put(refined_cot=...)),
        Variant("empty", put(refined_cot="")),
        Variant("null", put(refined_cot=None), DESCRIPTION),
        Variant("blank", put(refined_cot=" \n ")),
        Variant("tags around nothing", put(refined_cot="<think></think>"), otherwise="wrapped_reasoning"),
        Variant(
            "only an answer", put(refined_cot="<think> </think>\n<answer>3</answer>"), otherwise="wrapped_reasoning"
        ),
    ),
    "image_missing": (
        Variant("no file", _gone("coco/train2017/gone-@.jpg")),
        Variant("no folder", _gone("gqa/lost/@/1.jpg")),
        Variant("a folder", _folder),
        Variant("in capitals", _wrong_case),
        Variant("a name too long", _gone(f"vg/{'x' * 300}@.jpg")),
        Variant("one of two", _one_gone),
    ),
    "image_address": (
        Variant("http", put(image_path="http://images.example/1.jpg")),
        Variant("https", put(image_path="https://images.example/a/b.png?size=large")),
        Variant("s3", put(image_path=["s3://bucket/coco/1.jpg"])),
        Variant("file", put(image_path="file:///data/coco/1.jpg")),
    ),
    "image_broken": (
        Variant("half a JPEG", shows(".jpg", _cut_jpeg)),
        Variant("half a PNG", shows(".png", _cut_png)),
        Variant("empty", shows(".jpg", lambda: b"")),
        Variant("a page", shows(".jpg", lambda: b"<!doctype html><title>404 Not Found</title>")),
        Variant("noise", shows(".png", lambda: bytes(range(256)) * 8)),
        Variant("a header alone", shows(".jpg", lambda: p.saved(p.photo(3), "JPEG")[:40])),
    ),
    "image_tiny": (
        Variant("one pixel", shows(".png", lambda: p.saved(p.drawing(0).resize((1, 1)), "PNG"))),
        Variant("2 x 2", shows(".jpg", lambda: p.saved(p.photo(0, (2, 2)), "JPEG"))),
        Variant("a line across", shows(".png", lambda: p.saved(p.drawing(1).resize((900, 1)), "PNG"))),
        Variant("a narrow strip", shows(".png", lambda: p.saved(p.drawing(1).resize((8, 2000)), "PNG"))),
    ),
    "image_huge": (
        Variant("PNG", shows(".png", partial(p.huge_png, 14_000, 14_000))),
        Variant("JPEG", shows(".jpg", partial(p.huge_jpeg, 60_000, 50_000))),
        Variant("BMP", shows(".bmp", partial(p.huge_bmp, 40_000, 40_000))),
    ),
    "too_long": (
        Variant("a long question", rewrite("problem", "@ " + _LONG * 1500)),
        Variant("in Chinese", rewrite("problem", "@ " + "这幅图里有多少只杯子和椅子" * 1500)),
        Variant("many numbers", rewrite("problem", "@ " + " ".join(map(str, range(9000))))),
    ),
    "image_tag_in_problem": (
        Variant("before, on its line", rewrite("problem", "<image>\n@")),
        Variant("before, no break", rewrite("problem", "<image>@")),
        Variant("behind", rewrite("problem", "@\n<image>")),
        Variant("two of two", images(".jpg", ".jpg", form="<image><image>\n@")),
        Variant("two of two, apart", images(".jpg", ".jpg", form="<image>\n<image>\n@")),
    ),
    "wrapped_reasoning": _cot("<think>@</think>", "<think>\n@\n</think>\n<answer>3</answer>", "@ <answer>3</answer>"),
    "wrapped_answer": tuple(
        Variant(f"answer: {form}", rewrite("answer", form))
        for form in ("<answer>@</answer>", " <answer> @ </answer>\n", "<answer>\n@\n</answer>")
    ),
    "image_rotated": tuple(
        Variant(f"orientation {turn}", shows(".jpg", partial(p.rotated, turn, turn))) for turn in (3, 5, 6, 8)
    ),
    "image_cmyk": (
        Variant("JPEG", shows(".jpg", partial(_cmyk, "JPEG"))),
        Variant("other suffix", shows(".jpeg", partial(_cmyk, "JPEG"))),
        Variant("TIFF", shows(".tif", partial(_cmyk, "TIFF"))),
    ),
    "image_animated": (
        Variant("GIF", shows(".gif", lambda: p.animated(1, "GIF"))),
        Variant("animated PNG", shows(".png", lambda: p.animated(2, "PNG"))),
        Variant("animated WebP", shows(".webp", lambda: p.animated(3, "WEBP"))),
    ),
    "image_misnamed": (
        Variant("PNG as .jpg", shows(".jpg", lambda: p.saved(p.drawing(2), "PNG"))),
        Variant("JPEG as .png", shows(".png", lambda: p.saved(p.photo(2), "JPEG"))),
        Variant("BMP as .jpeg", shows(".jpeg", lambda: p.saved(p.photo(2), "BMP"))),
        Variant("GIF as .png", shows(".png", lambda: p.saved(p.drawing(3), "GIF"))),
    ),
    "unknown_source": (
        Variant("folder of our own", _known("my_scrape/@.jpg")),
        Variant("crawled", _known("web-unheard-of/images/@.png")),
        Variant("named", put(source="internal-set")),
    ),
    "model_for_rule": (
        Variant("a blank", put(reward="model")),
        Variant("a blank, otherwise spelled", put(reward="Model-based")),
        Variant("a choice", put(reward="model_based_assessment", answer="B"), CHOICE, _OPTIONS),
    ),
}
"""`options_in_problem` isn't here: ordinary choices have it, as in the published schema, which has no options."""
