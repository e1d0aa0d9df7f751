"""The queries that a Knowledge Hub needs, one file each: for the guide, GraphiQL and generated clients."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def example_queries() -> Mapping[str, str]:
    """Each document by its name, in the order of names."""
    found = (one for one in files(__name__).iterdir() if one.name.endswith(".graphql"))
    by_name = {one.name.removesuffix(".graphql"): one.read_text(encoding="utf-8") for one in found}
    return {name: by_name[name] for name in sorted(by_name)}
