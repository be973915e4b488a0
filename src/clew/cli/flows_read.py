"""`clew flows read`: what reports and news claim of cases, each claim with its span."""

from __future__ import annotations

import typer

from clew.cli import files


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command("read")(read)


def read(
    file: files.Inputs,
    out: files.Out,
    id: files.IdColumn = None,
    text: files.TextColumn = None,
    map: files.Maps = None,  # noqa: A002
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Reads origin, transit, destination, sector, form and recruitment out of reports and news.

    Columns out: id, claim, value, place, start, end, status (said, doubted, denied), confidence, sentence_start, sentence_end. Claims are
    no counts: ten reports may tell of one case. A text whose places could not be read has a row of claim `failed`.
    """
    from clew.insight.reports import read_reports
    from clew.records import KINDS, write_table

    files.check_output(out, rejects, inputs=file)
    columns = files.given_columns(map, id=id, text=text)
    got = files.read_records(file, KINDS["adverts"], columns, files.layout(encoding, no_header, sheet), ("id", "text"))
    files.keep_rejects(out, got.rejects, rejects, readable=got.table.num_rows)
    with files.working("Reading reports"):
        found = read_reports(got.table["id"].to_pylist(), got.table["text"].to_pylist())
    write_table(found, out)
    counted = found["claim"].to_pylist()
    files.say(
        f"{len(counted)} claims in {got.table.num_rows} texts; {found['status'].to_pylist().count('denied')} of them denied there"
    )
    if "failed" in counted:
        files.say(f"{counted.count('failed')} texts could not be read for places; they are marked failed in {out}")
