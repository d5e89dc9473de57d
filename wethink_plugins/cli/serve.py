"""`wethink serve`: the reward over HTTP."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import socket
from typing import Annotated

import typer

from wethink_plugins.cli.options import ConfigOption, OptionalText
from wethink_plugins.cli.output import complain, say
from wethink_plugins.errors import ConfigError, WeThinkError, extra

_NEEDED = ("fastapi", "uvicorn", "prometheus_client")


def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; another than this machine's own needs --token-env.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one, which is printed.")] = 8787,
    token_env: Annotated[
        OptionalText, typer.Option("--token-env", help="Name of the variable with the token that clients must send.")
    ] = None,
    max_mb: Annotated[int, typer.Option("--max-mb", min=1, help="Largest request.")] = 32,
    max_samples: Annotated[int, typer.Option("--max-samples", min=1, help="Most samples in a request.")] = 4096,
    max_waiting: Annotated[
        int, typer.Option("--max-waiting", min=1, help="Most samples being scored; beyond, 503 with Retry-After.")
    ] = 50_000,
    requests_per_minute: Annotated[
        int, typer.Option("--requests-per-minute", min=0, help="Of one client address; 0: no limit.")
    ] = 0,
    body_s: Annotated[
        float, typer.Option("--body-s", min=0.1, help="Seconds that a request's body may take to arrive.")
    ] = 30.0,
    answer_s: Annotated[
        float,
        typer.Option(
            "--answer-s", min=0.1, help="Seconds that scoring a request may take; keep it over judge.batch_deadline_s."
        ),
    ] = 900.0,
    stop_s: Annotated[
        int, typer.Option("--stop-s", min=0, help="Seconds that requests may take to end after SIGTERM.")
    ] = 60,
    config: ConfigOption = None,
) -> None:
    """Score samples over HTTP: POST /v1/score and /v1/score_batch, /health, /metrics, and /openapi.json for the rest.

    Ends on SIGTERM or Ctrl-C after the requests in hand are answered. A sample without a score is `unscored` with null.
    """
    _require_packages()
    from wethink_plugins.rewards.hybrid import HybridReward
    from wethink_plugins.service.app import make_app
    from wethink_plugins.service.limits import Limits
    from wethink_plugins.service.server import Server, settings

    token = _token(host, token_env)
    limits = Limits(max_mb * 1_000_000, max_samples, body_s, answer_s, max_waiting, requests_per_minute or None)
    reward = HybridReward.from_config(config)
    listening = _listen(host, port)
    app = make_app(reward, limits, token, _names(host))
    say(f"scoring at http://{_shown(host)}:{listening.getsockname()[1]} (schema at /openapi.json); Ctrl-C ends it")
    if token is None:
        complain("without --token-env everyone on this machine may ask")
    Server(settings(app, limits, stop_s)).run(sockets=[listening])


def _require_packages() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(f"needs {', '.join(missing)}", fix=extra("serve"))


def _token(host: str, variable: str | None) -> str | None:
    if variable is None:
        if not _is_local(host):
            raise ConfigError(
                f"{host} can be reached from outside, and there is no token",
                fix="give --token-env NAME, and set NAME to a long random text",
            )
        return None
    token = os.environ.get(variable, "").strip()
    if not token:
        raise ConfigError(f"the variable {variable} is not set", fix="set it to a long random text")
    return token


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _names(host: str) -> tuple[str, ...]:
    """What a loopback service may be called; outside, the token keeps others away."""
    # "[" is what Starlette takes for the name in "[::1]:8787"; an IPv6 address is no name that could be rebound.
    return ("127.0.0.1", "localhost", "[", host) if _is_local(host) else ("*",)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise WeThinkError(
            f"can't listen on {host}:{port}: {error.strerror or error}", fix="give another --port or --host"
        ) from None


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
