"""Starts a probe and takes its findings: host code prints, hangs and dies, and none of that may end doctor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, one_line
from wethink_plugins.doctor.rows import rows_of
from wethink_plugins.doctor.samples import judged

# Chosen: torch, Ray and vLLM may take a minute to import on a cold disk, and much longer on a busy machine.
_PATIENCE_S = 600
_PACKAGE = Path(__file__).resolve().parents[2]


def host_code(case: Case) -> Iterator[Finding]:
    """Nothing where the framework itself isn't here, which has a finding."""
    if case.framework.name == case.host:
        yield from findings(case.host, specification(case), case.folder)


def specification(case: Case) -> dict[str, Any]:
    rows, source = rows_of(case), case.config_source
    return {
        "recipe": str(case.recipe.file.absolute()) if case.recipe.file is not None else None,
        "settings": list(case.recipe.settings),
        "rows": str(rows.file.absolute()) if rows is not None else None,
        "numbers": _numbers(case),
        "model": str(case.model_folder.absolute()) if case.model_folder is not None else None,
        "config": str(source) if isinstance(source, Path) else source,
        "style": case.config.style if case.config is not None else WeThinkConfig().style,
        "ours": case.uses_our_reward,
        **(_of_llamafactory(case) if case.host == "llamafactory" else {}),
    }


def _of_llamafactory(case: Case) -> dict[str, Any]:
    arguments, info = case.recipe.top(), case.dataset_info
    media = case.path(str(arguments["media_dir"])) if arguments.get("media_dir") else info.folder
    return {"arguments": arguments, "keys": list(arguments), "entry": info.entry, "media_dir": str(media)}


def _numbers(case: Case) -> list[int]:
    """Two rows, from 1: the first, and the first that is scored in the other way, or the last that was looked at."""
    rows = rows_of(case)
    if rows is None or not rows.sample:
        return []
    if case.host == "llamafactory":
        longest = max(rows.sample, key=lambda pair: len(json.dumps(pair[1], default=str)))[0]
        return sorted({rows.sample[0][0], longest})
    from wethink_plugins.doctor.samples import samples_of

    by_judge = {id(sample) for sample in judged(case)}
    ways = [id(sample) in by_judge for sample in samples_of(case)]
    other = next((i for i, way in enumerate(ways) if way != ways[0]), len(ways) - 1)
    return sorted({rows.sample[0][0], rows.sample[other][0]})


def findings(probe: str, given: Mapping[str, Any], folder: Path) -> list[Finding]:
    found = answer_of(probe, given, folder)
    return [found] if isinstance(found, Finding) else [Finding(**one) for one in found]


def answer_of(probe: str, given: Mapping[str, Any], folder: Path, patience_s: int = _PATIENCE_S) -> Any:
    """What the probe answers; an error where it ends without an answer."""
    with tempfile.TemporaryDirectory(prefix="wethink-doctor-") as place:
        asked, answer = Path(place) / "asked.json", Path(place) / "answer.json"
        asked.write_text(json.dumps(given), encoding="utf-8")
        command = [sys.executable, "-m", f"wethink_plugins.doctor.probes.{probe}", str(asked), str(answer)]
        try:
            done = subprocess.run(
                command, cwd=folder, env=_environment(place, given), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                errors="replace", timeout=patience_s,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return error(
                "host",
                f"no answer within {patience_s} s",
                "ask again if this machine was busy; else import the host by hand, and see what it waits for",
            )
        if answer.is_file():
            return json.loads(answer.read_text(encoding="utf-8"))
        said = done.stderr.strip().splitlines() or done.stdout.strip().splitlines() or [f"exit code {done.returncode}"]
        return error(
            "host",
            f"the dry run ended: {one_line(said[-1])}",
            "the host's environment is broken: install what it names",
        )


def _environment(place: str, given: Mapping[str, Any]) -> dict[str, str]:
    """The dry rows go into no journal of the user's, and nothing is fetched."""
    config = {"WETHINK_CONFIG": given["config"]} if isinstance(given.get("config"), str) else {}
    paths = [path for path in (os.environ.get("PYTHONPATH", ""), str(_PACKAGE)) if path]
    own = {
        "PYTHONPATH": os.pathsep.join(paths),
        "WETHINK_JOURNAL": str(Path(place) / "journal"),
        "HF_DATASETS_CACHE": str(Path(place) / "datasets"),
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": "1",
    }
    return {**os.environ, **config, **own}
