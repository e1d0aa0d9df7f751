"""Layouts that an operator adds: the official one of 2025 for a nation of a thousand areas."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from tests.official_files import IOD_2025

SMALL = replace(IOD_2025, layout="small-nation-file-7", index="small-2025", area_count=1000)


def folder_with_layouts(folder: Path) -> Path:
    """A folder with the layout of the small nation, as `CDP_LAYOUT_FOLDER` names one."""
    shipped = files("toms_engine.storage") / "layouts" / "need-files" / f"{IOD_2025.layout}.json"
    layout = json.loads(shipped.read_text(encoding="utf-8"))
    layout |= {"layout": SMALL.layout, "index": SMALL.index, "area_count": SMALL.area_count}
    place = folder / "layouts" / "need-files"
    place.mkdir(parents=True, exist_ok=True)
    (place / "small-nation.json").write_text(json.dumps(layout), encoding="utf-8")
    return folder / "layouts"
