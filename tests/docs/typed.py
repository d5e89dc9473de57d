"""Types a page's commands in its scene, in order, and says what went otherwise than the page says."""

from __future__ import annotations

from collections.abc import Callable

from tests.docs.scene import Scene
from tests.docs.shell import Command, commands_of


def faults_of(page: str, scene: Scene, chosen: Callable[[Command], bool]) -> list[str]:
    """One text a fault; it goes on behind one. The scene ends with it, and what it started must end well."""
    faults, block, said = [], 0, ""
    try:
        for command in filter(chosen, commands_of(page)):
            ended = scene.run(command)
            said = (said if command.block == block else "") + ended.said
            block = command.block
            if fault := scene.fault(command, ended) or scene.differs(command, said):
                faults.append(f"{command.place}: {command.shown}\n{fault}")
    finally:
        scene.close()
    return faults
