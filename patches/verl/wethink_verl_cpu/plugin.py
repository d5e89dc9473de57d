"""The module verl imports, in the driver and in each Ray worker, at the end of `import verl`.

verl reports a plugin's failure at debug level only (verl/__init__.py:73-76), so a refusal is logged here as an
error; the 'cpu' platform is then absent and verl stops with "Unknown platform 'cpu'" before any worker starts.

Nothing here may import verl.trainer or verl.workers: they ask for the platform while they load, which is too early
("Unknown platform 'cpu'"), and they would add seconds to every process. Hence `after_import`.
"""

from __future__ import annotations

import logging
import os

from wethink_verl_cpu import versions

_log = logging.getLogger(__name__)


def wanted() -> bool:
    """Whether this process was asked to run verl on the CPU."""
    return os.environ.get("VERL_PLATFORM", "").strip().lower() == "cpu"


def activate() -> None:
    """Register the platform and the rollout and arrange for the fixes; safe to call twice."""
    versions.check()
    from wethink_verl_cpu import fixes, platform, rollout

    platform.register()
    rollout.register()
    fixes.apply()


if wanted():
    try:
        activate()
    except versions.UnknownVerl as refusal:
        _log.error("%s", refusal)
    except Exception:
        _log.exception("wethink-verl-cpu could not set verl up for the CPU")
        raise
