import ast
import copy
import hashlib
import json
import stat
from dataclasses import FrozenInstanceError, replace
from unicodedata import normalize

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from clew.publish import (
    Budget,
    Guarantee,
    Method,
    Raw,
    Releasable,
    anonymise,
    check,
    report_path,
    synthesise,
    write_release,
)
from clew.publish.types import _releasable
from clew.records.read import read_table
from clew.safeguards.errors import Blocked, UsageError

GUARANTEE = Guarantee(method=Method.ANONYMISE, words="none at all")


@pytest.fixture
def made():
    return anonymise(pa.table({"a": ["007", "09--17", ""] * 20, "b": ["x;y", "=1", "p,q"] * 20}), k=5)


def assert_refused(release, folder):
    with pytest.raises(Blocked):
        write_release(release, folder / "out.csv")
    assert list(folder.iterdir()) == []


def test_only_publish_can_make_a_releasable():
    for arguments in ((), (None,), (object(),)):
        with pytest.raises(Blocked):
            Releasable(pa.table({"a": ["x"]}), GUARANTEE, *arguments)


def test_a_forged_releasable_does_not_pass_the_door(made, tmp_path):
    class Mine(Releasable):
        def __init__(self, value):
            object.__setattr__(self, "value", value)
            object.__setattr__(self, "guarantee", GUARANTEE)

    raw = pa.table({"a": ["raw"]})
    bare = object.__new__(Releasable)
    object.__setattr__(bare, "value", raw)
    object.__setattr__(bare, "guarantee", made.release.guarantee)
    for forged in (Mine(raw), bare, copy.copy(made.release)):
        assert_refused(forged, tmp_path)


@pytest.mark.parametrize(("name", "value"), [("value", pa.table({"a": ["raw"]})), ("guarantee", GUARANTEE)])
def test_a_releasable_cannot_be_given_another_value(made, tmp_path, name, value):
    with pytest.raises(Blocked):
        replace(made.release, **{name: value})
    with pytest.raises(FrozenInstanceError):
        setattr(made.release, name, value)
    object.__setattr__(made.release, name, value)
    assert_refused(made.release, tmp_path)


def test_no_other_module_makes_one_or_names_its_maker(source):
    """Reads every module: outside publish nobody calls Releasable(...) or its maker."""
    inside = source / "publish"
    seen = 0
    for path in source.rglob("*.py"):
        if inside in path.parents:
            continue
        seen += 1
        text = normalize("NFKC", path.read_text(encoding="utf-8"))  # as Python reads names
        if not any(word in text for word in ("_registry", "_releasable", "Releasable")):
            continue  # a name that is used stands in the text
        for node in ast.walk(ast.parse(text)):
            name = getattr(node, "id", None) or getattr(node, "attr", None)
            assert name not in {"_registry", "_releasable"}, path
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("clew.publish"):
                assert not {alias.name for alias in node.names} & {"_registry", "_releasable"}, path
            if isinstance(node, ast.Call):
                function = node.func
                called = getattr(function, "id", None) or getattr(function, "attr", None)
                assert called != "Releasable", path
                assert not any(getattr(argument, "id", None) == "Releasable" for argument in node.args), path
    assert seen > 10


def test_inside_publish_only_the_methods_make_one(source):
    makers = {p.stem for p in (source / "publish").glob("*.py") if "_releasable(" in p.read_text(encoding="utf-8")}
    assert makers == {"anonymise", "synthesise", "tables"}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet", "xlsx"])
def test_release_and_report_are_written_and_text_comes_back_the_same(made, tmp_path, suffix):
    out = tmp_path / f"release.{suffix}"
    digest = write_release(made.release, out, report=made.report)
    assert digest == hashlib.sha256(out.read_bytes()).hexdigest()
    back = read_table(out).table
    assert [[v or None for v in back[name].to_pylist()] for name in "ab"] == [
        made.table[name].to_pylist() for name in "ab"
    ]
    assert json.loads(report_path(out).read_text())["k"] == 5
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([out.name, "release.report.json"])


