"""A dataset hub on this machine: the part of the HTTP API that huggingface_hub uses, with faults by script.

`with HubServer({"owner/rows": {"rows.jsonl": b"..."}}) as hub:` and point HF_ENDPOINT at `hub.url`. As on the real one,
a large file is redirected to another origin, which stores it under its SHA-256 and knows ranges.

`hub.faults["image.zip.part-ab"] = ["503", "drop:100"]` makes the next requests for that file's content fail, in order;
a last action that ends in `*` stays. Actions: an HTTP status, `429:2` (with Retry-After), `drop:N` (N bytes, then the
connection breaks), `short:N` (a whole answer of N bytes, as from a file that is cut off), `whole` (ignores the range),
`etag:X` (another content's name), `gone` (no answer at all), `slow:S` (waits S seconds first). The name `api` is that
of every question about a repository.
"""

import hashlib
import json
import re
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

# Smaller files are kept by git, answered by the hub itself and have no SHA-256.
LARGE = 200


class HubServer:
    """`repos`: name -> {path: bytes or a file}. `log`: (method, file or "api", range or "", bytes sent)."""

    def __init__(self, repos):
        self.repos, self.faults, self.log = repos, defaultdict(list), []
        self.lock = threading.Lock()
        self.known = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.server.hub = self

    @property
    def port(self):
        return self.server.server_address[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def store(self):
        """Another origin: whoever goes there must not send the token along."""
        return f"http://localhost:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def commit(self, repo):
        names = "".join(f"{name}{self.digest(self.content(repo, name))}" for name in sorted(self.repos[repo]))
        return hashlib.sha1(names.encode()).hexdigest()

    def content(self, repo, name):
        found = self.repos[repo][name]
        return found.read_bytes() if isinstance(found, Path) else found

    def digest(self, content):
        if content not in self.known:
            self.known[content] = hashlib.sha256(content).hexdigest()
        return self.known[content]

    def fault(self, name):
        with self.lock:
            planned = self.faults[name]
            if not planned:
                return ""
            return planned[0][:-1] if planned[0].endswith("*") else planned.pop(0)

    def sent(self, part=""):
        """Bytes of bodies, of all files whose name holds `part`."""
        return sum(size for _, name, _, size in self.log if part in name)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = re.fullmatch(r"/api/datasets/([^/]+/[^/]+)/paths-info/([^/]+)", unquote(self.path))
        if not found:
            return self.answer(404, b"{}")
        wanted = parse_qs(body.decode()).get("paths", [])
        return self.reply([entry for entry in self.entries(found[1]) if entry["path"] in wanted])

    def do_GET(self):
        path = unquote(urlsplit(self.path).path)
        hub = self.server.hub
        if found := re.fullmatch(r"/api/datasets/([^/]+/[^/]+?)(?:/revision/([^/]+)|/tree/([^/]+))?/?", path):
            return self.api(hub, *found.groups())
        if found := re.fullmatch(r"/datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self.resolve(hub, *found.groups())
        if found := re.fullmatch(r"/store/([^/]+/[^/]+)/(.+)", path):
            return self.store(hub, *found.groups())
        return self.answer(404, b"no such page")

    def api(self, hub, repo, revision, tree):
        fault = hub.fault("api")
        hub.log.append(("GET", "api", "", 0))
        if fault:
            return self.fail(fault, b" " * 400)
        if repo not in hub.repos:
            return self.answer(401, b"{}", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository Not Found"})
        if (revision or tree) not in (None, "main", hub.commit(repo)):
            return self.answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        if tree:
            return self.reply(self.entries(repo))
        files = [{**entry, "rfilename": entry["path"], "blobId": entry["oid"]} for entry in self.entries(repo)]
        return self.reply({"id": repo, "_id": "0", "sha": hub.commit(repo), "siblings": files, "private": False,
                           "downloads": 0, "likes": 0, "tags": [], "disabled": False, "gated": False})  # fmt: skip

    def entries(self, repo):
        hub = self.server.hub
        for name in sorted(hub.repos[repo]):
            content = hub.content(repo, name)
            entry = {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
            if len(content) >= LARGE:
                sha256 = hub.digest(content)
                entry["lfs"] = {"oid": sha256, "sha256": sha256, "size": len(content), "pointerSize": 134}
            yield entry

    def resolve(self, hub, repo, revision, name):
        if repo not in hub.repos or name not in hub.repos[repo]:
            return self.answer(404, b"", {"X-Error-Code": "EntryNotFound"})
        content = hub.content(repo, name)
        headers = {"X-Repo-Commit": hub.commit(repo), "Accept-Ranges": "bytes"}
        if len(content) < LARGE:
            headers["ETag"] = f'"{hashlib.sha1(content).hexdigest()}"'
            return self.answer(200, content, headers)
        headers |= {"X-Linked-Size": str(len(content)), "X-Linked-ETag": f'"{hub.digest(content)}"'}
        headers |= {"Location": f"{hub.store}/store/{repo}/{name}", "ETag": '"of the pointer"'}
        with hub.lock:
            if hub.faults[name] and hub.faults[name][0].startswith("etag:"):
                headers["X-Linked-ETag"] = f'"{hub.faults[name].pop(0)[5:]}"'
        return self.answer(302, b"", headers)

    def store(self, hub, repo, name):
        if self.headers.get("Authorization"):
            return self.answer(400, b"a token was sent to another origin")
        content, wanted = hub.content(repo, name), self.headers.get("Range") or ""
        headers = {"ETag": f'"{hashlib.md5(content).hexdigest()}"', "Accept-Ranges": "bytes"}
        status, fault = 200, hub.fault(name) if self.command == "GET" else ""
        body = content
        if (found := re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)) and fault != "whole":
            start, stop = int(found[1]), min(int(found[2] or len(content)) + 1, len(content))
            if start >= len(content):
                return self.answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            status, body = 206, content[start:stop]
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
        if fault.startswith("slow"):
            time.sleep(float(fault[5:]))
            fault = ""
        if fault.startswith("short"):
            body = body[: int(fault[6:])]
            headers["Content-Range"] = re.sub(r"/\d+", f"/{len(body)}", headers.get("Content-Range", ""))
            fault = ""
        if fault and fault != "whole":
            return self.fail(fault, body, name, wanted, status, headers)
        hub.log.append((self.command, name, wanted, len(body) if self.command == "GET" else 0))
        return self.answer(status, body, headers)

    def fail(self, fault, body, name="api", wanted="", status=200, headers=None):
        kind, _, argument = fault.partition(":")
        hub = self.server.hub
        if kind == "drop":
            hub.log.append(("GET", name, wanted, min(int(argument), len(body))))
            self.send(status, body[: int(argument)], len(body), headers or {})
        if kind in ("drop", "gone"):
            self.close_connection = True
            return self.connection.shutdown(2)
        hub.log.append(("GET", name, wanted, 0))
        return self.answer(int(kind), b"{}", {"Retry-After": argument} if argument else {})

    def reply(self, value):
        value = list(value) if not isinstance(value, dict) else value
        return self.answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def answer(self, status, body, headers=None):
        self.send(status, body, len(body), headers or {})

    def send(self, status, body, length, headers):
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
                self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
