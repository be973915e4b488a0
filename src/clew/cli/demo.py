"""`clew demo`: an invented world walked through the whole chain, held against its truth, and served."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clew.cli import files
from clew.cli.bars import Progress, bars
from clew.safeguards.errors import Conflict, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.safeguards.actors import Actor
    from clew.workspace import Workspace
    from clew.workspace.chain import Ran

_MARK = ".clew-demo"
_FILES = (
    ("adverts", "adverts.csv"),
    ("postings", "postings.csv"),
    ("pages", "pages.jsonl"),
    ("images", "images.csv"),
    ("tips", "tips.csv"),
    ("calls", "calls.csv"),
    ("cases", "cases_ctdc.csv"),
    ("cases", "cases_htcds.xlsx"),
    ("conversations", "conversations.csv"),
    ("payments", "payments.csv"),
    ("areas", "areas.csv"),
)


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the demo puts its files.")] = Path(
        "demo-out"
    ),
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same world.")] = 7,
    adverts: Annotated[int, typer.Option("--adverts", min=100, help="How many adverts the world has.")] = 20_000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the workbench at the end.")] = True,
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port")] = 8000,
) -> None:
    """Builds an invented world, adds its files, walks them through the chain, and compares with what is true of it.

    Nobody in the world is real. Figures measured on it say nothing of the real world.
    """
    from clew.safeguards.keys import Unlock
    from clew.workspace import Workspace

    started = time.monotonic()
    _prepare(out)
    with bars() as progress:
        _build(seed, adverts, out / "world", progress)
        unlock = Unlock(key_file=out / "demo.key")
        with Workspace.create(out / "workspace", unlock, owner="demo") as workspace:
            actor = workspace.account()
            _settle(workspace)
            counts = _add_all(workspace, actor, out / "world", seed, progress)
            ran = workspace.run(actor, progress)
    with Workspace.open(out / "workspace", unlock) as workspace:
        _approve(workspace, actor)
        _summary(workspace, actor, out / "world", counts, ran)
    typer.echo(f"\nAll of it took {time.monotonic() - started:.0f} s. Files: {out}")
    if serve:
        _serve(out, unlock, host, port)
    else:
        typer.echo(
            f"Open the workbench with: CLEW_KEY_FILE={out / 'demo.key'} clew serve --workspace {out / 'workspace'}"
        )


def _prepare(out: Path) -> None:
    """An empty folder; an earlier demo there makes room, anything else is left alone."""
    if out.exists() and not out.is_dir():
        raise UsageError("--out: is a file, not a folder")
    if out.is_dir() and any(out.iterdir()):
        if not (out / _MARK).is_file():
            raise Conflict(f"{out}: holds something that is no demo; choose another folder with --out")
        for name in ("world", "workspace"):
            shutil.rmtree(out / name, ignore_errors=True)
        (out / "demo.key").unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text("made by clew demo; it may be replaced by the next one\n", encoding="utf-8")


def _build(seed: int, adverts: int, folder: Path, progress: Progress) -> None:
    from clew.world import build, write

    write(
        build(seed, adverts, progress=lambda step, d, t: progress(f"World: {step}", d, t)),
        folder,
        progress=lambda _, d, t: progress("World: files", d, t),
    )


def _settle(workspace: Workspace) -> None:
    """What is typed into the demo's helpline is invented too."""
    from clew.workspace.settings import FILE

    with (workspace.folder / FILE).open("a", encoding="utf-8") as settings:
        settings.write('\nhelpline_source = "Helpline of the demo"\nhelpline_basis = "synthetic"\n')


def _approve(workspace: Workspace, actor: Actor) -> None:
    """Marks the impact assessment as a demo's: it covers invented data and lets no other in."""
    from clew.safeguards.permissions import Action

    purpose = workspace.purpose_for(actor, Action.APPROVE_DPIA)
    name = workspace.assessment(actor).name
    workspace.approve_assessment(actor, purpose, name, "demo: signed by the command, read by nobody", demo=True)


def _add_all(workspace: Workspace, actor: Actor, world: Path, seed: int, progress: Progress) -> dict[str, int]:
    from clew.records import KINDS, LegalBasis, Source, Tlp

    source = Source(
        name=f"Invented world, seed {seed}", basis=LegalBasis.SYNTHETIC, purpose="demonstration", tlp=Tlp.CLEAR
    )
    counts: dict[str, int] = {}
    for done, (plural, name) in enumerate(_FILES):
        progress("Adding files", done, len(_FILES))
        added = workspace.add(KINDS[plural], world / name, source, None, actor)
        counts[plural] = counts.get(plural, 0) + added.new
        if len(added.rejects):
            files.say(f"{name}: {len(added.rejects)} rows rejected")
    progress("Adding files", len(_FILES), len(_FILES))
    return counts


