"""The page of ranked areas: intervals beside ranks, the notice always, and no area surer than its interval."""

from __future__ import annotations

import pyarrow as pa
import pytest
from client import Client
from fake_desk import FakeDesk

from clew.insight.area_view import AreasView, Standing, areas_view, kept_from
from clew.safeguards.errors import MissingColumn, UnreadableInput
from clew.web.areas import dots, finding

RANKED = {
    "area": ["ROU", "b", "c"], "risk": [1.0, 0.5, 0.0], "rank": [1, 2, 3], "rank_low": [1, 1, 3], "rank_high": [1, 3, 3],
    "indicators": [4, 4, 3],
}  # fmt: skip


def ranked(**changed: object) -> AreasView:
    return areas_view(kept_from(pa.table(RANKED | changed), {"ROU": (45.9, 25.0)}), {})


def test_the_page_says_what_it_is_for_and_shows_intervals(client: Client) -> None:
    text = client.get("/areas").text
    assert "For prevention, not for policing" in text
    assert "1 to 3" in text
    assert "not shown to be better than population alone" in text
    assert client.get("/areas.csv").text.splitlines()[1].startswith("Lower Delta,1.0,1,1,2,4,")


def test_an_empty_page_says_how_to_fill_it(client: Client, desk: FakeDesk) -> None:
    desk.empty = True
    text = client.get("/areas").text
    assert "clew areas keep" in text
    assert "For prevention, not for policing" in text


def test_a_place_in_the_list_is_sure_only_where_the_whole_interval_is() -> None:
    view = ranked()
    assert [area.standing for area in view.areas] == [Standing.FIRST, Standing.OPEN, Standing.LAST]
    assert finding(view).startswith("1 of 3 areas is")
    assert [dot.shape for dot in dots(view.areas)] == ["first"]  # the others have no place


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"rank_low": [2, 1, 3]}, UnreadableInput, "row 1"),
        ({"rank": ["one", "2", "3"]}, UnreadableInput, "rank"),
        ({"risk": [None, 0.5, 0.0]}, UnreadableInput, "risk"),
    ],
)
def test_what_is_no_ranking_is_refused(changed: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        ranked(**changed)


def test_other_files_are_refused() -> None:
    with pytest.raises(MissingColumn, match="rank_low"):
        kept_from(pa.table(RANKED).drop_columns(["rank_low"]), {})
