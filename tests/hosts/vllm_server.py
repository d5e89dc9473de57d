"""vLLM's own OpenAI server, on the CPU."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

# Chosen: it starts in a minute where nothing else runs.
_PATIENCE_S = 900
ON_THE_CPU = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_OFFLINE": "1",
}
NAME = "random"


@contextlib.contextmanager
def vllm_server(host, model, log):
    """Serves the model under NAME; the base_url. `log` is a file for what the server says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        host.folder / "bin" / "python", "-m", "vllm.entrypoints.openai.api_server", "--model", model, "--port", port,
        "--served-model-name", NAME, "--host", "127.0.0.1", "--dtype", "float32", "--enforce-eager", "--max-num-seqs", 16,
    ]  # fmt: skip
    with log.open("w") as lines:
        server = subprocess.Popen(
            [str(part) for part in command], env={**os.environ, **ON_THE_CPU}, stdin=subprocess.DEVNULL,
            stdout=lines, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            _wait(server, port, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)  # its engine and worker are processes of their own
            server.wait()


def _wait(server, port, log):
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        assert server.poll() is None, f"vLLM ended with {server.returncode}:\n{log.read_text()[-4000:]}"
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
            return
        time.sleep(1)
    raise AssertionError(f"vLLM didn't start within {_PATIENCE_S} s:\n{log.read_text()[-4000:]}")
