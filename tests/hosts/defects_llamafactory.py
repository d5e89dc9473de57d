"""What LLaMA-Factory makes of each folder: `python defects_llamafactory.py MODEL FOLDER...`"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from load_llamafactory import Host, report


def main():
    host, found = Host(sys.argv[1]), {}
    for folder in map(Path, sys.argv[2:]):
        found[folder.name] = report(host, folder, "bad", **json.loads((folder / "settings.json").read_text()))
    print("\nFOUND " + json.dumps(found))


if __name__ == "__main__":
    main()
