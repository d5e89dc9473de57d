"""What can be wrong with a row, as one closed list: reports, rejects and tests count by these names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["reject", "repair", "note"]


@dataclass(frozen=True)
class Defect:
    """`action`: a row with it is left out, made good, or kept and counted. `harm`: what it does to a trainer that gets it."""

    name: str
    action: Action
    title: str
    harm: str


_LIST = (
    Defect("broken_line", "reject", "Line that is no JSON object", "readers stop at it"),
    Defect(
        "missing_field", "reject", "Field missing or empty, or under another name", "trains on nothing, or ends the run"
    ),
    Defect("wrong_field_type", "reject", "Field of another type", "columns of mixed type end the reading"),
    Defect("unknown_value", "reject", "Unknown category or reward method", "nobody knows how to pay it"),
    Defect("duplicate_id", "reject", "Id given twice", "rewards and journals mix up two rows"),
    Defect("duplicate_row", "reject", "Same images, problem, options and answer as an earlier row", "counts twice"),
    Defect("media_tag", "reject", "Literal <image>, <video> or <audio>", "taken for a picture that isn't there"),
    Defect("control_token", "reject", "Literal control token of the model", "ends a turn, or stands for a picture"),
    Defect("format_tag", "reject", "Literal think or answer tag inside a text", "teaches a broken format"),
    Defect("unwritable_text", "reject", "NUL or half a surrogate pair", "no file can hold it"),
    Defect("placeholder_text", "reject", "Placeholder where a text should be", "is learned, or can't be answered"),
    Defect("answer_outside_options", "reject", "Answer is none of the options", "no answer can be right"),
    Defect(
        "options_disagree",
        "reject",
        "Options differ from those in the problem",
        "the right letter may be paid as wrong",
    ),
    Defect("unreadable_gold", "reject", "Gold answer that the rules can't read", "right answers are paid zero"),
    Defect(
        "method_against_type",
        "reject",
        "Answer of a sentence or more to be paid by rules",
        "right answers in other words are paid zero",
    ),
    Defect("missing_reasoning", "reject", "No reasoning, for fine-tuning", "teaches to answer without thinking"),
    Defect("image_missing", "reject", "Image file missing", "ends the run"),
    Defect("image_address", "reject", "Image is an address", "nothing downloads it: ends the run"),
    Defect("image_broken", "reject", "Image can't be decoded", "ends the run, some in mid-epoch"),
    Defect("image_tiny", "reject", "Image too small or too narrow for the model", "the processor refuses it"),
    Defect("image_huge", "reject", "Image over Pillow's limit", "Pillow refuses it, or a worker runs out of memory"),
    Defect("too_long", "reject", "Prompt longer than the limit", "image tokens are cut off, and the run ends"),
    Defect("image_tag_in_problem", "repair", "Image placeholders around the problem", "one picture too many"),
    Defect("wrapped_reasoning", "repair", "Think or answer tags around the reasoning", "tags are written twice"),
    Defect("wrapped_answer", "repair", "Answer tags around the answer", "the right answer is paid zero"),
    Defect("options_in_problem", "repair", "Options only in the problem's text", "letters have no texts"),
    Defect("image_rotated", "note", "Image is turned by EXIF only", "the model sees it lying"),
    Defect("image_cmyk", "note", "Image in CMYK", "colours differ from one reader to another"),
    Defect("image_animated", "note", "Animated image", "the model sees the first frame"),
    Defect("image_misnamed", "note", "Image of another type than its name says", "servers that go by the name fail"),
    Defect("unknown_source", "note", "Source that the registry doesn't know", "no licence, no quota"),
    Defect("model_for_rule", "note", "Checkable answer to be paid by a judge", "costs calls that rules would save"),
)
DEFECTS: dict[str, Defect] = {defect.name: defect for defect in _LIST}
