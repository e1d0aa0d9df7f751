"""Outlines of areas: what GeoJSON is taken, how it comes out, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toms_engine.domain.boundaries import doubled_area, read_boundaries
from toms_engine.domain.file_faults import FileFaults

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"

SQUARE = [[-1.5, 54.5], [-1.4, 54.5], [-1.4, 54.6], [-1.5, 54.6], [-1.5, 54.5]]
HOLE = [[-1.47, 54.52], [-1.43, 54.52], [-1.43, 54.58], [-1.47, 54.58], [-1.47, 54.52]]


def feature(code: Any = "E1", *rings: Any, kind: str = "Polygon", **changes: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": list(rings) or [SQUARE]}
    return {"type": "Feature", "properties": {"LSOA11CD": code}, "geometry": geometry, **changes}


def collection(*features: Any, **changes: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **changes}


def read(document: Any, known=("E1", "E2")):
    faults = FileFaults()
    found = read_boundaries(document, "LSOA11CD", set(known), faults)
    return found, [(fault.pointer, fault.code) for fault in faults.listed]


def test_rings_come_out_closed_and_turned_as_the_standard_asks():
    [found], faults = read(collection(feature("E1", SQUARE[::-1], HOLE)))
    assert faults == []
    outer, hole = json.loads(found.geometry)["coordinates"]
    assert outer == SQUARE
    assert hole == HOLE[::-1]
    assert (doubled_area(outer) > 0, doubled_area(hole) < 0) == (True, True)


def test_several_polygons_heights_and_needless_digits():
    high = [[*position, 12.5] for position in SQUARE]
    [found], faults = read(collection(feature("E1", [high], [HOLE], kind="MultiPolygon")))
    assert faults == []
    assert json.loads(found.geometry) == {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]}
    fine = [[x + 1e-12, y] for x, y in SQUARE]
    assert json.loads(read(collection(feature("E1", fine)))[0][0].geometry)["coordinates"] == [SQUARE]


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (None, ("/type", "not_a_feature_collection")),
        ([], ("/type", "not_a_feature_collection")),
        (feature(), ("/type", "not_a_feature_collection")),
        (collection(), ("/features", "features_missing")),
        ({"type": "FeatureCollection"}, ("/features", "features_missing")),
        (
            collection(feature(), crs={"type": "name", "properties": {"name": "EPSG:27700"}}),
            ("/crs", "crs_unsupported"),
        ),
        (collection("x"), ("/features/0/properties/LSOA11CD", "area_code_missing")),
        (collection(feature(7)), ("/features/0/properties/LSOA11CD", "area_code_missing")),
        (collection(feature("E9")), ("/features/0/properties/LSOA11CD", "area_unknown")),
        (collection(feature(), feature()), ("/features/1/properties/LSOA11CD", "area_duplicate")),
        (collection(feature(geometry=None)), ("/features/0/geometry", "geometry_not_polygon")),
        (collection(feature(kind="Point")), ("/features/0/geometry", "geometry_not_polygon")),
        (collection(feature("E1", SQUARE[:3])), ("/features/0/geometry/coordinates", "ring_too_short")),
        (collection(feature("E1", SQUARE[:4])), ("/features/0/geometry/coordinates", "ring_open")),
        (collection(feature("E1", [SQUARE[0]] * 4)), ("/features/0/geometry/coordinates", "ring_empty")),
        (collection(feature("E1", "x")), ("/features/0/geometry/coordinates", "ring_too_short")),
        (
            collection(feature("E1", "x", kind="MultiPolygon")),
            ("/features/0/geometry/coordinates", "coordinates_malformed"),
        ),
        *(
            (
                collection(feature("E1", [odd, *SQUARE[1:4], odd])),
                ("/features/0/geometry/coordinates", "position_out_of_range"),
            )
            for odd in ([429535, 551175], [-180.1, 0], [0, 90.1], ["1", 2], [True, 2], [1], None)
        ),
    ],
)
def test_what_is_no_outline_is_refused_with_its_place(document, fault):
    _found, faults = read(document)
    assert faults == [fault]


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@given(anything)
def test_any_document_is_read_or_refused(value):
    for document in (
        value,
        collection(value),
        collection({"type": "Feature", "properties": {"LSOA11CD": "E1"}, "geometry": value}),
        collection(feature("E1", value)),
        collection(feature(), crs=value),
    ):
        found, faults = read(document)
        assert faults or found


def test_real_outlines_are_read():
    path = SHARED / "geo" / "durham_lsoa11_boundaries.geojson"
    if not path.exists():
        pytest.skip("durham_lsoa11_boundaries.geojson is not here")
    document = json.loads(path.read_text(encoding="utf-8"))
    codes = [one["properties"]["LSOA11CD"] for one in document["features"]]
    found, faults = read(document, codes)
    assert (len(found), faults) == (324, [])
    for one in found:
        shape = json.loads(one.geometry)
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        assert all(doubled_area(polygon[0]) > 0 for polygon in polygons)
