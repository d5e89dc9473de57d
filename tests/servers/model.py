"""The server's own process: `python -m tests.servers.model SETTINGS_JSON`. Speaks enough HTTP/1.1 for any client.

Written on plain asyncio, because dropped connections, half an answer and a slow drip are what frameworks prevent, and
because a benchmark's server must cost little beside the client.
"""

import asyncio
import collections
import hashlib
import importlib
import json
import os
import sys
import time

from tests.servers.script import completion, planned, prompt_of, respond

_HANG_S = 60
_REFUSED_AS = {"root_enum": "Invalid schema: 'enum' is not permitted here", "response_format": "response_format is not supported", "structured_outputs": "Extra inputs are not permitted", "guided_json": "Extra inputs are not permitted"}  # fmt: skip


class Server:
    def __init__(self, settings):
        self.model = settings.get("model", "scripted")
        self.text = settings.get("text", "VERDICT: correct")
        self.plan = settings.get("plan", {})
        self.latency_s = settings.get("latency_s", 0.0)
        self.refuse = settings.get("refuse", [])
        self.key = settings.get("key")
        self.context = settings.get("context")
        self.answers_as = settings.get("answers_as")
        self.log = open(settings["log"], "a", buffering=1) if settings.get("log") else None  # noqa: SIM115
        self.reply = _function(settings.get("reply"), settings.get("script"))
        self.slots = asyncio.Semaphore(settings.get("capacity", 1_000_000))
        self.busy = Busy()
        self.seen = collections.Counter(settings.get("seen", {}))
        self.number = 0

    async def serve(self, reader, writer):
        try:
            while await self.one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def one(self, reader, writer):
        """Answers one request; False ends the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path = first.split(" ")[1]
        if path.endswith("/models"):
            return send(writer, 200, {}, {"object": "list", "data": [{"id": self.model, "object": "model"}]})
        if path.endswith("/stats"):
            return send(writer, 200, {}, self.busy.told())
        if path.endswith("/tokenize") and self.context:
            count = len(prompt_of(json.loads(body)).split())
            return send(writer, 200, {}, {"count": count, "max_model_len": self.context, "tokens": []})
        if not path.endswith("/chat/completions"):
            return send(writer, 404, {}, {"error": {"message": f"no {path}"}})
        return await self.chat(json.loads(body), headers, writer)

    async def chat(self, body, headers, writer):
        prompt = prompt_of(body)
        refused = next((name for name in self.refuse if name in body or (name == "root_enum" and closed(body))), None)
        if refused:
            self.note(prompt, f"refuse:{refused}", 0, 0, body)
            return send(writer, 400, {}, {"error": {"message": _REFUSED_AS[refused], "param": refused, "code": 400}})
        if self.key and headers.get("authorization") != f"bearer {self.key}".lower():
            self.note(prompt, "401", 0, 0, body)
            return send(writer, *respond("401", self.model, prompt, self.text))
        digest = hashlib.sha256(prompt.encode()).hexdigest()[:16]
        action = planned(prompt, self.seen[digest], self.plan)
        text = self.reply(body) if self.reply else self.text
        told, latency_s = {}, self.latency_s
        if isinstance(text, dict):
            told = text
            text, actions = told.pop("text"), told.pop("actions").split()
            digest = f"{digest} {told}"  # the same words about another picture are another prompt
            action = actions[min(self.seen[digest], len(actions) - 1)]
            latency_s *= told.pop("slowness", 1)
        self.seen[digest] += 1
        answers_as = self.answers_as or body.get("model", self.model)
        answer = respond(action, answers_as, prompt, text)
        usage = answer[2].get("usage", {}) if answer and isinstance(answer[2], dict) else {}
        self.note(prompt, action, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0), body, told)
        async with self.slots:
            self.busy.change(1)
            try:
                await asyncio.sleep(latency_s)
            finally:
                self.busy.change(-1)
        if answer is not None:
            return send(writer, *answer)
        return await self.misbehave(action, completion(answers_as, text, prompt), writer)

    async def misbehave(self, action, value, writer):
        whole = _payload(200, {}, value)
        if action == "drop_mid":
            writer.write(whole[:-40])
            await writer.drain()
        elif action == "drop":
            writer.transport.abort()
        elif action == "not_http":
            writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        elif action == "hang":
            await asyncio.sleep(_HANG_S)
        elif action == "drip":
            for i in range(0, len(whole), 2):
                writer.write(whole[i : i + 2])
                await writer.drain()
                await asyncio.sleep(0.5)
        elif action == "large":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n" + b" " * 1_000_000)
            await writer.drain()
        elif action == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while True:
                writer.write(b" " * 1_000_000)
                await writer.drain()
        else:
            raise ValueError(action)
        return False

    def note(self, prompt, action, prompt_tokens, completion_tokens, body, told=None):
        """Before anything is answered, so that the log has what a kill cuts off."""
        self.number += 1
        if self.log:
            line = {
                "time": time.time(), "prompt": prompt[-200:], "action": action, "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens, "fields": sorted(set(body) - {"messages"}), **(told or {}),
            }  # fmt: skip
            self.log.write(json.dumps(line) + "\n")


class Busy:
    """How many requests are being worked on, added up second by second since the first."""

    def __init__(self):
        self.first, self.last, self.now, self.requests = None, 0.0, 0, 0
        self.seconds = collections.Counter()

    def change(self, by):
        self.requests += by > 0
        time_now = time.monotonic()
        self.first = self.first if self.first is not None else time_now
        at, end = self.last, time_now - self.first
        while at < end:
            step = min(end, int(at) + 1)
            self.seconds[int(at)] += self.now * (step - at)
            at = step
        self.last, self.now = end, self.now + by

    def told(self):
        """`seconds`: request-seconds of each whole second."""
        seconds = [self.seconds[i] for i in range(int(self.last) + 1)]
        return {"requests": self.requests, "now": self.now, "seconds": seconds}


def closed(body):
    """Whether the schema asked for lists the whole replies that it allows."""
    return "enum" in body.get("response_format", {}).get("json_schema", {}).get("schema", {})


def send(writer, status, headers, value):
    writer.write(_payload(status, headers, value))
    return True


def _payload(status, headers, value):
    content = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def _function(path, script=None):
    """`module:function` of the request body, for servers that answer what they are asked.

    It returns a text, or a dict: text, actions (as a marker lists them), slowness (times the latency), and what else
    the log should say. With a script it is called once, with that, and returns the function.
    """
    if not path:
        return None
    module, _, name = path.partition(":")
    function = getattr(importlib.import_module(module), name)
    return function if script is None else function(script)


async def main(settings):
    server = await asyncio.start_server(
        Server(settings).serve, "127.0.0.1", settings.get("port", 0), limit=64_000_000, backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with the test that started it, however that ended.
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
