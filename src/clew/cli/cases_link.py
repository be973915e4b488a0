"""`clew cases link, encode, match, intersect`: one person counted once, within an organisation and between several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.records.rejects import Rejects

PersonMaps = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FIELD=COLUMN", help="Names a column that the file calls otherwise; may be repeated."
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the commands to `clew cases`."""
    app.command("link")(link)


def link(
    file: files.Inputs,
    out: files.Out,
    id: files.IdColumn = None,
    map: PersonMaps = None,  # noqa: A002
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Also writes the model, and what each threshold is expected to cost (.json).",
        ),
    ] = None,
    explain: Annotated[
        Path | None,
        typer.Option(
            "--explain", metavar="FILE", help="Also writes why: one row for each step of each pair inside a cluster."
        ),
    ] = None,
    judgements: Annotated[
        Path | None,
        typer.Option(
            "--judgements", metavar="FILE", help="What people said of pairs: left, right, verdict (yes, no, not_sure)."
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", help="Joins above this mean weight, in bits (default: where the expected F1 is highest)."
        ),
    ] = None,
    review_size: Annotated[
        int, typer.Option("--review-size", help="Clusters of more rows are marked for review.", min=1)
    ] = 25,
    review_below: Annotated[
        float, typer.Option("--review-below", help="So are clusters with a row of a lower probability.", min=0, max=1)
    ] = 0.8,
    largest_block: Annotated[
        int, typer.Option("--largest-block", help="A key that more rows share is not used to propose pairs.", min=2)
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Draws the random pairs that the model is learnt from.")] = 1,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Proposes which rows are one person. Columns out: id, cluster, probability, review.

    A cluster is named by its lowest id. `review` says what a person must look at: size, confidence or not_sure. Nothing
    is merged. Where several files use the same id, ids get the file's name in front. Weights are learnt from the files
    themselves, without labels; the probability is the model's own and not calibrated on judgements.
    """
    from clew.links.persons import LinkOptions
    from clew.links.persons import link as link_persons
    from clew.records import read_table, write_table

    files.check_output(out, explain, rejects, inputs=[*file, *([judgements] if judgements else [])])
    _check_json(report)
    table, refused = _people(file, files.given_columns(map, id=id), no_header, encoding, sheet)
    files.keep_rejects(out, refused, rejects, readable=table.num_rows or not len(refused))
    edges = read_table(judgements).table if judgements else None
    options = LinkOptions(
        cut=threshold, largest_block=largest_block, review_size=review_size, review_below=review_below, seed=seed
    )
    with files.working("Comparing persons"):
        made = link_persons(table, columns={name: name for name in table.column_names}, edges=edges, options=options)
    if explain is not None:
        write_table(made.explained(), explain)
    if report is not None:
        _write_json(made.report, report)
    write_table(made.table, out)
    files.say(
        f"{made.report['rows']} rows, {made.report['persons']} persons proposed; {made.report['clusters_to_review']} clusters for a person to look at"
    )
    dropped = made.report["blocking"]["keys_dropped"]
    if dropped:
        files.say(f"{dropped} keys are shared by more than {largest_block} rows and proposed no pair (--largest-block)")


def _people(
    paths: list[Path], columns: dict[str, str], no_header: bool, encoding: str | None, sheet: str | None
) -> tuple[pa.Table, Rejects]:
    """The persons of all files; rows without an id of their own are refused, and ids that two files use are prefixed."""
    import pyarrow as pa

    from clew.links.persons.fields import read_persons
    from clew.records.raw import read_raw
    from clew.records.rejects import Rejects

    tables, refused = [], Rejects.none()
    for path in paths:
        raw = read_raw(path, files.layout(encoding, no_header, sheet))
        table, broken = read_persons(raw, columns)
        tables.append(table)
        refused += raw.rejects + broken
    if len(tables) > 1 and len(set().union(*(t["id"].to_pylist() for t in tables))) < sum(t.num_rows for t in tables):
        names = _file_names(paths)
        files.say(f"ids repeat between the files: they are written as FILE:ID ({', '.join(names)})")
        tables = [
            t.set_column(0, "id", pa.array([f"{name}:{each}" for each in t["id"].to_pylist()], pa.string()))
            for t, name in zip(tables, names, strict=True)
        ]
    return pa.concat_tables(tables, promote_options="default"), refused


def _file_names(paths: list[Path]) -> list[str]:
    stems = [path.name.split(".")[0] for path in paths]
    return stems if len(set(stems)) == len(stems) else [f"{number}-{stem}" for number, stem in enumerate(stems, 1)]


def _check_json(path: Path | None) -> None:
    if path is not None and (path.suffix.lower() != ".json" or not path.parent.is_dir()):
        raise UsageError(f"{path}: a report is a .json file in a folder that exists")


def _write_json(value: object, path: Path) -> None:
    import json

    from clew.records.write import whole_file

    with whole_file(path) as part:
        part.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
