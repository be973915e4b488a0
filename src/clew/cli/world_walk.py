"""Walks an invented world through the chain in a workspace that is thrown away, and keeps what an evaluation needs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clew.leads.classing.classes import place_of

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.workspace.class_models import Seen

_ADDED = ("adverts", "images", "pages", "tips", "calls", "conversations", "payments")


@dataclass(frozen=True, slots=True)
class Walked:
    """A world after the chain: its networks as classing reads them, what they really are, and what led to them."""

    seed: int
    seen: Seen
    truth: npt.NDArray[np.int64]
    """Place of each network's true class in `CLASSES`."""
    adverts: pa.Table
    """Truth of every advert."""
    members: pa.Table
    """id, network of every advert."""
    leads: pa.Table
    """lead, record, points of every advert in a lead."""

    @property
    def groups(self) -> Mapping[str, list[str]]:
        return {name: list(values) for name, values in self.seen.groups.items()}


def with_pictures() -> bool:
    """Whether pictures can be drawn here: without the extra `media` worlds have none, and networks join less."""
    return find_spec("pdqhash") is not None and find_spec("PIL") is not None


def walk(seed: int, adverts: int) -> Walked:
    """Builds the world of a seed and walks it. The same seed gives the same."""
    from clew.records import KINDS, LegalBasis, Source
    from clew.safeguards.keys import Cost, Unlock
    from clew.workspace import Workspace
    from clew.world import build
    from clew.world.write import csv_bytes, jsonl_bytes

    world = build(seed, adverts, with_pictures=with_pictures())
    source = Source(name=f"Invented world, seed {seed}", basis=LegalBasis.SYNTHETIC)
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        unlock = Unlock(key_file=room / "k" / "w.key")
        with Workspace.create(
            room / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner="evaluation"
        ) as made:
            actor = made.account()
            for plural in _ADDED:
                table, as_lines = getattr(world, plural), plural == "pages"
                path = room / (f"{plural}.jsonl" if as_lines else f"{plural}.csv")
                path.write_bytes(jsonl_bytes(table) if as_lines else csv_bytes(table))
                made.add(KINDS[plural], path, source, None, actor)
            made.run(actor)
            return _kept(seed, made, world.truth["adverts"])


def _kept(seed: int, made: object, truth: pa.Table) -> Walked:
    from clew.workspace import Workspace
    from clew.world.compare import network_classes

    assert isinstance(made, Workspace)
    members = made.lake.query(
        "SELECT a.external_id AS id, m.network FROM members m JOIN adverts a USING (record_id) ORDER BY id"
    )
    leads = made.lake.query(
        "SELECT l.lead, a.external_id AS record, l.points FROM leads l JOIN members m USING (network) JOIN adverts a USING (record_id)"
    )
    seen = made.seen()
    assert seen is not None
    real = network_classes(truth, members)
    of = dict(zip(real["network"].to_pylist(), real["class"].to_pylist(), strict=True))
    places = np.array([place_of(of[network]) for network in seen.networks.tolist()], np.int64)
    return Walked(seed, seen, places, truth, members, leads)
