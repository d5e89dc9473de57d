"""A headless Chromium, driven by its own protocol: keys in, what the page shows out. No driver to install."""

import asyncio
import base64
import contextlib
import json
import shutil
import subprocess
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --remote-debugging-port=0"
).split()
_CODES = {"Enter": (13, "\r"), "Escape": (27, ""), "ArrowLeft": (37, ""), "ArrowRight": (39, ""), " ": (32, " ")}
_PATIENCE = 60.0


def executable():
    """The path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page. `faults` gathers what its scripts raise or log as an error; waiting ends with AssertionError."""

    def __init__(self, folder, size=(1280, 800)):
        self._loop = asyncio.new_event_loop()
        self._number = 0
        self.faults = []
        profile = Path(folder) / "chromium"
        self._process = subprocess.Popen(
            [executable(), *_FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._run(self._connect(profile / "DevToolsActivePort"))
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.send(f"{domain}.enable")
            self.resize(*size)
        except BaseException:
            self.close()
            raise

    def close(self):
        with contextlib.suppress(Exception):
            self._run(self._session.close())
        self._process.kill()
        self._process.wait()
        self._loop.close()

    def send(self, method, **parameters):
        """The protocol's reply; events that come before it are looked through for faults."""
        return self._run(self._send(method, parameters))

    def open(self, address):
        self.send("Page.navigate", url=address)

    def reload(self):
        self.evaluate("window.isOld = true")
        self.send("Page.reload")
        self.until("!window.isOld && document.readyState === 'complete'")

    def evaluate(self, expression):
        reply = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in reply, reply["exceptionDetails"]
        return reply["result"].get("value")

    def until(self, expression):
        """Its value, once it is one; a page that is just being loaded has none yet."""
        end = time.monotonic() + _PATIENCE
        while True:
            with contextlib.suppress(AssertionError):
                if value := self.evaluate(expression):
                    return value
            assert time.monotonic() < end, f"never true: {expression}; the page raised {self.faults}"
            time.sleep(0.05)

    def press(self, *keys):
        for key in keys:
            code, text = _CODES.get(key, (ord(key[0].upper()), key))
            fields = {"key": key, "windowsVirtualKeyCode": code}
            self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **fields)
            self.send("Input.dispatchKeyEvent", type="keyUp", **fields)

    def type(self, text):
        self.send("Input.insertText", text=text)

    def click(self, selector):
        box = self.evaluate(
            f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def dark(self, wanted=True):
        feature = {"name": "prefers-color-scheme", "value": "dark" if wanted else "light"}
        self.send("Emulation.setEmulatedMedia", features=[feature])

    def resize(self, width, height):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, file):
        Path(file).write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    async def _connect(self, port_file):
        import aiohttp

        end = time.monotonic() + _PATIENCE
        while not (port_file.exists() and port_file.read_text().strip()):
            assert self._process.poll() is None and time.monotonic() < end, "Chromium doesn't start"
            await asyncio.sleep(0.05)
        port = port_file.read_text().split()[0]
        self._session = aiohttp.ClientSession()
        async with self._session.get(f"http://127.0.0.1:{port}/json") as reply:
            target = next(one for one in await reply.json() if one["type"] == "page")
        self._socket = await self._session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0)

    async def _send(self, method, parameters):
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json()
            self._look(message)
            if message.get("id") == self._number:
                assert "error" not in message, (method, message["error"])
                return message["result"]

    def _look(self, message):
        what, parameters = message.get("method"), message.get("params", {})
        if what == "Runtime.exceptionThrown":
            self.faults.append(parameters["exceptionDetails"].get("exception", {}).get("description"))
        elif what == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.faults.append(parameters["entry"]["text"])

    def _run(self, work):
        return self._loop.run_until_complete(asyncio.wait_for(work, _PATIENCE))
