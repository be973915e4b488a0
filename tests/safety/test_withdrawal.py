"""A refusal, and an erasure, reach every place in which a workspace can keep anything of a person.

The places are not listed here: they are read from the tables, the folder and the code. A new one without a row in `store/resting.py` fails.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pyarrow as pa
import pytest
from small_workspace import FILES, OVERSIGHT, SHELTER, bytes_of, made, number_of
from sqlalchemy import inspect

import clew
from clew.desk import ReleaseAsk
from clew.insight.area_view import KEPT
from clew.safeguards.actors import Purpose
from clew.safeguards.errors import Blocked
from clew.store.lake import Lake
from clew.store.lake_forgetting import NAMES
from clew.store.models import Base
from clew.store.resting import FOLDER, LAKE, VAULT, Rests
from clew.workspace import Workspace, disclosed
from clew.workspace.person_linking import TABLES

pytestmark = pytest.mark.xdist_group("withdrawal")
SUPPORT, COUNT = Purpose.CASE_SUPPORT, Purpose.STATISTICS
ROOT = Path(clew.__file__).parent
SECRETS = ("Amaracanary", "Okaforcanary", "Canarytext", "Wordscanary", "Callcanary", "Draftcanary", "Disclosedcanary")
"""What names the person or was said by them; and what was made of it."""
ASK = ReleaseAsk(title="t", recipient="r", method="anonymise", parameter=11, columns=("gender",))
TIED = {*NAMES, "lead", "old", "network", "subject"}
"""Columns by which a row of the lake belongs to somebody."""


# The places, from the code.


def test_every_table_of_the_vault_says_what_it_holds_of_persons(kept: SimpleNamespace) -> None:
    with kept.workspace.vault._read() as tx:
        there = set(inspect(tx.connection()).get_table_names()) - {"alembic_version"}
    assert there == set(Base.metadata.tables) == set(VAULT)
    assert not [name for name, place in VAULT.items() if place.holds in (Rests.ACT, Rests.COUNT) and not place.why]


def test_the_lake_takes_no_table_that_nobody_spoke_of(kept: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="resting"):
        kept.workspace.lake.replace({"brand_new": pa.table({"record_id": ["x"]})})
    assert set(kept.before) == set(LAKE)  # all of them were made, and planted in, by the fixture below
    tied = {name for name, table in kept.before.items() if TIED & set(table.column_names)}
    assert tied == {name for name, place in LAKE.items() if place.holds in (Rests.RECORD, Rests.DERIVED)}


def test_every_file_that_the_code_writes_into_the_folder_is_known(kept: SimpleNamespace) -> None:
    found = set(_first_names())
    assert found >= {
        "rejects",
        "drafts",
        "releases",
        "disclosed",
        "models",
        "dpia",
        "vault.db",
        "lake.duckdb",
    }  # it can find
    assert found == set(FOLDER)
    there = {path.name.removesuffix("-wal").removesuffix("-shm").removesuffix(".wal") for path in kept.folder.iterdir()}
    assert there <= set(FOLDER)


def _first_names() -> Iterator[str]:
    """The first name of each path that is made of a workspace's folder, in all rooms that know the folder."""
    for path in sorted((ROOT / "workspace").glob("*.py")):
        module = import_module(f"clew.workspace.{path.stem}".removesuffix(".__init__"))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_folder(node.left, path.stem):
                yield from _said(node.right, tree, module)


def _said(value: ast.expr, tree: ast.Module, module: ModuleType) -> Iterator[str]:
    """The names that an expression can stand for: its own, a constant's, or those that a loop takes it through."""
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.Name) and isinstance(got := getattr(module, value.id, None), str | tuple):
        yield from (got,) if isinstance(got, str) else got
    elif isinstance(value, ast.Name):
        for loop in ast.walk(tree):
            if isinstance(loop, ast.For | ast.comprehension) and ast.unparse(loop.target) == value.id:
                for each in loop.iter.elts if isinstance(loop.iter, ast.Tuple) else [loop.iter]:
                    if isinstance(each, ast.Constant | ast.Name):
                        yield from _said(each, tree, module)


