"""`clew persons link` and `review`: cases that may be one person, worked out over sealed fields and put to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    from clew.desk import PersonsView, ProposalView
    from clew.safeguards.actors import Actor
    from clew.safeguards.acts import Verdict
    from clew.workspace import Workspace

app = typer.Typer(help="Cases that may be one person: link them, review what was linked.", no_args_is_help=True)


@app.command()
def link(
    review_size: Annotated[
        int, typer.Option("--review-size", help="Proposals of more cases wait for a person.", min=1, max=25)
    ] = 25,
    review_below: Annotated[
        float, typer.Option("--review-below", help="So do those with a case of a lower probability.", min=0.8, max=1)
    ] = 0.8,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", help="Joins above this mean weight, in bits (default: highest expected F1)."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Draws the random pairs that the model is learnt from.")] = 1,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Works out which cases may be one person, over sealed fields that nobody is shown; one recorded machine read.

    Judgements that stand bind it. No record is merged, and a proposal that waits for a person is not joined.
    """
    from clew.links.persons import LinkOptions

    options = LinkOptions(cut=threshold, review_size=review_size, review_below=review_below, seed=seed)
    with opened(folder) as workspace, files.working("Comparing persons"):
        linked = workspace.link_persons(workspace.account(actor), options)
    files.say(
        f"{linked.compared} cases compared, bound by {linked.judgements} judgements: {linked.clusters} proposals, {linked.waiting} wait for a person ('clew persons review')."
    )
    if linked.lost:
        files.say(
            f"{linked.lost} judgements are about sets that are no longer known here; they bind nothing. Judge anew."
        )
    if linked.unnamed:
        files.say(f"{linked.unnamed} cases hold nothing that tells a person apart and were not compared.")


@app.command()
def review(
    subject: Annotated[
        str | None, typer.Argument(metavar="[PROPOSAL]", help="Shows why these cases were put together.")
    ] = None,
    verdict: Annotated[
        str | None, typer.Option("--verdict", help="yes: one person; no: not one person; not_sure. Signs your answer.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words; required with --verdict.")] = "",
    reverses: Annotated[
        str | None, typer.Option("--reverses", metavar="JUDGEMENT", help="The judgement that this one takes back.")
    ] = None,
    show: Annotated[str, typer.Option("--show", help="waiting, judged or all.")] = "waiting",
    limit: Annotated[int, typer.Option("--limit", help="How many to show.", min=1)] = 20,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Lists what waits for a person, shows one proposal, or signs your answer to it. No identity is shown."""
    if show not in ("waiting", "judged", "all"):
        raise UsageError("--show: waiting, judged or all")
    if verdict is not None and subject is None:
        raise UsageError("--verdict: name the proposal that it is about")
    with opened(folder) as workspace:
        who = workspace.account(actor)
        if subject is None:
            _list(workspace, who, show, limit)
        elif verdict is None:
            _tell(workspace, who, subject)
        else:
            _judge(workspace, who, subject, _verdict(verdict), reason, reverses)


def _verdict(given: str) -> Verdict:
    from clew.safeguards.acts import Verdict

    if given not in set(Verdict):
        raise UsageError(f"verdict: choose one of {', '.join(Verdict)}")
    return Verdict(given)


def _list(workspace: Workspace, who: Actor, show: str, limit: int) -> None:
    from clew.safeguards.permissions import Action

    view = workspace.persons(who, workspace.purpose_for(who, Action.READ_CASE), show=show, limit=limit)
    for row in view.rows:
        why = ", ".join(row.reasons) or "-"
        typer.echo(f"{row.subject}  {row.cases} cases  {row.state:<8}  probability {row.probability:.2f}  asks: {why}")
    files.say(_summary(view))


def _summary(view: PersonsView) -> str:
    if not view.linked:
        return "The cases were not linked yet: 'clew persons link'."
    newer = f" {view.newer} judgements are newer than the linkage: link again." if view.newer else ""
    return (
        f"{len(view.rows)} of {view.total} proposals; {view.waiting} wait. The probability is the model's own.{newer}"
    )


def _tell(workspace: Workspace, who: Actor, subject: str) -> None:
    from clew.safeguards.permissions import Action

    view = workspace.proposal(who, workspace.purpose_for(who, Action.READ_CASE), subject)
    for case in view.cases:
        row = case.row
        typer.echo(f"case {row.number}  registered {row.registered or '-'}  {row.gender or '-'}  {case.source}")
    _tell_pairs(view)
    for each in view.judgements:
        typer.echo(f"{each.id}  {each.verdict}  {each.actor}, {each.at:%Y-%m-%d}: {each.reason}")
    files.say(f"{view.line.cases} cases, {view.line.state}. Bits: one doubles the odds. Not calibrated on judgements.")


def _tell_pairs(view: ProposalView) -> None:
    for pair in view.pairs:
        typer.echo(f"pair {pair.subject}  {pair.bits:+.1f} bits")
        for step in pair.steps:
            typer.echo(f"  {step.field:<14} {step.bits:+7.2f}  {step.words}")
    if view.hidden_pairs:
        typer.echo(f"{view.hidden_pairs} more pairs, all surer than these")
    if view.alike:
        typer.echo(f"{view.alike} cases agree with another one in everything that is compared")


def _judge(workspace: Workspace, who: Actor, subject: str, verdict: Verdict, reason: str, reverses: str | None) -> None:
    from clew.safeguards.permissions import Action

    purpose = workspace.purpose_for(who, Action.JUDGE_PERSONS)
    made = workspace.judge_persons(who, purpose, subject, verdict, reason, reverses)
    files.say(f"Judgement {made.id} signed by {who.name}: {made.verdict}. 'clew persons link' regroups by it.")
