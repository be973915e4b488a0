from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.publish import fingerprint
from clew.safeguards.errors import UsageError

TABLE = pa.table({"a": ["x", "y", ""], "b": [1, None, 3]})
ASKED = {"k": 11, "columns": ("a", "b")}


def test_order_of_rows_columns_and_chunks_changes_nothing():
    shuffled = pa.concat_tables([TABLE.slice(2), TABLE.slice(0, 2)]).select(["b", "a"])
    assert fingerprint(TABLE, "anonymise", ASKED) == fingerprint(shuffled, "anonymise", dict(reversed(ASKED.items())))
    missing = TABLE.set_column(0, "a", pa.array(["x", "y", None]))
    assert fingerprint(TABLE, "anonymise", ASKED) == fingerprint(missing, "anonymise", ASKED)


@pytest.mark.parametrize(
    ("table", "method", "asked"),
    [
        (TABLE.slice(1), "anonymise", ASKED),
        (pa.concat_tables([TABLE, TABLE.slice(0, 1)]), "anonymise", ASKED),
        (TABLE.rename_columns(["a", "c"]), "anonymise", ASKED),
        (TABLE.set_column(0, "a", pa.array(["x", "z", ""])), "anonymise", ASKED),
        (TABLE, "synthesise", ASKED),
        (TABLE, "anonymise", {**ASKED, "k": 12}),
    ],
)
def test_content_method_or_settings_change_it(table, method, asked):
    assert fingerprint(table, method, asked) != fingerprint(TABLE, "anonymise", ASKED)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), max_size=6),
    st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), max_size=6),
)
def test_two_contents_have_one_print_only_when_their_rows_are_the_same(first, second):
    def printed(rows):
        table = pa.table(
            {"a": pa.array([r[0] for r in rows], pa.string()), "b": pa.array([r[1] for r in rows], pa.string())}
        )
        return fingerprint(table, "m", {})

    assert (printed(first) == printed(second)) == (sorted(first) == sorted(second))


def test_imprecise_columns_count_and_lists_are_refused():
    spans = pa.array([{"first": date(2020, 1, 1), "last": date(2020, 12, 31)}])
    assert fingerprint(pa.table({"r": spans}), "m", {}) != fingerprint(
        pa.table({"r": pa.nulls(1, spans.type)}), "m", {}
    )
    with pytest.raises(UsageError, match="many"):
        fingerprint(pa.table({"many": [["a"]]}), "m", {})
