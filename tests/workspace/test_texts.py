"""Numbers of texts stay from run to run, so that an address still leads there."""

import numpy as np

from clew.records import KINDS
from clew.safeguards.actors import Purpose

from .conftest import INVENTED


def adverts(path, numbers):
    said = {
        "a": "A quiet room with {} by the river and the old stone bridge, evenings only, write first",
        "b": "Fruit pickers wanted with {} near the coast from June on, bus and lunch are paid by us",
    }
    rows = [f'{text}{n},"{said[text].format(f"Name{n}")}"' for text, n in numbers]
    path.write_text("\n".join(["id,text", *rows]) + "\n", encoding="utf-8")
    return path


def by_advert(workspace):
    rows = workspace.lake.query(
        "SELECT a.external_id AS id, k.cluster FROM clusters k JOIN adverts a USING (record_id)"
    )
    return dict(zip(rows["id"].to_pylist(), rows["cluster"].to_pylist(), strict=True))


def test_numbers_of_texts_stay_and_what_became_one_leads_on(empty, tmp_path):
    actor = empty.account()
    empty.add(
        KINDS["adverts"],
        adverts(tmp_path / "one.csv", [("b", 1), ("b", 2), ("a", 3), ("a", 4), ("a", 5)]),
        INVENTED,
        None,
        actor,
    )
    empty.run(actor)
    first = by_advert(empty)
    assert len({first[name] for name in ("a3", "a4", "a5")}) == len({first[name] for name in ("b1", "b2")}) == 1
    # The run before had taken two of the adverts for another text; and one that comes now would be the first by itself.
    kept = empty.lake.read("clusters")
    apart = np.where(np.isin(kept["cluster"].to_numpy(), first["b1"]), 40, kept["cluster"].to_numpy())
    other = [first["a3"] != cluster for cluster in kept["cluster"].to_pylist()].index(False)
    apart[other] = 41
    empty.lake.replace({"clusters": kept.set_column(1, "cluster", [apart])})
    empty.add(KINDS["adverts"], adverts(tmp_path / "two.csv", [("a", 0), ("b", 9)]), INVENTED, None, actor)
    empty.run(actor)
    second = by_advert(empty)
    assert {second[name] for name in ("b1", "b2", "b9")} == {40}
    assert {second[name] for name in ("a0", "a3", "a4", "a5")} == {first["a3"]}
    led_on = empty.text(actor, Purpose.LEAD_REVIEW, 41)
    assert (led_on.cluster, led_on.adverts) == (first["a3"], 4)
    assert empty.text(actor, Purpose.LEAD_REVIEW, 40).cluster == 40
