"""Ranked areas kept for the page: a table of places, with no person in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from clew.insight.area_view import KEPT, AreasView, areas_view, kept_from
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.permissions import Action
from clew.workspace.reading import Reading

_RANKS, _REPORT = "area_ranks", "area_ranking"


class Placing(Reading):
    def keep_areas(self, actor: Actor, purpose: Purpose, ranked: pa.Table, report: Mapping[str, Any]) -> int:
        """Puts a ranking in the place of the one kept before; answers how many areas have a place on the map."""
        self.vault.require(actor, Action.ADD_RECORDS, purpose, "areas")
        kept = kept_from(
            ranked,
            self._places([str(area) for area in ranked["area"].to_pylist()] if "area" in ranked.column_names else []),
        )
        told = pa.table({"report": [json.dumps(dict(report), ensure_ascii=False)]})
        self.lake.replace({_RANKS: kept, _REPORT: told})
        self.vault.record(actor, "keep_areas", "areas", purpose, {"areas": kept.num_rows})
        return int(kept.num_rows - kept["latitude"].null_count)

    def areas(self, actor: Actor, purpose: Purpose) -> AreasView:
        """The ranking that is kept; empty where none is."""
        self.vault.require(actor, Action.READ_FLOWS, purpose, "areas")
        self.vault.record(actor, Action.READ_FLOWS.value, "areas", purpose)
        if _RANKS not in self.lake.names():
            return areas_view(KEPT.empty_table(), {})
        return areas_view(self.lake.read(_RANKS), json.loads(self.lake.read(_REPORT)["report"][0].as_py()))

    def _places(self, names: list[str]) -> Mapping[str, tuple[float, float]]:
        """Where areas lie: those of the workspace by id or name, else countries by code or name."""
        from clew.standards.places import countries

        found: dict[str, tuple[float, float]] = {}
        for country in countries():
            if country.latitude is not None and country.longitude is not None:
                for name in (country.alpha2, country.alpha3, country.name):
                    found[name.casefold()] = country.latitude, country.longitude
        for row in self.lake.read("areas", ["external_id", "name", "latitude", "longitude"]).to_pylist():
            if row["latitude"] is not None and row["longitude"] is not None:
                for name in (row["external_id"], row["name"]):
                    found[str(name).casefold()] = row["latitude"], row["longitude"]
        return {name: found[name.strip().casefold()] for name in names if name.strip().casefold() in found}
