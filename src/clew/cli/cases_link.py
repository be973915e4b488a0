"""`clew cases link, encode, match, intersect`: one person counted once, within an organisation and between several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import cases_intersect, files
from clew.cli.case_persons import PersonMaps, check_json, in_one, people_of
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.records.rejects import Rejects


Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold", help="Joins above this mean weight, in bits (default: where the expected F1 is highest)."
    ),
]
ReviewSize = Annotated[int, typer.Option("--review-size", help="Clusters of more rows are marked for review.", min=1)]
ReviewBelow = Annotated[
    float, typer.Option("--review-below", help="So are clusters with a row of a lower probability.", min=0, max=1)
]
Seed = Annotated[int, typer.Option("--seed", help="Draws the random pairs that the model is learnt from.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to `clew cases`."""
    app.command("link")(link)
    app.command("encode")(encode)
    app.command("match")(match)
    app.add_typer(cases_intersect.app, name="intersect")


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
    threshold: Threshold = None,
    review_size: ReviewSize = 25,
    review_below: ReviewBelow = 0.8,
    largest_block: Annotated[
        int, typer.Option("--largest-block", help="A key that more rows share is not used to propose pairs.", min=2)
    ] = 200,
    seed: Seed = 1,
    engine: Annotated[
        str, typer.Option("--engine", help="Compares the pairs: duckdb, or spark (needs the extra 'spark' and Java).")
    ] = "duckdb",
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

    files.check_output(
        out, explain, rejects or files.rejects_beside(out), inputs=[*file, *([judgements] if judgements else [])]
    )
    check_json(report)
    table, refused = people_of(file, files.given_columns(map, id=id), no_header, encoding, sheet)
    files.keep_rejects(out, refused, rejects, readable=table.num_rows or not len(refused))
    edges = read_table(judgements).table if judgements else None
    options = LinkOptions(
        cut=threshold, largest_block=largest_block, review_size=review_size, review_below=review_below, seed=seed
    )
    with files.working("Comparing persons"):
        made = link_persons(
            table, columns={name: name for name in table.column_names}, edges=edges, options=options, engine=engine
        )
    if explain is not None:
        write_table(made.explained(), explain)
    if report is not None:
        files.write_json(made.report, report)
    write_table(made.table, out)
    files.say(
        f"{made.report['rows']} rows, {made.report['persons']} persons proposed; {made.report['clusters_to_review']} clusters for a person to look at"
    )
    dropped = made.report["blocking"]["keys_dropped"]
    if dropped:
        files.say(f"{dropped} keys are shared by more than {largest_block} rows and proposed no pair (--largest-block)")


