"""`clew adverts evaluate`: measures classing on held-out invented worlds, and text models on files with labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.cli.world_walk import Walked
    from clew.leads.evaluation import Evaluation, Figure
    from clew.leads.evaluation.world import Networks
    from clew.leads.intervals import Share
    from clew.records.rejects import Rejects

Given = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="A file with labels. Without one: invented worlds.", show_default=False),
]


def evaluate(
    out: files.Out,
    file: Given = None,
    layout: Annotated[
        str | None,
        typer.Option("--layout", help="emscad, idtraffickers or trafficking-10k; found by the columns otherwise."),
    ] = None,
    id: files.IdColumn = None,
    text: files.TextColumn = None,
    map: files.Maps = None,  # noqa: A002
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
    seeds: Annotated[str, typer.Option("--seeds", help="Worlds that are measured on, never learnt from.")] = "201,202",
    train_seeds: Annotated[str, typer.Option("--train-seeds", help="Worlds that are learnt from.")] = "101,102",
    adverts: Annotated[int, typer.Option("--adverts", min=500, help="How many adverts each world has.")] = 4_000,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="JSON", help="Writes the model that was learnt, for 'clew models add'."),
    ] = None,
) -> None:
    """Prints figures on labelled data, with what the labels mean and do not mean; nothing here measures trafficking.

    FILE has the layout of Trafficking-10k, IDTraffickers or EMSCAD, which you must hold lawfully. Without FILE, worlds of
    other seeds than those learnt from are walked through the chain: that says only that the wiring works.
    Out: .json for the whole report, or a table (data, metric, value, low, high, count, note).
    """
    if file is None:
        _check(out, rejects, [])
        _write(out, [_on_worlds(_numbers(seeds, "--seeds"), _numbers(train_seeds, "--train-seeds"), adverts, model)])
        return
    if model is not None:
        raise UsageError("--model: only worlds give a model of classes; leave FILE out")
    _check(out, rejects, [file])
    given = files.given_columns(map, id=id, text=text)
    _write(out, [_on_file(file, out, layout, given, files.layout(encoding, no_header, sheet), rejects)])


def _check(out: Path, rejects: Path | None, inputs: Sequence[Path]) -> None:
    """A report in JSON is no table: then the place of the rejects is checked, and that no input is written over."""
    if out.suffix.lower() != ".json":
        files.check_output(out, rejects, inputs=inputs)
        return
    if out.resolve() in {path.resolve() for path in inputs}:
        raise UsageError(f"{out}: the output would replace an input")
    files.check_output(_rejects_place(out, rejects), inputs=inputs)


def _rejects_place(out: Path, rejects: Path | None) -> Path:
    """Where rejected rows go; beside a report in JSON they are CSV."""
    return rejects or files.rejects_beside(out.with_suffix(".csv") if out.suffix.lower() == ".json" else out)


def _numbers(text: str, option: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdigit() for part in parts):
        raise UsageError(f"{option}: write whole numbers with commas between")
    return [int(part) for part in parts]


def _on_file(
    file: Path, out: Path, name: str | None, given: dict[str, str], form: Any, rejects: Path | None
) -> Evaluation:
    from clew.leads.evaluation import evaluate_file, layout_named
    from clew.leads.evaluation.layouts import prepare
    from clew.records.raw import read_raw

    raw = read_raw(file, form)
    unknown = [each for each in given if each not in ("id", "text", "label")]
    if unknown:
        raise UsageError(f"--map: here only id, text and label are mapped, not {', '.join(unknown)}")
    layout = layout_named(name, raw.table.column_names, given)
    prepared = prepare(raw.table, layout, given)
    kept = _rejected(raw, prepared.bad_rows, prepared.bad_field, prepared.bad_rule)
    files.keep_rejects(out, raw.rejects + kept, _rejects_place(out, rejects), readable=prepared.table.num_rows)
    with files.working("Measuring"):
        return evaluate_file(prepared)


def _rejected(raw: Any, rows: Any, fields: list[str], rules: list[str]) -> Rejects:
    """Rows without a usable text or label, whole."""
    import numpy as np
    import pyarrow as pa

    from clew.records.raw import rejects_of
    from clew.records.rejects import Rejects

    found = Rejects.none()
    for field, rule in sorted(set(zip(fields, rules, strict=True))):
        chosen = np.array([f == field and r == rule for f, r in zip(fields, rules, strict=True)], bool)
        found = found + rejects_of(raw.table.take(pa.array(rows[chosen])), raw.rows[rows[chosen]], field, rule)
    return found


def _on_worlds(seeds: list[int], train_seeds: list[int], adverts: int, keep: Path | None) -> Evaluation:
    from clew.cli.bars import bars
    from clew.cli.world_walk import walk, with_pictures
    from clew.leads.classing.card import signs_digest, to_json
    from clew.leads.classing.measuring import measure
    from clew.leads.evaluation.figures import Evaluation
    from clew.leads.evaluation.world import ONLY_WIRING, figures, held_out, learn, together, weak_held, with_wrong_flags
    from clew.records.write import whole_file

    if set(seeds) & set(train_seeds):
        raise UsageError("--seeds: a world that was learnt from cannot be measured on")
    walked: dict[int, Walked] = {}
    with bars() as progress:
        for done, seed in enumerate([*train_seeds, *seeds]):
            progress("Walking worlds", done, len(train_seeds) + len(seeds))
            walked[seed] = walk(seed, adverts)
        progress("Walking worlds", len(walked), len(walked))
    tested = [_networks(walked[seed]) for seed in seeds]
    model = learn([_networks(walked[seed]) for seed in train_seeds], seeds=_said(train_seeds), signs=signs_digest())
    model, held = held_out(model, tested, seeds=_said(seeds))
    learnt, workers = _by_poster("learnt model", [walked[seed] for seed in seeds], held)
    model = with_wrong_flags(model, workers)
    if keep is not None:
        with whole_file(keep) as part:
            part.write_text(to_json(model), encoding="utf-8")
        files.say(f"The model is in {keep}; it is marked as trained on the invented world.")
    weak = [weak_held(world) for world in tested]
    assert model.measured is not None
    return Evaluation(
        data=f"invented world, held-out seeds {_said(seeds)}, {adverts} adverts each",
        label_means="The class of whoever the world has posting most of a network's adverts; a controller from a quarter on.",
        label_does_not_mean="Anything of real adverts: the world is invented, and its texts, phones and habits are of its own making.",
        how=f"{ONLY_WIRING}; learnt on seeds {_said(train_seeds)}; {'with' if with_pictures() else 'without'} pictures",
        figures=[
            *_by_poster("leads by points", [walked[seed] for seed in seeds], None)[0],
            *_by_poster("signs alone", [walked[seed] for seed in seeds], weak)[0],
            *learnt,
            *figures("signs alone", measure(together(weak), measured_on="", alpha=model.conformal.alpha), sets=False),
            *figures("learnt model", model.measured, sets=True),
        ],
    )


def _said(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))


def _networks(walked: Walked) -> Networks:
    from clew.leads.evaluation.world import Networks

    return Networks(walked.seen.found, walked.groups, walked.truth)


def _by_poster(name: str, worlds: Sequence[Walked], said: Sequence[Any] | None) -> tuple[list[Figure], Share]:
    """Controllers' networks found and independent workers flagged: by leads, or by networks that a classing flags.

    The second is also given as it is: a worker who was joined to a controller's network is flagged with it.
    """
    import pyarrow as pa

    from clew.leads.evaluation.figures import of_share
    from clew.leads.evaluation.world import flagged
    from clew.leads.intervals import Share
    from clew.world.compare import compare_flags, compare_leads

    found = []
    for n, world in enumerate(worlds):
        if said is None:
            found.append(compare_leads(world.adverts, world.leads, world.leads.num_rows))
        else:
            marked = pa.array(world.seen.networks[flagged(said[n])])
            found.append(compare_flags(world.adverts, world.members, marked))
    networks = Share(sum(each.networks.part for each in found), sum(each.networks.whole for each in found))
    workers = Share(sum(each.independents.part for each in found), sum(each.independents.whole for each in found))
    return [
        of_share(f"{name}: networks of controllers found", networks),
        of_share(f"{name}: wrong flags on independent workers, by poster", workers),
    ], workers


def _write(out: Path, evaluations: Sequence[Evaluation]) -> None:
    import pyarrow as pa

    from clew.records import write_table

    for each in evaluations:
        _print(each)
    if out.suffix.lower() == ".json":
        files.write_json([each.report() for each in evaluations], out)
        return
    write_table(pa.concat_tables([each.table() for each in evaluations]), out)


def _print(evaluation: Evaluation) -> None:
    typer.echo(f"Data: {evaluation.data}")
    typer.echo(f"The label means: {evaluation.label_means}")
    typer.echo(f"It does not mean: {evaluation.label_does_not_mean}")
    typer.echo(f"How: {evaluation.how}")
    for figure in evaluation.figures:
        value = "not measured" if figure.value is None else f"{figure.value:.3f}"
        if figure.low is not None and figure.high is not None:
            value += f" ({figure.low:.3f} to {figure.high:.3f})"
        note = f"  [{figure.note}]" if figure.note else ""
        typer.echo(f"  {figure.metric}: {value}, n = {figure.count}{note}")
