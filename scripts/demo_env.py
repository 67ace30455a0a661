"""Turns the demo's line of JSON into shell exports, one for each value, named after its keys."""

import json
import re
import shlex
import sys


def exports(value, name):
    """Yields (name, text) for each value below `value`; positions name the members of lists."""
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    else:
        yield name, value if isinstance(value, str) else json.dumps(value)
        return
    for key, member in members:
        part = re.sub(r"[^A-Z0-9]+", "_", str(key).upper())
        yield from exports(member, f"{name}_{part}")


for name, text in exports(json.load(sys.stdin), "BAILIWICK"):
    print(f"export {name}={shlex.quote(text)}")