def _is_folder(node: ast.expr, module: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "folder"
    return (
        isinstance(node, ast.Name) and node.id == "folder" and module in {"opened", "settings", "drafts", "disclosed"}
    )


READS_OF_CASES = {
    "settle_cases": "puts the newest record of a case in its place",
    "_superseded": "numbers of cases",
    "_numbers": "numbers of cases",
    "_qualification": "one case, for who supports the person",
    "qualification": "one case, for who supports the person",
    "rectify": "one case, put right",
    "_children": "a guard: two persons are asked where a child is concerned",
    "_shut_cases": "a guard: what is withheld",
    "_cases": "cases that were proposed to be one person; a refusal took the proposal away",
}
"""Functions that read cases without asking who is kept out, and why they may."""


def test_whoever_reads_cases_asks_who_refused_or_has_a_reason() -> None:
    """Counts, releases, links and lists for counting are made when they are asked for: nothing is stored that a refusal could miss."""
    asking, other = set(), set()
    for path in sorted((ROOT / "workspace").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            words = ast.unparse(function)
            reads = (
                "read('cases'",
                "read(DATASET",
                "read(SUPERSEDED)",
                "read(SUPERSEDED,",
                "FROM cases",
                "table('cases'",
            )
            if any(each in words for each in reads):
                (asking if "countable(" in words or "kept_out(" in words else other).add(function.name)
    assert {"flows", "cases", "_cases_for_quality", "_people", "_asked"} <= asking
    assert other == set(READS_OF_CASES), f"{other ^ set(READS_OF_CASES)}: ask `countable`, or say why not"


# What goes, and what stays.


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A workspace with a canary of one person in every place, and the same of another person beside it."""
    folder = tmp_path_factory.mktemp("withdrawal")
    rows = "".join(f"O{n},Berta{n},Kovac,,Said by Berta,Woman,HRV\n" for n in range(14))
    head, *lines = (FILES["cases"][0].replace("Words of Amara <b>bold</b>", "Wordscanary") + rows).splitlines()
    cases = ("\n".join([f"{head},age", *(f"{line},30" for line in lines)]) + "\n", SHELTER)
    with made(folder, {**FILES, "cases": cases}) as workspace:
        anna = workspace.account()
        number, other = number_of(workspace, "AM-0001"), number_of(workspace, "ZZ-0002")
        first = workspace._case_of(number)
        call = workspace.log_contact(anna, SUPPORT, {"channel": "call", "text": "Callcanary"})
        workspace.note_contact(anna, SUPPORT, call, case=number)
        workspace.record_on_case(anna, SUPPORT, number, "support", {"need": "shelter", "state": "planned"})
        workspace.rectify(anna, OVERSIGHT, number, "citizenship", "NGA", "she showed her papers")
        advert = workspace.lake.query("SELECT record_id FROM adverts WHERE external_id = 'ad-1'")["record_id"][
            0
        ].as_py()
        workspace.rectify(anna, OVERSIGHT, advert, "place", "York", "she said where it was")
        name = workspace.assessment(anna).name
        workspace.approve_assessment(anna, OVERSIGHT, name, "read and accepted", accept_open=True)
        workspace.run(anna)
        workspace.keep_areas(anna, OVERSIGHT, KEPT.empty_table(), {})
        made_before = SimpleNamespace(
            workspace=workspace, folder=workspace.folder, number=number, other=other, records=(first, workspace._case_of(number)),
            call=call, theirs=workspace._case_of(other),
        )  # fmt: skip
        (workspace.folder / "rejects").mkdir(exist_ok=True)
        (workspace.folder / "rejects" / "x.rejects.csv").write_text("id,first_name\n1,Amaracanary\n2,Berta\n", "utf-8")
        made_before.before = _planted(made_before)
        yield made_before


def _planted(kept: SimpleNamespace) -> dict[str, pa.Table]:
    """Puts rows of both persons into every table that was derived, by its own columns; answers all tables as they are then."""
    lake: Lake = kept.workspace.lake
    for name, table in TABLES.items():
        if name not in lake.names():
            lake.replace({name: table.empty_table()})
    tables = {name: lake.read(name) for name in lake.names()}
    for name, place in LAKE.items():
        if place.holds is Rests.DERIVED:
            mine, theirs = (
                [_row(tables[name].schema, record, at) for record in records]
                for records, at in (((kept.records[-1], kept.call), 7_001), ((kept.theirs,), 7_002))
            )
            tables[name] = pa.Table.from_pylist([*mine, *theirs], tables[name].schema)
    lake.replace({name: table for name, table in tables.items() if LAKE[name].holds is Rests.DERIVED})
    return {name: lake.read(name) for name in lake.names()}


def _row(schema: pa.Schema, record: str, at: int) -> dict[str, object]:
    def value(field: pa.Field) -> object:
        if field.name in NAMES:
            return record
        if pa.types.is_integer(field.type):
            return at
        if pa.types.is_string(field.type):
            return f"{field.name}-{at}"  # leads and subjects of two persons are two
        if pa.types.is_list(field.type) and pa.types.is_string(field.type.value_type):
            return [record]
        return None

    return {field.name: value(field) for field in schema}


def _answer(kept: SimpleNamespace, layer: str, said: str, **more: str) -> None:
    form = {"layer": layer, "answer": said, "way": "spoken"} | more
    kept.workspace.record_on_case(kept.workspace.account(), SUPPORT, kept.number, "consent", form)


def _draft(kept: SimpleNamespace) -> str:
    workspace: Workspace = kept.workspace
    found = workspace.preview_release(workspace.account(), COUNT, ASK)
    assert list((kept.folder / "drafts").iterdir())
    return found.fingerprint


def _disclosed(kept: SimpleNamespace) -> Path:
    left = disclosed.Disclosed(b"Disclosedcanary", ".pdf", tuple(kept.records))
    return disclosed.keep(kept.folder, kept.workspace.keys, "rel_1", left)


def _mentions(kept: SimpleNamespace, table: str) -> bool:
    """Whether a row of this table names any record of hers, or a lead, network or subject that stands on them."""
    text = str(kept.workspace.lake.read(table).to_pylist())
    return any(mark in text for mark in (*kept.records, kept.call, "7001"))


def test_a_no_to_statistics_leaves_every_count_and_touches_nothing_else(kept: SimpleNamespace) -> None:
    workspace, anna = kept.workspace, kept.workspace.account()
    before = _draft(kept)
    rows, total = workspace.cases(anna, COUNT)
    known = workspace._cases_for_quality().num_rows
    seen = len(list(workspace.vault.watch_contacts(anna, COUNT, "test")(workspace.vault._clock().replace(year=2020))))
    _answer(kept, "statistics", "withdrawn")
    assert not list((kept.folder / "drafts").iterdir())
    assert _draft(kept) != before
    after, fewer = workspace.cases(anna, COUNT)
    assert (fewer, kept.number in {row.number for row in after}) == (total - 1, False)
    assert kept.number in {row.number for row in rows} & {
        row.number for row in workspace.cases(anna, SUPPORT, limit=50)[0]
    }
    with pytest.raises(Blocked, match="counted"):
        workspace.case(anna, COUNT, kept.number)
    assert workspace._cases_for_quality().num_rows == known - 1
    times = workspace.vault.watch_contacts(anna, COUNT, "test")(workspace.vault._clock().replace(year=2020))
    assert len(list(times)) == seen - 1  # what she rang about is not counted either
    assert all(_mentions(kept, name) for name, place in LAKE.items() if place.holds is Rests.DERIVED)
    _answer(kept, "statistics", "yes")


def test_a_no_to_research_leaves_releases_and_not_the_houses_own_counts(kept: SimpleNamespace) -> None:
    workspace, anna = kept.workspace, kept.workspace.account()
    before, total = _draft(kept), workspace.cases(anna, COUNT)[1]
    _answer(kept, "research", "withdrawn")
    assert not list((kept.folder / "drafts").iterdir())
    assert _draft(kept) != before
    assert workspace.cases(anna, COUNT)[1] == total
    _answer(kept, "research", "yes")
    assert _draft(kept) == before  # and a yes brings her back, by asking anew


@pytest.mark.parametrize("layer", ["share_situation", "law_enforcement"])
def test_a_no_to_giving_it_on_keeps_it_in_the_house(kept: SimpleNamespace, layer: str) -> None:
    more = (
        {"to": "any:shelter", "until": (datetime.now(UTC).date() + timedelta(days=30)).isoformat()}
        if layer == "share_situation"
        else {}
    )
    workspace = kept.workspace
    hers = set(kept.records)  # what was said on one record of a case is said of all
    assert not hers & workspace.vault.kept_out("dossiers")
    _answer(kept, layer, "withdrawn")
    assert hers <= workspace.vault.kept_out("dossiers")
    assert not hers & workspace.vault.said_yes(layer)
    assert not hers & workspace.vault.kept_out("statistics")
    _answer(kept, layer, "yes", **more)
    assert not hers & workspace.vault.kept_out("dossiers")


def test_who_takes_back_that_it_be_kept_leaves_all_that_was_derived_and_keeps_their_support(
    kept: SimpleNamespace,
) -> None:
    workspace, anna = kept.workspace, kept.workspace.account()
    assert all(_mentions(kept, name) for name, place in LAKE.items() if place.holds is Rests.DERIVED)  # it can fail
    _draft(kept)
    path = _disclosed(kept)
    _answer(kept, "keep", "withdrawn")
    there = set(workspace.lake.names())
    derived = [name for name, place in LAKE.items() if place.holds is Rests.DERIVED and name in there]
    assert not [name for name in derived if _mentions(kept, name)]
    assert all(workspace.lake.count(name) for name in derived), "what is of another person stays"
    assert not list((kept.folder / "drafts").iterdir())
    assert path.is_file()  # for the ledger; and it is handed out no more
    assert set(kept.records) <= workspace.vault.kept_out("dossiers")
    assert workspace.case(anna, SUPPORT, kept.number).row.number == kept.number
    assert workspace.case_record(anna, SUPPORT, kept.number).contacts[0].id == kept.call
    # Nothing comes back when it is all worked out anew.
    workspace.run(anna)
    assert not [name for name in derived if _mentions(kept, name)]
    people, _ = workspace._people(anna, OVERSIGHT)
    assert not {*kept.records} & set(people["id"].to_pylist())
    _planted(kept)


def test_an_erasure_reaches_every_place_and_what_stays_has_a_reason(kept: SimpleNamespace) -> None:
    workspace, anna = kept.workspace, kept.workspace.account()
    _draft(kept)
    path = _disclosed(kept)
    before = _bytes_by_file(workspace)
    assert any(b"Canarytext" in content for content in before.values())
    assert any(kept.call.encode() in content for content in before.values())
    found = workspace.person_records(anna, OVERSIGHT, kept.number)
    assert {*kept.records, kept.call} <= set(found.ids)
    workspace.erase_person(anna, OVERSIGHT, found, "asked")
    assert not path.exists()
    assert not list((kept.folder / "drafts").iterdir())
    assert (kept.folder / "rejects" / "x.rejects.csv").read_text("utf-8") == "id,first_name\n2,Berta\n"
    hers = workspace.person_records(
        anna, OVERSIGHT, "+447911123456"
    )  # also while the assessment is stale: a right does not wait
    workspace.erase_person(anna, OVERSIGHT, hers, "asked for the advert too")
    ids = [*found.ids, *hers.ids]
    for name in workspace.lake.names():
        text = str(workspace.lake.read(name).to_pylist())
        assert not [mark for mark in (*ids, *SECRETS, "7001") if mark in text], name
    held = _vault_rows(workspace)
    assert set(held) == set(VAULT)
    for name, text in held.items():
        assert not [word for word in (*SECRETS, "+447911123456") if word in text], name
        place = VAULT[name]
        if any(mark in text for mark in found.ids):
            assert place.holds in (Rests.ACT, Rests.RECORD), name
            assert place.why, name
    for name, content in _bytes_by_file(workspace).items():
        assert not [mark for mark in (*ids, *SECRETS) if mark.encode() in content], name
    assert workspace.vault.verify() == []


def _vault_rows(workspace: Workspace) -> dict[str, str]:
    """Every row of every table, as text: bytes too, in case anything rests unsealed in them."""
    with workspace.vault._read() as tx:
        return {
            table.name: "\n".join(
                str(v.decode("latin-1") if isinstance(v, bytes) else v)
                for row in tx.execute(table.select())
                for v in row
            )
            for table in Base.metadata.sorted_tables
        }


def _bytes_by_file(workspace: Workspace) -> dict[str, bytes]:
    bytes_of(workspace)  # writes what waits in a log of the lake
    return {str(p.relative_to(workspace.folder)): p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file()}
