"""A run against `costly`: its pictures and its settings."""

import io
import random

STAGES = (
    "describe", "dialogue", "merge", "ask", "screen", "check", "answer", "agree", "arbitrate", "refine", "classify",
)  # fmt: skip
PRICES = {"prompt": 1.0, "completion": 4.0}


def pictures(folder, number):
    """Small pictures, no two alike."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for i in range(number):
        draw = random.Random(i)
        image = Image.new("RGB", (8, 8))
        image.putdata([tuple(draw.randrange(256) for _ in range(3)) for _ in range(64)])
        data = io.BytesIO()
        image.save(data, "PNG")
        (folder / f"{i:05}.png").write_bytes(data.getvalue())
    return folder


def settings(server, folder, **changes):
    """Values of a YAML: three models, all at one server."""
    endpoint = {"base_url": server.base_url, "max_concurrency": 16, "usd_per_million": PRICES}
    models = {
        "vision": {"sees": True, "endpoints": [{**endpoint, "model": "vision"}]},
        "reasoner": {"endpoints": [{**endpoint, "model": "reasoner"}]},
        "arbiter": {"sees": True, "endpoints": [{**endpoint, "model": "arbiter"}]},
    }
    roles = {
        "describer": "vision",
        "reasoner": "reasoner",
        "arbiter": "arbiter",
        "refiner": "vision",
        "judge": "reasoner",
    }
    values = {
        "models": models, "roles": roles, "images": [{"source": "pictures", "folder": str(folder)}],
        "stages": list(STAGES), "rounds": {"near_duplicate": 1},
    }  # fmt: skip
    return {**values, **changes}
