"""Models of classes in a workspace: learnt from its judgements or taken in, measured, gated, and let in by a person.

A model counts only after a reviewer or a steward signed for it, and only while the fairness gate is open for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from clew.desk import ModelRow, ModelsView
from clew.leads.classing import (
    CLASSES,
    ClassModel,
    LabelModel,
    Training,
    judge_model,
    labellings,
    train,
    votes,
)
from clew.leads.classing.card import card, digest, from_json, signs_digest, to_json
from clew.leads.classing.classes import FLAGS
from clew.leads.classing.columns import Floats, derived, feature_names, matrix
from clew.leads.classing.gate import Verdict as Gate
from clew.leads.classing.model import given, held_out
from clew.leads.score import columns_of
from clew.records.source import LegalBasis
from clew.records.write import whole_file
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import Blocked, Conflict, NotFound, Tampered, UnreadableInput, UsageError
from clew.safeguards.fairness_kept import MODEL as MODEL_FLAG
from clew.safeguards.fairness_kept import NOTHING, KeptRates
from clew.safeguards.keys import verify_judgement
from clew.safeguards.permissions import Action
from clew.workspace.class_subjects import MODEL, allowed_classes, enabled_model, named_classes
from clew.workspace.fairness_rates import FairnessRates

_TRAINED = "train_model"
_GROUPS = {
    "language": "language",
    "script": "script",
    "place": "place",
    "stated gender": "stated_gender",
    "source": "source",
}


@dataclass(frozen=True)  # without slots: the places are worked out once and kept
class Seen:
    """Networks with adverts, as classing reads them: one place in every array for each."""

    networks: npt.NDArray[np.int64]
    leads: Sequence[str]
    """The lead of each network; empty where it is none."""
    found: Mapping[str, Floats]
    groups: Mapping[str, Sequence[str]]

    @cached_property
    def place(self) -> Mapping[str, int]:
        return {lead: at for at, lead in enumerate(self.leads) if lead}


class ClassModels(FairnessRates):
    if TYPE_CHECKING:

        def _class_leads(self) -> None:
            """Of `Classing`, which every workspace is too: gives every lead a class anew."""

    def seen(self) -> Seen | None:
        """None before a run."""
        if not {"features", "signs", "groups", "leads"} <= set(self.lake.names()):
            return None
        features = self.lake.read("features")
        features = features.filter(pc.greater(features["adverts"], 0)).sort_by("network")
        networks = features["network"].to_numpy().astype(np.int64)
        leads = dict(zip(*(self._leads()[name].to_pylist() for name in ("network", "lead")), strict=True))
        sources = {source.id: source.name for source in self.vault.sources()}
        groups = {
            row["network"]: {**row, "source": sources.get(row["source"], row["source"])}
            for row in self.lake.read("groups").to_pylist()
        }
        return Seen(
            networks=networks,
            leads=[leads.get(network, "") for network in networks.tolist()],
            found=derived(columns_of(features, self.lake.read("signs")), self._off),
            groups={
                name: [str(groups.get(network, {}).get(column) or "") for network in networks.tolist()]
                for name, column in _GROUPS.items()
            },
        )

    @property
    def _off(self) -> frozenset[str]:
        return frozenset(self.settings.switched_off)

    def _answered(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        rows = self._leads().select(["lead", "question"]).to_pylist()
        named = named_classes(self.vault.judgements(), self._followed())
        return allowed_classes(rows, self._standing(), named)

    @property
    def _models_folder(self) -> Path:
        return self.folder / "models"

    def _model(self, name: str) -> ClassModel:
        """The model of that digest. NotFound where it is not here, UnreadableInput where its file was changed."""
        path = self._models_folder / f"{name}.json"
        if not name.isalnum() or not path.is_file():
            raise NotFound("model: none of that digest is here")
        model = from_json(path.read_text(encoding="utf-8"))
        if digest(model) != name:
            raise UnreadableInput("model: its file was changed since it was made")
        return model

    def _keep_model(self, model: ClassModel) -> str:
        name = digest(model)
        self._models_folder.mkdir(mode=0o700, exist_ok=True)
        with whole_file(self._models_folder / f"{name}.json") as part:
            part.write_text(to_json(model), encoding="utf-8")
        return name

    @property
    def _home(self) -> str:
        return self.keys.id

    def _gate(self, model: ClassModel) -> Gate:
        """What keeps a model from counting here: its figures, and whether they speak for the data of this workspace."""
        real = [s for s in self.vault.sources() if s.basis is not LegalBasis.SYNTHETIC]
        fits = []
        if model.invented and real:
            fits.append("it was measured on the invented world, and this workspace holds other data")
        if not model.invented and model.home != self._home:
            fits.append("it was measured on judgements of another workspace")
        elif not model.invented and not self.vault.recorded(_TRAINED, digest(model)):
            fits.append("its figures come from a file: no record says that this workspace learnt and measured it")
        if model.signs != signs_digest():
            fits.append("the published signs changed since it was made; make it anew")
        if any(name.removeprefix("share_") in self._off for name in model.names):
            fits.append("it reads signs that are switched off here")
        fits += self._audited_against(model, asked=bool(real))
        return judge_model(model.measured, bound=self.settings.wrong_flag_bound, fits="; ".join(fits))

    def _audited_against(self, model: ClassModel, *, asked: bool) -> list[str]:
        """What rates by gender, age, language and nationality of persons say against it. Invented persons have none to ask."""
        try:
            kept = self.kept_rates()
        except (Tampered, UnreadableInput):
            return ["the rates by audit data were changed since they were measured; measure again"]
        flag = MODEL_FLAG + digest(model)
        if kept is None or all(each.flag != flag for each in kept.report.rates):
            return list(KeptRates(NOTHING, datetime.now(UTC)).against(flag)) if asked else []
        return list(kept.against(flag))

    def _let_in(self) -> tuple[str, Judgement] | None:
        """The model that a person let in last. A word that nobody signed lets none in; `verify` names it."""
        given = (each for each in self.vault.judgements() if each.lead.startswith(MODEL))
        return enabled_model(each for each in given if verify_judgement(self.keys.public_key, each))

    def _usable(self) -> tuple[str, ClassModel] | None:
        """The enabled model, while its file is whole and the gate is open for it."""
        held = self._let_in()
        if held is None:
            return None
        try:
            model = self._model(held[0])
        except (NotFound, UnreadableInput):
            return None
        return (held[0], model) if self._gate(model).open else None

    def _flagged_by_models(self, seen: Seen, leads: Sequence[str]) -> dict[str, npt.NDArray[np.bool_]]:
        """Model -> whether it flags each of these leads: as a model that did not learn from the lead would."""
        found = {}
        for path in sorted(self._models_folder.glob("*.json")) if self._models_folder.is_dir() else ():
            try:
                model = self._model(path.stem)
            except (NotFound, UnreadableInput):
                continue
            places = [seen.place[lead] for lead in leads]
            spoken = seen.groups.get("language", [""] * len(seen.networks))
            rows = matrix(seen.found, model.names)[places]
            said = given(model.conformal.sets(model.probabilities(rows), [spoken[at] for at in places]))
            if model.home == self._home:
                training = self._training()
                if training.too_few():
                    continue  # not measured, and the gate says so
                apart = dict(
                    zip(training.judged.tolist(), held_out(training, model.conformal.alpha).tolist(), strict=True)
                )
                said = np.array([apart.get(at, own) for at, own in zip(places, said.tolist(), strict=True)], np.int64)
            found[MODEL_FLAG + path.stem] = np.isin(said, [CLASSES.index(each) for each in FLAGS])
        return found

    def train_model(self, actor: Actor) -> ModelRow:
        """Learns a model from the judgements of this workspace and measures it. It counts for nothing until enabled."""
        purpose = self.purpose_for(actor, Action.RUN_CHAIN)
        self.vault.require(actor, Action.RUN_CHAIN, purpose, "models")
        training = self._training()
        too_few = training.too_few()
        if too_few:
            raise Conflict(f"model: too few judgements to learn from: {too_few}")
        words = f"{len(training.judged)} signed judgements of this workspace"
        model = train(training, name="judged", trained_on=words, signs=signs_digest(), invented=False, home=self._home)
        name = self._keep_model(model)
        self.vault.record(actor, _TRAINED, name, purpose, {"judgements": len(training.judged)})
        return self._row(name, model)

    def _training(self) -> Training:
        seen = self.seen()
        if seen is None:
            raise UsageError("model: nothing to learn from before 'clew run'")
        functions = labellings(self._off)
        spoken = votes(seen.found, functions)
        answered = {lead: allowed for lead, allowed in self._answered().items() if lead in seen.place}
        leads = sorted(answered, key=lambda lead: seen.place[lead])
        names = feature_names(self._off)
        return Training(
            names=names,
            rows=matrix(seen.found, names),
            weak=LabelModel.fit(spoken, functions).points(spoken),
            judged=np.array([seen.place[lead] for lead in leads], np.int64),
            allowed=np.array([answered[lead] for lead in leads], np.bool_).reshape(len(leads), len(CLASSES)),
            groups=seen.groups,
        )

    def add_model(self, actor: Actor, path: Path) -> ModelRow:
        """Takes in a model that was made elsewhere, such as by `clew adverts evaluate --model`. Enabled it is not."""
        purpose = self.purpose_for(actor, Action.RUN_CHAIN)
        self.vault.require(actor, Action.RUN_CHAIN, purpose, "models")
        try:
            model = from_json(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableInput(f"{path.name}: cannot be read as a class model") from error
        name = self._keep_model(model)
        self.vault.record(actor, "add_model", name, purpose, {"invented": model.invented})
        return self._row(name, model)

    def enable_model(self, actor: Actor, purpose: Purpose, name: str, reason: str) -> Judgement:
        """A reviewer's or steward's signed word that a model's classes are shown from now on.

        Blocked, and recorded as refused, while the fairness gate is not open for it: it fails closed.
        """
        self.vault.require(actor, Action.ENABLE_MODEL, purpose, MODEL + name)
        if not reason.strip():
            raise UsageError("reason: required, in words")
        gate = self._gate(self._model(name))
        if not gate.open:
            refusal = {"asked": Action.ENABLE_MODEL.value, "because": "; ".join(gate.reasons)}
            self.vault.record(actor, "refused", MODEL + name, purpose, refusal)
            raise Blocked("model: cannot be enabled: " + "; ".join(gate.reasons))
        made = self.vault.append_judgement(
            actor, purpose, MODEL + name, Verdict.YES, reason, action=Action.ENABLE_MODEL
        )
        self._class_leads()
        return made

    def disable_model(self, actor: Actor, purpose: Purpose, name: str, reason: str) -> Judgement:
        """Shuts a model out again. Always possible."""
        self.vault.require(actor, Action.ENABLE_MODEL, purpose, MODEL + name)
        made = self.vault.append_judgement(actor, purpose, MODEL + name, Verdict.NO, reason, action=Action.ENABLE_MODEL)
        self._class_leads()
        return made

    def models(self, actor: Actor) -> ModelsView:
        """Every model that is here, with its card, its figures and what keeps it from being enabled."""
        self.vault.require(actor, Action.READ_OVERVIEW, self.purpose_for(actor, Action.READ_OVERVIEW), "models")
        held, rows, trouble = self._let_in(), [], []
        for path in sorted(self._models_folder.glob("*.json")) if self._models_folder.is_dir() else ():
            try:
                rows.append(self._row(path.stem, self._model(path.stem)))
            except UnreadableInput as error:
                trouble.append(f"{path.stem}: {error}")
        if held is not None and self._usable() is None:
            trouble.append(f"the model that was enabled, {held[0]}, does not count now: signs alone are used")
        try:
            training: Training | None = self._training()
        except UsageError:
            training = None
        return ModelsView(
            models=tuple(sorted(rows, key=lambda row: (not row.enabled, row.model.name, row.digest))),
            judged=len(training.judged) if training else 0,
            named=training.counts() if training else {},
            too_few=training.too_few() if training else "nothing was run yet",
            bound=self.settings.wrong_flag_bound,
            trouble=tuple(trouble),
        )

    def _row(self, name: str, model: ClassModel) -> ModelRow:
        held, gate = self._let_in(), self._gate(model)
        enabled = held is not None and held[0] == name
        return ModelRow(
            digest=name,
            model=model,
            card=card(model, gate.reasons),
            reasons=gate.reasons,
            enabled=enabled and gate.open,
            by=self.names().get(held[1].actor, held[1].actor) if enabled and held else "",
            at=held[1].at if enabled and held else None,
            why=held[1].reason if enabled and held else "",
        )
