from pathlib import Path
from typing import Any

import pytest

from cdp_tools.packs import check_pack
from cdp_tools.yaml_files import read_mapping
from toms_engine.domain.edition import EditionContent


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return Path(__file__).parents[3] / "data"


@pytest.fixture(scope="session")
def pack_folder(data_folder: Path) -> Path:
    return data_folder / "frameworks" / "open-measures-2026"


@pytest.fixture(scope="session")
def pack(pack_folder: Path) -> EditionContent:
    return check_pack(pack_folder).content


@pytest.fixture(scope="session")
def programme(data_folder: Path) -> dict[str, Any]:
    return read_mapping(data_folder / "programmes" / "county-durham" / "programme.yaml")


@pytest.fixture(scope="session")
def needs(data_folder: Path) -> dict[str, Any]:
    return read_mapping(data_folder / "needs" / "county-durham-sample.yaml")


@pytest.fixture(scope="session")
def story(data_folder: Path) -> dict[str, Any]:
    return read_mapping(data_folder / "samples" / "story.yaml")
