"""The policy files that decide, by their hashes (政策文件)."""

from __future__ import annotations

import hashlib
from importlib import resources


def policy_hashes() -> dict[str, str]:
    """Return the policy files that decide, by name, with their SHA-256."""
    folder = resources.files("gis.policy").joinpath("jurisdictions")
    files = {each.name: each for each in folder.iterdir() if each.name.endswith(".yaml")}
    return {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sorted(files)}
