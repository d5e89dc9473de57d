"""What is looked over: the host, its recipe, and what that names. Checks only read it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from wethink_plugins.config import ENVIRONMENT_VARIABLE, WeThinkConfig
from wethink_plugins.doctor.dataset_info import DatasetInfo
from wethink_plugins.doctor.framework import Framework, located
from wethink_plugins.doctor.recipe import Recipe
from wethink_plugins.errors import WeThinkError
from wethink_plugins.model_folder import model_folder

HOSTS = ("easyr1", "verl", "llamafactory")
_MODEL_KEYS = {
    "easyr1": "worker.actor.model.model_path",
    "verl": "actor_rollout_ref.model.path",
    "llamafactory": "model_name_or_path",
}


class Case:
    """`folder` is the one that training starts from, which relative paths are taken from; `config`, `rows` and `model`
    win over what the recipe names."""

    def __init__(
        self,
        host: str,
        recipe: Recipe,
        config: Path | None = None,
        rows: Path | None = None,
        model: str | None = None,
        folder: Path | None = None,
    ) -> None:
        self.host, self.recipe, self.given_config, self.given_rows = host, recipe, config, rows
        self.folder = (folder or Path.cwd()).absolute()
        self.model = model or recipe.text(_MODEL_KEYS[host])
        # What checks have read already, for the next ones.
        self.cache: dict[Any, Any] = {}

    @cached_property
    def framework(self) -> Framework:
        return located(self.host, self.folder)

    def path(self, text: str) -> Path:
        """As the host would find it from the folder that it is started in."""
        return self.folder / Path(text).expanduser()

    @cached_property
    def dataset_info(self) -> DatasetInfo:
        """LLaMA-Factory's."""
        return DatasetInfo(self.recipe, self.folder)

    @cached_property
    def model_folder(self) -> Path | None:
        """None where no model is named or it isn't on this machine."""
        if not self.model:
            return None
        try:
            return model_folder(self.path(self.model) if self.path(self.model).is_dir() else self.model)
        except WeThinkError:
            return None

    @cached_property
    def config_source(self) -> Path | Mapping[str, Any] | None:
        """Where the reward will take its configuration from; None: all defaults."""
        if self.given_config is not None:
            return self.given_config
        if self.host == "easyr1":
            settings = self.recipe.section("worker.reward.reward_function_kwargs")
            if isinstance(settings.get("config"), str) and len(settings) == 1:
                return self.path(settings["config"])
            if settings:
                return settings["config"] if isinstance(settings.get("config"), Mapping) else settings
        named = os.environ.get(ENVIRONMENT_VARIABLE)
        return self.path(named) if named else None

    @cached_property
    def config(self) -> WeThinkConfig | None:
        """None where it can't be loaded, which is a finding of its own."""
        try:
            return WeThinkConfig.load(self.config_source or {})
        except WeThinkError:
            return None

    @cached_property
    def uses_our_reward(self) -> bool:
        """Not for a reward file of somebody's own that doesn't call ours: no judge of ours has a part in it then."""
        if self.host != "easyr1":
            return self.host == "verl"
        named = self.recipe.text("worker.reward.reward_function")
        if not named or "wethink_plugins" in named or "{reward_file}" in named:
            return True
        try:
            text = self.path(named.rpartition(":")[0]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return True
        return "wethink_plugins" in text

    @cached_property
    def train_file(self) -> Path | None:
        """Rows that the host would read, if they are a file here."""
        if self.given_rows is not None:
            return self.given_rows
        if self.host == "llamafactory":
            return self.dataset_info.file
        named = self.recipe.get("data.train_files")
        named = named[0] if isinstance(named, list) and named else named
        file = self.path(str(named)) if named else None
        return file if file is not None and file.is_file() else None

    def of_validation(self) -> Case | None:
        """The same with the rows that validation reads; None where they are the training rows, or no file here."""
        named = self.recipe.get("data.val_files")
        named = named[0] if isinstance(named, list) and named else named
        file = self.path(str(named)) if named else None
        if file is None or not file.is_file() or file == self.train_file:
            return None
        return Case(self.host, self.recipe, self.given_config, file, self.model, self.folder)