def _summary(workspace: Workspace, actor: Actor, world: Path, counts: dict[str, int], ran: Ran) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True)
    console.print("\n[bold]What went in[/bold]")
    console.print(", ".join(f"{number:,} {kind}" for kind, number in counts.items()))
    console.print("\n[bold]What the chain found[/bold]")
    console.print(
        f"{ran.claims:,} signals in {ran.texts:,} texts ({ran.failures} failed); {ran.clusters:,} texts apart; "
        f"{ran.networks:,} networks; {ran.hubs} hubs that join nothing; {ran.leads} leads for a person to judge."
    )
    truth = Table(
        "measured on the invented world",
        "found",
        title="\nHow it compares with the truth",
        title_justify="left",
        title_style="bold",
    )
    results = compare(workspace, world, ran.leads)
    for name, words in results["lines"]:
        truth.add_row(name, words)
    console.print(truth)
    classes = Table(
        "who posts",
        "posters",
        "in a lead",
        "share",
        title="\nWho the leads put before a person",
        title_justify="left",
        title_style="bold",
    )
    for row in results["classes"]:
        classes.add_row(
            row["class"],
            f"{row['posters']:,}",
            f"{row['flagged']:,}",
            f"{row['rate']:.1%} ({row['low']:.1%} to {row['high']:.1%})",
        )
    console.print(classes)
    console.print(f"[bold]Wrong flags on independent workers: {results['independents']}[/bold]")
    for line in _publishing(workspace, actor):
        console.print(line)
    console.print(
        "Points, not a probability. The world is invented: none of these figures says anything of the real one."
    )


def compare(workspace: Workspace, world: Path, top: int) -> dict[str, Any]:
    """The chain's findings against the world's truth, which the chain itself never reads."""
    from clew.records import read_table
    from clew.world.compare import compare_clusters, compare_leads, compare_phones

    truth = read_table(world / "truth" / "adverts.csv").table
    names = workspace.lake.read("adverts", ["record_id", "external_id"])
    clusters = _by_file_id(workspace.lake.read("clusters"), names)
    texts = compare_clusters(truth, clusters)
    claims = workspace.lake.query(
        "SELECT record_id, kind, value FROM claims WHERE kind = 'phone' AND record_kind = 'advert' AND start IS NOT NULL"
    )
    phones = compare_phones(truth, _by_file_id(claims, names))
    held = workspace.lake.query(
        "SELECT l.lead, m.record_id, l.points FROM leads l JOIN members m USING (network) WHERE m.record_kind = 'advert'"
    )
    leads = compare_leads(truth, _by_file_id(held, names).rename_columns({"id": "record"}), top)
    lines = [
        ("near-duplicate texts: pairs found that are right (precision)", f"{texts.precision:.3f}"),
        ("near-duplicate texts: true pairs that were found (recall)", f"{texts.recall:.3f}"),
        ("adverts whose number was read from the text", str(phones.found)),
        ("numbers read that are the advert's own", str(phones.right)),
        (f"controllers' networks among the {leads.leads} leads", str(leads.networks)),
        *(
            (
                f"controllers' networks among the first {few} leads",
                str(compare_leads(truth, _by_file_id(held, names).rename_columns({"id": "record"}), few).networks),
            )
            for few in (20, 50)
            if few < leads.leads
        ),
    ]
    return {
        "lines": lines,
        "classes": leads.by_class.to_pylist(),
        "independents": str(leads.independents),
        "leads": leads,
        "texts": texts,
        "phones": phones,
    }


def _by_file_id(table: pa.Table, names: pa.Table) -> pa.Table:
    """The table with the file's own ids, as `id`, in the place of record ids."""
    joined = table.join(names, "record_id", join_type="inner")
    return joined.drop_columns(["record_id"]).rename_columns({"external_id": "id"})


def _publishing(workspace: Workspace, actor: Actor) -> list[str]:
    """What two releases of the cases would cost. Nothing is released: that takes a person's signature."""
    from clew.desk import ReleaseAsk
    from clew.safeguards.permissions import Action

    lines = ["\n[bold]What a release of the cases would cost[/bold] (looked at, not made)"]
    purpose = workspace.purpose_for(actor, Action.RELEASE)
    columns = ("registered", "gender", "age", "citizenship", "exploited_in", "forced_labour", "sexual_exploitation")
    for method, parameter in (("anonymise", 11.0), ("synthesise", 4.0)):
        ask = ReleaseAsk(title="demo", recipient="nobody", method=method, parameter=parameter, columns=columns)
        preview = workspace.preview_release(actor, purpose, ask)
        lines.append(f"{preview.report['guarantee']}: {preview.rows:,} rows; {_gone(preview.report)}")
    return lines


def _gone(report: Any) -> str:
    one, two = report["1-way"]["suppressed"], report["2-way"]["suppressed"]
    return f"{one} values and {two} pairs of values disappear in it"


def _serve(out: Path, unlock: Any, host: str, port: int) -> None:
    from clew.cli.serve import run_server
    from clew.workspace import Workspace

    with Workspace.open(out / "workspace", unlock) as workspace:
        run_server(workspace, workspace.account(), host, port)
