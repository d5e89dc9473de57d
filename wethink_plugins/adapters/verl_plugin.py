"""What the entry point group `verl.plugins` names: verl imports it and calls nothing (verl/__init__.py:55-76, 0.9.1).

verl hides a plugin that fails to load at debug level; this one says so before it lets the error go on.
"""

from __future__ import annotations

import logging

try:
    from wethink_plugins.adapters.verl import register

    register()
except Exception:
    logging.getLogger(__name__).exception("wethink_plugins could not register its reward manager with verl")
    raise
