"""What lies in a dataset repository of the hub, at one commit."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from wethink_plugins.datasets.fetch.patience import PASSING, Passing, asked_wait_s, pause_s
from wethink_plugins.datasets.fetch.web import endpoint, faults, hub
from wethink_plugins.errors import WeThinkError


@dataclass(frozen=True)
class HubFile:
    """`sha256` is "" for small files, which git keeps itself."""

    name: str
    size: int
    sha256: str
    url: str


@dataclass(frozen=True)
class Listing:
    """Everything is asked for at `commit`, so what is read in an hour belongs together."""

    repo: str
    commit: str
    files: tuple[HubFile, ...]


def listing(repo: str, revision: str | None, retries: int) -> Listing:
    """One request. WeThinkError when there is no such repository, no access, or no network."""
    api = hub().HfApi(endpoint=endpoint(), library_name="wethink-plugins")
    for attempt in range(1, retries + 1):
        try:
            return _listing(api, repo, revision)
        except Passing as fault:
            if attempt == retries:
                fix = "check the network and HF_ENDPOINT, then run the same command again"
                raise WeThinkError(f"can't be listed: {fault}", fix=fix, file=repo) from None
            time.sleep(pause_s(attempt, fault))
    raise AssertionError("unreachable")


def _listing(api: Any, repo: str, revision: str | None) -> Listing:
    from huggingface_hub.utils import HFValidationError, OfflineModeIsEnabled

    try:
        info = api.dataset_info(repo, revision=revision, files_metadata=True, timeout=30)
    except OfflineModeIsEnabled:
        fix = "unset HF_HUB_OFFLINE, or give --jsonl and --parts"
        raise WeThinkError("the hub is switched off by HF_HUB_OFFLINE", fix=fix, file=repo) from None
    except HFValidationError as error:
        raise WeThinkError(str(error), fix="give owner/name", file=repo) from None
    except faults() as error:
        raise _fault(error, repo, revision) from None
    except Exception as error:
        if getattr(error, "response", None) is None:  # the hub's own errors carry it; they have no base of their own
            raise
        raise _fault(error, repo, revision) from None
    return Listing(repo, info.sha, tuple(_file(s, repo, info.sha) for s in info.siblings or ()))


def _fault(error: Exception, repo: str, revision: str | None) -> Exception:
    """Either what passes, or what a user has to change."""
    response: Any = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if status is None or status in PASSING:
        return Passing(" ".join(str(error).split())[:200], asked_wait_s(response.headers) if status else None)
    named = f"{repo} at {revision}" if revision else repo
    if status in (401, 403):
        fix = "check the name; if it is private or gated, set HF_TOKEN"
        return WeThinkError(f"no such dataset on {endpoint()}, or no access to it", fix=fix, file=named)
    if status == 404:
        return WeThinkError(f"no such dataset or revision on {endpoint()}", fix="check name and revision", file=named)
    return WeThinkError(f"{endpoint()} answers {status}", fix="try again later", file=named)


def _file(sibling: Any, repo: str, commit: str) -> HubFile:
    url = hub().hf_hub_url(repo, sibling.rfilename, repo_type="dataset", revision=commit, endpoint=endpoint())
    lfs = sibling.lfs
    return HubFile(sibling.rfilename, sibling.size or 0, getattr(lfs, "sha256", "") if lfs else "", url)
