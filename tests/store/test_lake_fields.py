import pyarrow as pa

from clew.records.kinds import KINDS
from clew.store.lake import Lake, record_columns


def test_a_lake_from_before_a_field_gets_it_and_keeps_its_rows(tmp_path):
    kind = KINDS["cases"]
    row = dict.fromkeys(record_columns(kind).names) | {
        "record_id": "r1",
        "source_id": "s",
        "external_id": "e",
    }
    with Lake(tmp_path / "lake") as lake:
        old = pa.Table.from_pylist([row], schema=record_columns(kind))
        lake.replace({"cases": old.drop_columns(["transit"])})
    with Lake(tmp_path / "lake") as lake:
        new = pa.Table.from_pylist([row | {"record_id": "r2", "transit": "LBY"}], schema=record_columns(kind))
        assert lake.append_records(kind, new) == 1
        assert sorted(lake.read("cases", ["record_id", "transit"]).to_pylist(), key=str) == [
            {"record_id": "r1", "transit": None},
            {"record_id": "r2", "transit": "LBY"},
        ]
