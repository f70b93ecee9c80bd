"""Every library that pyproject.toml names is pinned by constraints.txt, which `make constraints` writes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LINES = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
PINS = {
    canonicalize_name(name): Version(version) for name, _, version in (line.partition("==") for line in LINES if line)
}
EXTRAS = PROJECT["optional-dependencies"]


def test_every_requirement_is_pinned_within_its_bounds():
    wanted = [*PROJECT["dependencies"], *(one for name, extra in EXTRAS.items() if name != "bench" for one in extra)]
    for requirement in map(Requirement, wanted):
        if requirement.name != PROJECT["name"]:
            assert PINS[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_pins_name_no_place_to_fetch_from():
    assert not re.search(r"://|--|@", "\n".join(LINES))
