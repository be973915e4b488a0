"""`clew adverts expand`: what else belongs to a number, an address, an account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from clew.links import EvidenceIndex
    from clew.records.raw import Raw
    from clew.records.rejects import Rejects

Seeds = Annotated[
    list[str] | None,
    typer.Option("--seed", metavar="KIND:VALUE", help="Where to begin, as in phone:+442079460000; may be repeated."),
]
SeedFile = Annotated[
    Path | None,
    typer.Option("--seeds", metavar="FILE", help="Seeds, one a line: they then stand in no history of commands."),
]
Nodes = Annotated[int, typer.Option("--nodes", help="Records and identifiers that are told at most.")]
Hops = Annotated[int, typer.Option("--hops", help="Steps from a seed at most.")]


def expand(
    file: files.Input,
    out: files.Out,
    seed: Seeds = None,
    seeds: SeedFile = None,
    nodes: Nodes = 300,
    hops: Hops = 6,
    map: files.Maps = None,  # noqa: A002
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
) -> None:
    """What hangs together with the seeds, strongest first, from signals as 'clew adverts scan' writes them.

    FILE has the columns id, kind, value and, where known, cluster. A value that many different texts name, or that bridges
    people who are reachable without it, is a hub: told, and not followed. Columns out: node, kind, hops, strength, via,
    via_kind, texts, hub. Strength is no probability.
    """
    from clew.links import Budget
    from clew.links import expand as look
    from clew.records import write_table

    files.check_output(out, rejects, inputs=[file])
    asked = _asked(seed, seeds)
    budget = Budget(nodes=nodes, hops=hops)
    with files.working("Reading signals"):
        signals, kept = _signals(file, map, encoding)
        files.keep_rejects(out, kept, rejects, readable=signals.num_rows)
        index = _index(signals)
    found = look(index, asked, budget=budget)
    for place in found.missing:
        files.say(f"seed {place + 1}: no record names it (kind {asked[place].partition(':')[0]})")
    if len(found.missing) == len(asked):
        raise UsageError(
            "--seed: nothing in the file names any of them; values are written as 'clew adverts scan' does"
        )
    write_table(found.found, out)
    if found.spent:
        files.say(f"the search ended at its budget ({nodes} nodes, {hops} hops); there is more")


def _asked(given: list[str] | None, file: Path | None) -> list[str]:
    from clew.links.evidence import evidence_kinds

    lines = _lines(file) if file is not None else []
    asked = [each.strip() for each in (*(given or ()), *lines) if each.strip()]
    if not asked:
        raise UsageError("--seed: name at least one, as KIND:VALUE")
    known = {"record", *(kind.kind for kind in evidence_kinds().values() if kind.joins)}
    for place, each in enumerate(asked, 1):
        kind, colon, value = each.partition(":")
        if not colon or not value or kind not in known:
            raise UsageError(f"seed {place}: write it as KIND:VALUE with a kind of {', '.join(sorted(known))}")
    return asked


def _lines(file: Path) -> list[str]:
    if not file.is_file():
        raise UsageError("--seeds: there is no such file")
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError("--seeds: the file is not UTF-8 text") from None


def _signals(file: Path, maps: list[str] | None, encoding: str | None) -> tuple[pa.Table, Rejects]:
    """record, kind, key and, where there is one, cluster, and the rows that cannot be read; other columns are left."""
    from clew.records.raw import checked, read_columns

    raw = read_columns(file, files.layout(encoding))
    table = raw.table
    columns = {"id": "id", "kind": "kind", "value": "value", "cluster": "cluster", **files.given_columns(maps)}
    unknown = sorted(set(columns) - {"id", "kind", "value", "cluster"})
    if unknown:
        raise UsageError(f"--map: signals have no field {', '.join(unknown)}; they have cluster, id, kind, value")
    missing = [
        f"{ours} ({columns[ours]})" for ours in ("id", "kind", "value") if columns[ours] not in table.column_names
    ]
    if missing:
        raise UsageError(f"{file}: has no column {', '.join(missing)}; name it with --map OURS=THEIRS")
    names = {"record": columns["id"], "kind": columns["kind"], "key": columns["value"]}
    if columns["cluster"] in table.column_names:
        names["cluster"] = columns["cluster"]
    found = _with_values(checked(raw, list(names.values())), columns)
    return found.table.select(list(names.values())).rename_columns(list(names)), found.rejects


def _with_values(raw: Raw, columns: Mapping[str, str]) -> Raw:
    """Without the rows that say what joins and name no record or no value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from clew.links.identifiers import LIMITS
    from clew.records.raw import reject_rows

    for ours in ("id", "value"):
        joins = pc.is_in(raw.table[columns["kind"]].cast(pa.string()), pa.array(list(LIMITS), pa.string()))
        empty = pc.and_(joins, pc.is_null(raw.table[columns[ours]]))
        raw = reject_rows(raw, empty.combine_chunks(), ours, "required and empty")
    return raw


def _index(signals: pa.Table) -> EvidenceIndex:
    import pyarrow as pa
    import pyarrow.compute as pc

    from clew.links import EvidenceIndex
    from clew.links.bridges import bridges
    from clew.links.identifiers import LIMITS

    mentions = signals
    if "cluster" in signals.column_names:
        codes = signals["cluster"].combine_chunks().dictionary_encode().indices
        mentions = signals.set_column(signals.column_names.index("cluster"), "cluster", pc.cast(codes, pa.int64()))
    known = mentions.filter(pc.is_in(mentions["kind"], pa.array(list(LIMITS), pa.string())))
    known = known.filter(pc.and_(known["record"].is_valid(), known["key"].is_valid()))
    edges = known.select(["record", "kind", "key"]).group_by(["record", "kind", "key"]).aggregate([])
    edges = pa.table({name: pc.cast(edges[name], pa.string()) for name in edges.column_names})
    return EvidenceIndex.of(mentions, bridges(edges, _texts(known)))


def _texts(known: pa.Table) -> pa.Table:
    """record, cluster; none where the file says nothing of texts: each record is then one of its own."""
    import pyarrow as pa

    if "cluster" not in known.column_names:
        return pa.table({"record": pa.array([], pa.string()), "cluster": pa.array([], pa.int64())})
    return known.group_by("record").aggregate([("cluster", "min")]).rename_columns(["record", "cluster"]).drop_null()
