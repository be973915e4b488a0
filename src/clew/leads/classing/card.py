"""A model as plain data that can be hashed, kept and read back, and its card in words, made from that data alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from clew.leads.classing.calibration import Bin, Calibration
from clew.leads.classing.classes import CLASSES, name_of
from clew.leads.classing.conformal import Conformal
from clew.leads.classing.linear import Linear
from clew.leads.classing.measuring import SMALLEST, Coverage, GroupErrors, Measurement, Point
from clew.leads.classing.model import ClassModel
from clew.leads.classing.telling import told
from clew.leads.intervals import Share
from clew.safeguards.errors import UnreadableInput
from clew.standards.signs import signs

LAYOUT = "clew class model 1"


def signs_digest() -> str:
    """Of the signs a model reads: their names and phrases. A model learnt with others reads something else."""
    content = [(sign.name, sign.scope, sorted((lang, terms) for lang, terms in sign.terms.items())) for sign in signs()]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]


def to_json(model: ClassModel) -> str:
    """All of it, one way of writing for one model."""
    content = {
        "layout": LAYOUT,
        "name": model.name,
        "classes": [each.value for each in CLASSES],
        "columns": list(model.names),
        "linear": {key: _numbers(getattr(model.linear, key)) for key in ("mean", "scale", "weights", "intercept")},
        "calibration": {"slope": _numbers(model.calibration.slope), "shift": _numbers(model.calibration.shift)},
        "conformal": {
            "alpha": model.conformal.alpha,
            "by_class": [_numbers(each) for each in model.conformal.by_class],
            "by_group": [[k, group, _numbers(v)] for (k, group), v in sorted(model.conformal.by_group.items())],
        },
        "trained_on": model.trained_on,
        "invented": model.invented,
        "counts": dict(model.counts),
        "calibrated_on": model.calibrated_on,
        "signs": model.signs,
        "home": model.home,
        "measured": _measured(model.measured) if model.measured else None,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _measured(measured: Measurement) -> dict[str, Any]:
    """What an older clew did not measure is left out, so that its models keep their digest."""
    said = asdict(measured)
    said["groups"] = [{name: value for name, value in row.items() if value is not None} for row in said["groups"]]
    return said


def digest(model: ClassModel) -> str:
    """Names the model by its content."""
    return hashlib.sha256(to_json(model).encode()).hexdigest()[:16]


def from_json(text: str) -> ClassModel:
    """Reads a model back. Raises UnreadableInput for anything that is not one, whole and for these classes."""
    try:
        content = json.loads(text)
        if content["layout"] != LAYOUT or content["classes"] != [each.value for each in CLASSES]:
            raise UnreadableInput("model: not a class model of this version")
        model = _model(content)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UnreadableInput("model: cannot be read as a class model") from error
    shape = (len(model.names), len(CLASSES))
    right = model.linear.weights.shape == shape and model.linear.mean.shape == model.linear.scale.shape == shape[:1]
    right = right and model.linear.intercept.shape == model.calibration.shift.shape == shape[1:]
    finite = all(
        np.isfinite(each).all() for each in (model.linear.weights, model.linear.scale, model.calibration.shift)
    )
    if not right or not finite or len(model.conformal.by_class) != len(CLASSES):
        raise UnreadableInput("model: its numbers do not fit together")
    return model


def _model(content: Mapping[str, Any]) -> ClassModel:
    linear, conformal = content["linear"], content["conformal"]
    return ClassModel(
        name=str(content["name"]),
        names=tuple(map(str, content["columns"])),
        linear=Linear(*(np.asarray(linear[key], np.float64) for key in ("mean", "scale", "weights", "intercept"))),
        calibration=Calibration(
            float(content["calibration"]["slope"]), np.asarray(content["calibration"]["shift"], np.float64)
        ),
        conformal=Conformal(
            float(conformal["alpha"]),
            tuple(np.asarray(each, np.float64) for each in conformal["by_class"]),
            {(int(k), str(group)): np.asarray(v, np.float64) for k, group, v in conformal["by_group"]},
        ),
        trained_on=str(content["trained_on"]),
        invented=bool(content["invented"]),
        counts={each.value: int(content["counts"].get(each.value, 0)) for each in CLASSES},
        calibrated_on=int(content["calibrated_on"]),
        signs=str(content["signs"]),
        home=str(content["home"]),
        measured=_measurement(content["measured"]) if content["measured"] else None,
    )


def _measurement(given: Mapping[str, Any]) -> Measurement:
    def share(each: Mapping[str, Any]) -> Share:
        return Share(int(each["part"]), int(each["whole"]))

    groups = [
        {
            **row,
            **{key: share(row[key]) for key in ("wrong", "wrong_flags", "unclear", "flagged", "missed") if key in row},
        }
        for row in given["groups"]
    ]
    return Measurement(
        measured_on=str(given["measured_on"]),
        answers=int(given["answers"]),
        wrong_flags=share(given["wrong_flags"]),
        groups=tuple(GroupErrors(**row) for row in groups),
        coverage=tuple(Coverage(**{**row, "held": share(row["held"])}) for row in given["coverage"]),
        calibration_error=None if given["calibration_error"] is None else float(given["calibration_error"]),
        reliability=tuple(Bin(**row) for row in given["reliability"]),
        curve=tuple(Point(float(row["coverage"]), share(row["wrong"])) for row in given["curve"]),
        alpha=float(given["alpha"]),
    )


def _numbers(values: Any) -> Any:
    """Nine significant digits: the same model is written alike on machines that differ in the last bit."""
    if isinstance(values, float | np.floating):
        return float(f"{values:.9g}")
    return (
        [_numbers(each) for each in np.asarray(values).tolist()]
        if not isinstance(values, list)
        else [_numbers(v) for v in values]
    )


def card(model: ClassModel, reasons: Sequence[str] = ()) -> str:
    """The model card in Markdown. Every figure in it is the model's own; `reasons` are what keeps it from being enabled."""
    measured = model.measured
    named = ", ".join(f"{name_of(name)} {count}" for name, count in model.counts.items() if count) or "none"
    lines = [
        f"# Model {model.name}",
        "",
        f"Digest {digest(model)}. "
        + (
            "**Trained on the invented world: nothing in it says anything of real adverts.**"
            if model.invented
            else "Trained on signed judgements."
        ),
        "",
        "- What it answers: which of "
        + ", ".join(name_of(each) for each in CLASSES)
        + " a network of adverts looks like; or unclear.",
        "- What it never answers: whether anyone is trafficked. It changes nothing: only a person's signed judgement does.",
        f"- Learnt from: {model.trained_on}; answers that name a class: {named}.",
        f"- Reads {len(model.names)} numbers of a network (contacts, texts, places, moves, reports, shares of published signs); no protected trait.",
        f"- Method: regularised multinomial logistic regression, Platt scaling on {model.calibrated_on} held-out answers, sets conditional on class with at most {model.conformal.alpha:.0%} missing.",
        "",
    ]
    if measured is None:
        return "\n".join([*lines, "Nothing was measured. It cannot be enabled.", ""])
    error = "not measured" if measured.calibration_error is None else f"{measured.calibration_error:.3f}"
    lines += [
        f"Measured on {measured.measured_on}: {measured.answers} held-out answers.",
        "",
        f"- Wrong flags on independent workers: {measured.wrong_flags}",
        f"- Calibration error (of the surest class): {error}",
        "",
        "| by | group | answers | flagged | missed | wrong flags on independents | wrong class | unclear |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {row.dimension} | {row.group} | {row.answers or 'not said'} | {shown(row.flagged)} | {shown(row.missed)} | {shown(row.wrong_flags)} | {shown(row.wrong)} | {shown(row.unclear)} |"
            for row in told(measured.groups)
        ),
        "",
        "| set holds the true class | group | share | classes in a set |",
        "|---|---|---|---|",
        *(f"| by {row.dimension} | {row.group} | {shown(row.held)} | {row.size:.1f} |" for row in measured.coverage),
        "",
    ]
    lines += [
        "It can be enabled by a reviewer or a steward."
        if not reasons
        else "It cannot be enabled: " + "; ".join(reasons) + "."
    ]
    return "\n".join([*lines, ""])


def shown(share: Share | None) -> str:
    """A share with its interval; of few, how few at most."""
    if share is None:
        return "not measured"
    if share.whole < SMALLEST:
        return f"too few to say (under {SMALLEST}), or hidden beside such"
    low, high = share.interval
    return f"{share.part / share.whole:.1%} ({low:.1%} to {high:.1%}, n = {share.whole})"
