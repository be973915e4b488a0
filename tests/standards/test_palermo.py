"""The register of elements: every column names parts and questions that exist, under names that do not collide."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.standards.palermo import ELEMENTS, Asking, No, Says, columns, elements, fold, questions, texts


def said() -> list[tuple[str, Says]]:
    return [(name, says) for name, column in columns().items() for says in (column.says, *column.codes.values())]


def test_palermo_has_the_three_elements_of_article_3() -> None:
    assert tuple(elements()) == ELEMENTS == ("act", "means", "purpose")
    assert list(elements()["act"].parts) == ["recruitment", "transportation", "transfer", "harbouring", "receipt"]


def test_palermo_columns_name_parts_that_exist() -> None:
    wrong = [
        (name, part) for name, says in said() for e, part in says.supports.items() if part not in elements()[e].parts
    ]
    assert wrong == []


def test_palermo_hints_ask_questions_that_exist() -> None:
    assert [(name, key) for name, says in said() for key in says.hints.values() if key not in questions()] == []


def test_palermo_every_question_is_asked_by_something() -> None:
    asked = {key for _, says in said() for key in says.hints.values()}
    assert set(questions()) == asked | {"age", "registered", "near"}


def test_palermo_keys_are_words() -> None:
    """YAML reads a bare `no` as false: a rule under such a key would be lost without a word."""
    import yaml

    from clew.standards import palermo

    known = {"kind", "says", "codes", "denial", "empty"}
    items = yaml.safe_load(Path(palermo.__file__).with_name("palermo.yaml").read_text(encoding="utf-8"))["columns"]
    assert [name for name, item in items.items() if not set(item) <= known] == []
    assert columns()["recruiterRelationFriend"].no is No.SILENT


def test_palermo_only_lists_have_codes() -> None:
    assert [name for name, column in columns().items() if bool(column.codes) is not (column.kind is Asking.LIST)] == []


def test_palermo_no_field_of_consent_or_origin_is_read() -> None:
    """Art. 3(b): consent does not matter; and no protected trait speaks for an element."""
    read = {fold(name) for name in [*columns(), *(n for names in texts().values() for n in names)]}
    barred = ("consent", "citizenship", "nationality", "gender", "religion", "ethnic")
    assert [name for name in read if any(word in name for word in barred)] == []


def test_palermo_reads_every_code_of_htcds(shared_data: Path) -> None:
    import json

    fields = json.loads((shared_data / "htcds" / "htcds_2.0_fields.json").read_text(encoding="utf-8"))
    codes = {f["full_name"]: f["value_names"] for f in fields if f.get("full_name")}
    lists = [name for name, column in columns().items() if column.kind is Asking.LIST]
    missing = [(name, code) for name in lists for code in codes[name] if fold(code) not in columns()[name].codes]
    assert missing == []


@pytest.mark.parametrize("layout", ["CTDC_global_synthetic_v2024_v2025", "CTDC_VP_synthetic_2022"])
def test_palermo_knows_every_flag_of_ctdc(shared_data: Path, layout: str) -> None:
    import json

    names = json.loads((shared_data / "ctdc-schemas.json").read_text(encoding="utf-8"))[layout]
    flags = [name for name in names if name.startswith(("means", "is", "typeOf", "recruiter"))]
    assert [name for name in flags if name not in columns()] == []