@pytest.mark.parametrize("value", [pa.table({"a": ["x"]}), Raw(pa.table({"a": ["x"]})), None])
def test_nothing_else_goes_through(value, tmp_path):
    with pytest.raises(Blocked):
        write_release(value, tmp_path / "out.csv", report={})
    assert list(tmp_path.iterdir()) == []


def test_raw_also_beside_a_release_is_refused(made, tmp_path):
    with pytest.raises(Blocked):
        write_release(made.release, tmp_path / "a.csv", also={tmp_path / "b.csv": Raw(made.table)})
    assert list(tmp_path.iterdir()) == []


def planted():
    """A table as pandas and stewards leave it: notes, dropped names and numbers beside the columns."""
    field = pa.field("a", pa.string(), metadata={b"note": b"planted-field"})
    codes = pa.array(["x", "planted-gone", "y"] * 400).dictionary_encode().take(pa.array([0, 2] * 400))
    schema = pa.schema([field, pa.field("b", codes.type)], metadata={b"pandas": b'{"columns": ["planted-name"]}'})
    return pa.table([["x", "y"] * 400, codes], schema=schema)


@pytest.mark.parametrize("method", [anonymise, synthesise])
@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_what_the_raw_file_carried_beside_its_rows_does_not_leave(tmp_path, method, suffix):
    write_release(method(planted()).release, tmp_path / f"out.{suffix}")
    assert b"planted" not in (tmp_path / f"out.{suffix}").read_bytes()
    if suffix == "parquet":
        schema = pq.read_schema(tmp_path / "out.parquet")
        assert schema.metadata is None
        assert [f.metadata for f in schema] == [None, None]


@pytest.mark.parametrize("carried", ["schema", "field", "dictionary"])
def test_metadata_that_is_left_closes_the_door(tmp_path, carried):
    table = planted()
    if carried != "schema":
        table = table.replace_schema_metadata(None).select(["a" if carried == "field" else "b"])
    assert_refused(_releasable(table, GUARANTEE), tmp_path)


def test_a_report_is_for_its_owner_alone_also_over_an_open_one(made, tmp_path):
    place = report_path(tmp_path / "out.csv")
    place.write_text("{}")
    place.chmod(0o644)
    write_release(made.release, tmp_path / "out.csv", report=made.report)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert json.loads(place.read_text())["k"] == 5


def test_nothing_is_half_written(made, tmp_path):
    with pytest.raises(TypeError):
        write_release(made.release, tmp_path / "out.csv", report={"cannot": object()})
    with pytest.raises(UsageError):
        write_release(made.release, tmp_path / "out.docx", report={})
    assert list(tmp_path.iterdir()) == []


def test_raw_does_not_show_itself():
    assert "planted" not in repr(Raw(["planted"]))


def test_failed_detections_block():
    check(0)
    with pytest.raises(Blocked, match="3 texts"):
        check(3)
    with pytest.raises(UsageError):
        check(-1)


def test_an_exhausted_budget_refuses_and_spends_nothing():
    budget = Budget(dataset="cases", total_epsilon=8).spend(4).spend(3.5)
    assert budget.left == pytest.approx(0.5)
    with pytest.raises(Blocked, match=r"0\.5 of epsilon left"):
        budget.spend(1)
    assert budget.spend(0.5).left == 0
    assert budget.spend(0) == budget


@pytest.mark.parametrize("epsilon", [-1, float("nan"), float("inf")])
def test_a_budget_is_not_refilled_by_strange_numbers(epsilon):
    with pytest.raises(UsageError):
        Budget(dataset="cases", total_epsilon=8, spent=4).spend(epsilon)
    with pytest.raises(UsageError):
        Budget(dataset="cases", total_epsilon=epsilon)