def encode(
    file: files.Input,
    out: files.Out,
    secret_file: Annotated[
        Path,
        typer.Option(
            "--secret-file", metavar="FILE", help="The secret all contributors share: 32 random bytes, mode 0600."
        ),
    ],
    contributor: Annotated[
        str | None,
        typer.Option("--contributor", help="Your organisation's name among them (default: the file's name)."),
    ] = None,
    fields: Annotated[
        str | None,
        typer.Option(
            "--fields", metavar="A,B", help="The fields all contributors agreed on (default: those of the file)."
        ),
    ] = None,
    new_secret: Annotated[
        bool, typer.Option("--new-secret", help="Makes the secret file first; it must not exist.")
    ] = False,
    ids: Annotated[
        Path | None,
        typer.Option(
            "--ids", metavar="FILE", help="Also writes which pseudonym is which of your ids. It stays with you."
        ),
    ] = None,
    id: files.IdColumn = None,
    map: PersonMaps = None,  # noqa: A002
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Encodes persons for a hub that must not know them. Columns out: id (a pseudonym), encoding, check, fingerprint.

    The hub matches encodings made under one secret and one set of fields; it refuses others. Send it the output, never
    the secret and never --ids.
    """
    import pyarrow as pa

    from clew.links.persons.encoding import encode as encode_persons
    from clew.links.persons.encoding import fingerprint, pseudonyms
    from clew.links.persons.secret import Secret, make_secret
    from clew.records import write_table

    files.check_output(out, ids, rejects or files.rejects_beside(out), inputs=[file, secret_file])
    if new_secret:
        make_secret(secret_file)
    secret = Secret.read(secret_file)
    table, refused = people_of([file], files.given_columns(map, id=id), no_header, encoding, sheet)
    files.keep_rejects(out, refused, rejects, readable=table.num_rows or not len(refused))
    chosen = [name.strip() for name in fields.split(",") if name.strip()] if fields else None
    name = contributor or file.name.split(".")[0]
    with files.working("Encoding persons"):
        made = encode_persons(table, secret, contributor=name, fields=chosen)
    if ids is not None:
        own = table["id"].to_pylist()
        write_table(pa.table({"id": own, "pseudonym": pseudonyms(own, secret, name)}), ids)
    write_table(made, out)
    used = chosen or [each for each in table.column_names if each != "id"]
    files.say(
        f"{made.num_rows} of {table.num_rows} persons encoded from {', '.join(used)}; fingerprint {fingerprint(secret, used)[:8]}"
    )
    if made.num_rows < table.num_rows:
        files.say(f"{table.num_rows - made.num_rows} persons have too little recorded to be encoded")


def match(
    file: files.Inputs,
    out: files.Out,
    threshold: Threshold = None,
    one_to_one: Annotated[
        bool,
        typer.Option(
            "--one-to-one",
            help="Of two files that hold each person once: a row is joined with at most one of the other.",
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Also writes the model, and what each threshold is expected to cost (.json).",
        ),
    ] = None,
    review_size: ReviewSize = 25,
    review_below: ReviewBelow = 0.8,
    seed: Seed = 1,
    rejects: files.RejectsFile = None,
) -> None:
    """Matches encodings of several contributors: who is one person, with no name seen.

    Columns out: id, cluster, probability, review. Refuses files made under different secrets, fields or releases of
    clew. Rows changed on their way are rejected and kept.
    """
    from dataclasses import replace

    import numpy as np

    from clew.links.persons.matching import MATCHING, one_fingerprint
    from clew.links.persons.matching import match as match_encodings
    from clew.records import write_table

    files.check_output(out, rejects, inputs=file)
    check_json(report)
    if one_to_one and len(file) != 2:
        raise UsageError("--one-to-one: is for two files")
    tables, refused = _encodings(file)
    one_fingerprint([(path.name, table["fingerprint"].to_pylist()) for path, table in zip(file, tables, strict=True)])
    rows = sum(table.num_rows for table in tables)
    files.keep_rejects(out, refused, rejects, readable=rows or not len(refused))
    named = in_one(tables, file)
    source = np.repeat(np.arange(len(tables)), [table.num_rows for table in tables]).tolist() if one_to_one else None
    options = replace(MATCHING, cut=threshold, review_size=review_size, review_below=review_below, seed=seed)
    with files.working("Comparing encodings"):
        made = match_encodings(named["id"].to_pylist(), named["encoding"].to_pylist(), options=options, source=source)
    if report is not None:
        files.write_json(made.report, report)
    write_table(made.table, out)
    files.say(
        f"{made.report['rows']} encodings, {made.report['persons']} persons proposed; {made.report['clusters_to_review']} clusters for a person to look at"
    )


def _encodings(paths: list[Path]) -> tuple[list[pa.Table], Rejects]:
    import numpy as np
    import pyarrow as pa

    from clew.links.persons.matching import unfit
    from clew.records.raw import read_raw, rejects_of
    from clew.records.rejects import Rejects

    tables, refused = [], Rejects.none()
    for path in paths:
        raw = read_raw(path)
        gone = np.zeros(raw.table.num_rows, dtype=bool)
        refused += raw.rejects
        for rule, broken in unfit(raw.table):
            fresh = broken & ~gone
            if fresh.any():
                refused += rejects_of(raw.table.filter(pa.array(fresh)), raw.rows[fresh], "encoding", rule, "id")
            gone |= broken
        tables.append(raw.table.filter(pa.array(~gone)))
    return tables, refused
