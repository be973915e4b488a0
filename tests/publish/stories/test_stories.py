import itertools
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from clew.publish.door import write_site
from clew.publish.stories import cite, read_script, tell
from clew.publish.stories.counting import Line
from clew.publish.stories.drawing import bars, columns
from clew.publish.types import Raw
from clew.safeguards.errors import Blocked, ClewError, Tampered, UnreadableInput, UsageError

STORY = """
title: Who is <seen>
summary: What cases say
parts:
  - text: |
      ## Where
      One **third**, <script>alert(1)</script> and [more](https://example.org/a).
  - chart: bars
    release: rel_rows
    of: citizenship
    title: Most cases begin in few countries
    most: 5
  - chart: columns
    release: rel_counts
    of: ageBroad
    title: By age
  - table: cross
    release: rel_counts
    of: ageBroad
    across: gender
    title: Age by gender
  - map: shades
    release: rel_rows
    of: CountryOfExploitation
    title: Where
"""
ATLAS = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[0, 0], [10, 0], [0, 10], [-10, 0], [0, -10]]],
    "objects": {"countries": {"geometries": [{"type": "Polygon", "arcs": [[0]], "id": "616"}]}},
}


@pytest.fixture(scope="module")
def pages(cited):
    return {name: page.value.decode() for name, page in tell(read_script(STORY), cited, ATLAS).items()}


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_figures_are_the_counts_of_the_release_and_name_it(pages, cited):
    counted = Counter(value for value in cited["rel_rows"].table["citizenship"].to_pylist() if value)
    top, many = counted.most_common(1)[0]
    assert f"\n{top}," in pages["figure-1.csv"]
    assert f",{many}\n" in pages["figure-1.csv"]
    lines = pages["figure-1.csv"].splitlines()[1:]
    assert sum(int(line.rsplit(",", 1)[1]) for line in lines) == cited["rel_rows"].entry.rows
    ages = [int(re.match(r"\d+", line)[0]) for line in pages["figure-2.csv"].splitlines()[1:] if line[0].isdigit()]
    assert ages == sorted(ages)
    page = pages["index.html"]
    assert page.count("Guarantee: k = 11 over") == 2
    assert page.count("Cases &lt;2021&gt;") >= 4
    assert cited["rel_rows"].entry.sha256 in page
    assert cited["rel_counts"].entry.sha256 in page


def test_small_counts_of_a_table_stay_hidden(pages, cited):
    shown = {row["count"] for row in cited["rel_counts"].table.to_pylist()}
    assert {"<5", "hidden"} & shown
    assert 'class="hatched"' in pages["index.html"]
    assert "too small to show" in pages["index.html"]


def test_the_page_runs_nothing_and_asks_nothing_of_others(pages):
    tags = Tags(pages["index.html"]).found
    assert not [
        tag
        for tag, attrs in tags
        if tag in {"script", "iframe", "object", "form"} or "style" in attrs or any(a.startswith("on") for a in attrs)
    ]
    asked = [attrs.get("src") or attrs.get("href") for tag, attrs in tags if tag in {"link", "img", "use", "image"}]
    assert asked == ["story.css"]
    assert next(a["content"] for t, a in tags if a.get("http-equiv")).startswith("default-src 'none'; style-src 'self'")
    assert "url(" not in pages["story.css"]
    assert "@import" not in pages["story.css"]
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    # A table beside every drawing.
    assert pages["index.html"].count("<table>") == 4
    assert pages["index.html"].count("<svg") == 3


def test_what_is_no_public_release_is_refused(rows, cited):
    file, entry = rows
    with pytest.raises(Tampered, match="rel_rows"):
        cite(Raw(file.value + b"\n"), entry)
    with pytest.raises(Blocked, match="somebody else"):
        cite(file, replace(entry, recipient="Partner A"))
    with pytest.raises(Blocked, match="no public release"):
        cite(file, replace(entry, method="disclose"))
    with pytest.raises(UsageError, match="part 2: rel_rows is no release"):
        tell(read_script(STORY), {})
    with pytest.raises(UsageError, match="map needs"):
        tell(read_script(STORY), cited)
    with pytest.raises(UsageError, match=r"part 2: story: rel_rows has no column name; it has citizen"):
        tell(read_script(STORY.replace("citizenship", "name")), cited)
    with pytest.raises(UsageError, match="no figure"):
        tell(read_script("title: a\nparts: [{text: b}]"), cited)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no title and parts"), ("a: [", "no YAML, line"), ("title: a\nparts: []", "list of 1 to"),
        ("title: a\nparts: [{chart: pie, release: r, of: c, title: t}]", "part 1: 'chart' is bars or columns"),
        ("title: a\nparts: [{text: b, image: c}]", "part 1: it has no image"), ("parts: [{text: b}]", "'title' is required"),
        ("title: a\nparts: [{table: cross, release: r, of: c, title: t}]", "'across'"), ("title: a\nparts: [3]", "part 1"),
        ("title: a\ntitel: b\nparts: [{text: b}]", "no titel"), ("title: !!python/name:os.system a\nparts: []", "no YAML"),
    ],
)  # fmt: skip
def test_a_story_that_cannot_be_read_says_which_part(text, said):
    with pytest.raises((UsageError, UnreadableInput), match=re.escape(said)):
        read_script(text)


def test_a_story_is_written_whole_and_over_an_earlier_one_only(cited, tmp_path):
    made = tell(read_script(STORY), cited, ATLAS)
    write_site(made, tmp_path / "site")
    write_site(made, tmp_path / "site")
    assert {p.name for p in (tmp_path / "site").iterdir()} == {*made, "story.json"}
    assert set(json.loads((tmp_path / "site" / "story.json").read_text())) == set(made)
    (tmp_path / "site" / "thesis.doc").write_text("mine")
    with pytest.raises(UsageError, match="no story"):
        write_site(made, tmp_path / "site")
    with pytest.raises(Blocked):
        write_site({"index.html": b"raw"}, tmp_path / "other")
    assert not (tmp_path / "other").exists()
    assert issubclass(Tampered, ClewError)


def test_labels_stay_within_a_drawing_and_off_each_other():
    words = ["0 to 8 years of age", "Côte d'Ivoire", *(f"{year} and later" for year in range(2000, 2020))]
    lines = [(word, Line(word, str(n), n)) for n, word in enumerate(words)]
    drawn = columns(lines, "Title", "figure-1")
    found = [(float(x), text) for x, text in re.findall(r'<text x="([\d.]+)" y="\d+" class="under">([^<]*)<', drawn)]
    ends = [(x - 7 * len(text) / 2, x + 7 * len(text) / 2) for x, text in found]
    assert len(found) > 3
    assert min(left for left, _ in ends) >= 0
    assert max(right for _, right in ends) <= 360
    assert all(right < left for (_, right), (left, _) in itertools.pairwise(ends))
    few = columns(lines[:2], "Title", "figure-1")
    assert ">0 to 8 years of age<" in few  # where there is room, words are whole
    long = bars([("国" * 40, Line("x", "1,234,567", 1_234_567))], "Title", "figure-1")
    assert "国" * 19 + "…" in long
