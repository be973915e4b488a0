"""Models of classes for the fake desk: one that may be enabled, one that may not. All numbers are invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np

from clew.desk import ModelRow, ModelsView
from clew.leads.classing import CLASSES, ClassModel, LeadClass, Training, judge_model, train
from clew.leads.classing.card import card, digest
from clew.leads.types import AlikeLead, ClassView
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import Blocked, NotAllowed
from clew.safeguards.fairness import Fairness, measure
from clew.safeguards.fairness_kept import AUDIT, KeptRates, kept_of

OTHER = "it was measured on the invented world, and this workspace holds other data"
KNOWN = "0123456789abcdef"
"""The digest under which the pages find the first model."""


@cache
def _model(spread: float) -> ClassModel:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 5, 500)
    centres = np.array([[3.0, 0], [-3, 0], [0, 3], [0, -3], [3, 3]])
    training = Training(
        names=("contacts", "texts"),
        rows=centres[truth] + spread * rng.normal(size=(500, 2)),
        weak=np.full((500, 5), 0.2),
        judged=np.arange(500),
        allowed=np.eye(5, dtype=bool)[truth],
        groups={
            "language": ["en", "ru"] * 250,
            "script": ["Latin", "Cyrillic"] * 250,
            "place": ["Lyon, FR"] * 500,
            "stated gender": ["none stated"] * 500,
            "source": ["Own records"] * 500,
        },
    )
    return train(training, name="judged", trained_on="500 invented judgements", signs="s", invented=False, home="here")


def class_view() -> ClassView:
    return ClassView(
        looks="organised_control",
        says="The adverts look as if one organiser ran them for several persons.",
        says_not="It does not say that anyone is forced.",
        innocent="Colleagues who share a phone or a flat.",
        sure="72 of 100 points for organised control, from signs alone: points, not a probability; no model is enabled",
        promised="Which classes stay possible is not worked out: no model is enabled.",
        shares=tuple((each.value.replace("_", " "), 0.72 if n == 0 else 0.07) for n, each in enumerate(CLASSES)),
        speaks_for=(("Several contacts and several texts belong together.", 2.3, "T-Net (AAAI 2024)"),),
        speaks_against=(("The writer speaks for themselves.", -1.1, "T-Net (AAAI 2024)"),),
        alike=(
            AlikeLead(lead="lead_0003", question="Do these 38 adverts have one organiser?", answer="no", distance=0.4),
        ),
        model="",
        trained_on="nothing: published signs alone, combined by how they agree",
        named="",
    )


class FakeModels:
    """Adds models to the fake desk; who enables what is kept in `enabled`."""

    enabled: dict[str, str]
    named: list[tuple[str, LeadClass]]

    _said: Callable[[Any], Any]
    """Of the desk that this is a part of."""

    def models(self, actor: Actor) -> ModelsView:
        if getattr(self, "empty", False):
            return ModelsView(models=(), judged=3, named={}, too_few="3 answers; 60 are needed", bound=0.05, trouble=())
        rows = []
        for name, model in ((KNOWN, _model(0.6)), ("f" * 16, replace(_model(2.5), invented=True, name="world"))):
            gate = judge_model(model.measured, fits=OTHER if model.invented else "")
            on = name in self.enabled
            rows.append(
                ModelRow(
                    digest=name,
                    model=model,
                    card=card(model, gate.reasons),
                    reasons=gate.reasons,
                    enabled=on,
                    by="Mira Holm" if on else "",
                    at=datetime(2024, 5, 1, tzinfo=UTC) if on else None,
                    why=self._said(self.enabled.get(name, "")),
                )
            )
        assert digest(_model(0.6)) != digest(_model(2.5))
        return ModelsView(models=rows, judged=71, named=_model(0.6).counts, too_few="", bound=0.05, trouble=())

    def fairness_shown(self, actor: Actor) -> Fairness | None:
        if getattr(self, "empty", False):
            return None
        truth, group = np.arange(100) % 2 == 0, ["en"] * 50 + ["ru"] * 42 + ["th"] * 8
        return measure(
            {"rule moves": np.arange(100) < 50}, truth, {"language": self._said(group)}, measured_on="invented leads"
        )

    def fairness_audited(self, actor: Actor) -> KeptRates | None:
        if getattr(self, "empty", False):
            return None
        truth = np.arange(100) % 2 == 0
        groups = {f"nationality{AUDIT}": self._said(["GHA"] * 50 + ["NPL"] * 42 + ["THA"] * 8)}
        flags = {"rule moves": np.arange(100) < 50, f"model {KNOWN}": truth}
        return kept_of(measure(flags, truth, groups, measured_on="invented leads"), datetime(2024, 5, 1, tzinfo=UTC))

    def enable_model(self, actor: Actor, purpose: Purpose, name: str, reason: str) -> Judgement:
        if purpose is not Purpose.OVERSIGHT:
            raise NotAllowed("enable_model is not allowed: no rule allows it")
        row = next(row for row in self.models(actor).models if row.digest == name)
        if row.reasons:
            raise Blocked("model: cannot be enabled: " + "; ".join(row.reasons))
        self.enabled[name] = reason
        return self._signed(f"model:{name}", Verdict.YES, reason)

    def disable_model(self, actor: Actor, purpose: Purpose, name: str, reason: str) -> Judgement:
        self.enabled.pop(name, None)
        return self._signed(f"model:{name}", Verdict.NO, reason)

    def say_class(self, actor: Actor, purpose: Purpose, lead: str, named: LeadClass, reason: str) -> Judgement:
        self.named.append((lead, named))
        return self._signed(f"class:{lead}:{named.value}", Verdict.YES, reason)

    @staticmethod
    def _signed(about: str, verdict: Verdict, reason: str) -> Judgement:
        return Judgement(
            id="jdg_m", lead=about, verdict=verdict, reason=reason, actor="Mira Holm",
            at=datetime(2024, 5, 1, tzinfo=UTC), reverses=None, signature="00" * 64,
        )  # fmt: skip
