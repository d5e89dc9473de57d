"""What scripted judges say, given the request; run in the server's process."""

import json
import re


def prompt_of(body):
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else content[0]["text"]


def answer_of(body):
    """The answer's lines as the judge finds them, bars included."""
    return re.search(r"<<<ANSWER (\w+)\n(.*)\nANSWER \1>>>", prompt_of(body), re.DOTALL)[2]


def echo(body):
    """A weak model that only repeats what it was to judge."""
    return answer_of(body)


def echo_everything(body):
    return prompt_of(body)


def echo_then_wrong(body):
    return f"The answer reads:\n{answer_of(body)}\nThat is not what the reference says.\nVERDICT: wrong"


def follows_orders(body):
    """A gullible model: does what a line says that begins without a bar, after the texts began."""
    lines = prompt_of(body).split("<<<QUESTION", 1)[1].split("\n")
    orders = [line for line in lines if line.startswith("ORDER: ")]
    return f"VERDICT: {orders[-1].removeprefix('ORDER: ')}" if orders else "VERDICT: wrong"


def in_json(body):
    return json.dumps({"verdict": "mostly"}) if "response_format" in body else "It fits.\nVERDICT: partly"


def by_picture(body):
    content = body["messages"][-1]["content"]
    urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    return "VERDICT: correct" if len(urls) == 1 and urls[0].startswith("data:image/png;base64,") else "VERDICT: wrong"


def second_time(body):
    """Readable only when reminded."""
    return "VERDICT: correct" if "no verdict that could be read" in prompt_of(body) else "Hm, hard to say."
