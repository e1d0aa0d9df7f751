"""Outlines of areas: a GeoJSON file checked against RFC 7946, its rings turned as that asks."""

import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toms_engine.domain.file_faults import FileFaults

MAX_FEATURES = 50_000
DECIMALS = 7
"""Of a degree: a centimetre."""

LEAST_POSITIONS = 4
_WGS84 = frozenset({"urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:ogc::crs84", "epsg:4326", "crs84"})

Position = tuple[float, float]
Ring = list[Position]


@dataclass(frozen=True, slots=True)
class Boundary:
    """The outline of one area, as GeoJSON text."""

    code: str
    geometry: str


def read_boundaries(
    document: Any, code_property: str, known_codes: Collection[str], faults: FileFaults
) -> list[Boundary]:
    """The outlines of a FeatureCollection, each of a known area, by the property that holds its code.

    Geometries are polygons or multipolygons in longitude and latitude (WGS 84); rings are closed, have at
    least four positions and enclose something. Outer rings come out counter-clockwise and holes clockwise
    (RFC 7946, section 3.1.6), positions with seven decimals and without heights.
    """
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        faults.at("/type", "not_a_feature_collection", "a GeoJSON FeatureCollection is needed")
        return []
    _check_crs(document, faults)
    features = document.get("features")
    if not isinstance(features, list) or not 1 <= len(features) <= MAX_FEATURES:
        faults.at("/features", "features_missing", f"a file has 1 to {MAX_FEATURES} features")
        return []
    reader = _Reader(code_property, known_codes, faults)
    return [
        found for at, feature in enumerate(features) if (found := reader.boundary(at, feature)) is not None
    ]


def _check_crs(document: Mapping[str, Any], faults: FileFaults) -> None:
    """Older files name their coordinate system; only longitude and latitude are read."""
    crs = document.get("crs")
    if crs is None:
        return
    named = crs.get("properties", {}) if isinstance(crs, dict) else {}
    name = named.get("name") if isinstance(named, dict) else None
    if not isinstance(name, str) or name.lower() not in _WGS84:
        faults.at(
            "/crs", "crs_unsupported", "coordinates are longitude and latitude (WGS 84), as RFC 7946 asks"
        )


class _Reader:
    """Reads features, and knows which areas it has seen."""

    def __init__(self, code_property: str, known_codes: Collection[str], faults: FileFaults) -> None:
        self._property, self._known, self._faults = code_property, known_codes, faults
        self._seen: set[str] = set()

    def boundary(self, at: int, feature: Any) -> Boundary | None:
        pointer = f"/features/{at}"
        code = self._code(pointer, feature)
        if code is None:
            return None
        geometry = feature.get("geometry")
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if kind not in ("Polygon", "MultiPolygon"):
            self._faults.at(
                f"{pointer}/geometry", "geometry_not_polygon", "a Polygon or MultiPolygon is needed"
            )
            return None
        outline = f"{pointer}/geometry/coordinates"
        coordinates = geometry.get("coordinates")
        polygons = [coordinates] if kind == "Polygon" else coordinates
        if not isinstance(polygons, list) or not polygons:
            self._faults.at(outline, "coordinates_malformed", "a list of polygons is needed")
            return None
        read = [self._polygon(outline, polygon) for polygon in polygons]
        if any(polygon is None for polygon in read):
            return None
        shape = {"type": kind, "coordinates": read[0] if kind == "Polygon" else read}
        return Boundary(code, json.dumps(shape, separators=(",", ":")))

    def _code(self, pointer: str, feature: Any) -> str | None:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        code = properties.get(self._property) if isinstance(properties, dict) else None
        place = f"{pointer}/properties/{self._property}"
        if not isinstance(code, str) or feature.get("type") != "Feature":
            self._faults.at(place, "area_code_missing", "a Feature with the area's code is needed")
            return None
        if code not in self._known:
            self._faults.at(place, "area_unknown", "the index has no area with this code")
            return None
        if code in self._seen:
            self._faults.at(place, "area_duplicate", "the area has an outline further up")
            return None
        self._seen.add(code)
        return code

    def _polygon(self, pointer: str, polygon: Any) -> list[Ring] | None:
        """The rings of a polygon, the outer one first; None when it has a fault."""
        if not isinstance(polygon, list) or not polygon:
            self._faults.at(pointer, "coordinates_malformed", "a polygon is a list of rings")
            return None
        rings = [self._ring(pointer, ring) for ring in polygon]
        read = [ring for ring in rings if ring is not None]
        if len(read) < len(rings):
            return None
        return [_turned(ring, counter_clockwise=at == 0) for at, ring in enumerate(read)]

    def _ring(self, pointer: str, ring: Any) -> Ring | None:
        if not isinstance(ring, list) or len(ring) < LEAST_POSITIONS:
            self._faults.at(pointer, "ring_too_short", f"a ring has at least {LEAST_POSITIONS} positions")
            return None
        read = [_position(position) for position in ring]
        positions = [position for position in read if position is not None]
        if len(positions) < len(read):
            words = "a position is a longitude between -180 and 180 and a latitude between -90 and 90"
            self._faults.at(pointer, "position_out_of_range", words)
            return None
        if positions[0] != positions[-1]:
            self._faults.at(pointer, "ring_open", "a ring ends where it begins")
            return None
        if doubled_area(positions) == 0:
            self._faults.at(pointer, "ring_empty", "a ring encloses something")
            return None
        return positions


def _position(value: Any) -> Position | None:
    if not isinstance(value, list) or len(value) < 2:
        return None
    longitude, latitude = value[0], value[1]
    if not all(type(one) in (int, float) for one in (longitude, latitude)):
        return None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    return round(float(longitude), DECIMALS), round(float(latitude), DECIMALS)


def doubled_area(ring: Sequence[Position]) -> float:
    """Twice the area that a ring encloses on the plane: positive when it runs counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))


def _turned(ring: Ring, *, counter_clockwise: bool) -> Ring:
    return ring if (doubled_area(ring) > 0) is counter_clockwise else ring[::-1]
