"""Pictures and settings for the tests of sources and outputs."""

import io

from PIL import Image

from wethink_plugins.synthesis.config import SynthesisConfig


def png(number=0, size=(8, 8)):
    """The bytes of a picture that no other number has."""
    data = io.BytesIO()
    Image.new("RGB", size, (number % 256, number // 256 % 256, 7)).save(data, "PNG")
    return data.getvalue()


def put(folder, names):
    """A picture of its own under each name."""
    for number, name in enumerate(names):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(png(number))
    return folder


def settings(*images, **more):
    """The least that a run needs, with these sources."""
    model = {"endpoints": [{"base_url": "http://127.0.0.1:1/v1", "model": "m"}], "sees": True}
    return SynthesisConfig.model_validate(
        {"models": {"m": model}, "roles": {"describer": "m"}, "stages": ["describe"], "images": list(images), **more}
    )
