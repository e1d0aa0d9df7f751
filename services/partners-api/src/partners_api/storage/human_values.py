"""The human values that are shipped, with their source."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from partners_api.domain.hub_pages import HumanValue


@dataclass(frozen=True)
class HumanValueList:
    """A version of the list."""

    version: str
    source: str
    values: tuple[HumanValue, ...]


@cache
def human_values() -> HumanValueList:
    """The list in force."""
    text = (files("partners_api.storage") / "figures" / "human_values.json").read_text(encoding="utf-8")
    stated = json.loads(text)
    values = tuple(HumanValue(each["code"], each["title"]) for each in stated["values"])
    return HumanValueList(stated["version"], stated["source"], values)
