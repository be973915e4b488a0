"""What `write` leaves can be read by the readers of records, row for row."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from clew.records.kinds import KINDS
from clew.records.read import read_file, read_table
from clew.world import World, build, write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    out = tmp_path_factory.mktemp("world")
    world = build(9, 600)
    write(world, out)
    return world, out


@pytest.mark.parametrize(
    "name", ["adverts", "postings", "images", "tips", "calls", "conversations", "payments", "areas"]
)
def test_csv_files_read_back_as_they_were(made: tuple[World, Path], name: str) -> None:
    world, out = made
    read = read_file(out / f"{name}.csv", KINDS[name])
    assert not len(read.rejects)
    assert read.table.combine_chunks() == getattr(world, name).combine_chunks()


def test_pages_read_back_as_they_were(made: tuple[World, Path]) -> None:
    world, out = made
    read = read_file(out / "pages.jsonl", KINDS["pages"])
    assert not len(read.rejects)
    assert read.table.combine_chunks() == world.pages.combine_chunks()


def test_the_spreadsheet_reads_back_as_it_was(made: tuple[World, Path]) -> None:
    world, out = made
    table = read_table(out / "cases_htcds.xlsx").table
    assert table.column_names == world.cases_htcds.column_names
    assert table["prs_FirstName"].to_pylist() == world.cases_htcds["prs_FirstName"].to_pylist()
    read = read_file(out / "cases_htcds.xlsx", KINDS["cases"])
    assert not len(read.rejects)
    assert read.table["id"].to_pylist() == world.cases_htcds["case_id"].to_pylist()


def test_the_command_builds_a_world_and_says_what_it_is(tmp_path: Path) -> None:
    import typer

    from clew.cli.world import register

    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, ["--seed", "2", "--adverts", "150", "--no-pictures", "--out", str(tmp_path / "w")])
    assert result.exit_code == 0
    assert "invented" in result.output
    assert (tmp_path / "w" / "truth" / "adverts.csv").is_file()
    assert not (tmp_path / "w" / "images").exists()
