"""A configuration the way EasyR1's own main() makes it: file, then command line, then its dataclasses."""

import contextlib
import io
import json
import sys

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from verl.trainer.config import PPOConfig


def config_from(arguments):
    """`config=FILE KEY=VALUE ...`, as on the command line."""
    words = OmegaConf.from_cli(list(arguments))
    file = OmegaConf.load(words.pop("config"))
    config = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(PPOConfig()), file, words))
    config.deep_post_init()
    return config


def outcome(arguments):
    """The whole configuration and what EasyR1 printed on the way, or its error."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            return {"config": config_from(arguments).to_dict(), "printed": printed.getvalue()}
    except OmegaConfBaseException as error:
        return {"error": str(error).splitlines()[0]}


if __name__ == "__main__":  # a JSON object: name -> arguments
    print("\n" + json.dumps({name: outcome(words) for name, words in json.loads(sys.argv[1]).items()}))
