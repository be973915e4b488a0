"""The impact assessment of a workspace: made from what is configured, approved by a steward, and asked before processing.

Adding files, running the chain and releasing are refused while data of real persons would be processed without an approval of
exactly this configuration. Never refused: logging a single contact, support, reading by right, erasure. Nobody in need waits
for a paper.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from clew.desk import AssessmentView
from clew.records import KINDS, Format, Kind, Source
from clew.records import Mapping as Columns
from clew.records.source import LegalBasis
from clew.records.write import whole_file
from clew.safeguards import dpia
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.datasheet import datasheets
from clew.safeguards.document import Document, markdown
from clew.safeguards.dpia import Configuration, SourceTerms, Standing
from clew.safeguards.dpia_writing import open_points, written
from clew.safeguards.errors import Blocked, Conflict, NotFound, UsageError
from clew.safeguards.keys import KeyRing, verify_judgement
from clew.safeguards.permissions import Action, decide
from clew.signals import manifests
from clew.store.vault import Vault
from clew.workspace.adding import Added
from clew.workspace.class_subjects import enabled_model
from clew.workspace.opened import _OPERATOR
from clew.workspace.settings import Settings
from clew.workspace.walks import Walks

_FOLDER, _ANSWERS, _PLANNED = "dpia", "answers.toml", "planned.json"
_GATED = (Action.RUN_CHAIN, Action.RELEASE, Action.DISCLOSE)
_BEARING = (
    "k", "epsilon", "suppress_below", "smallest_lead", "switched_off", "wrong_flag_bound", "region", "helpline_source",
    "helpline_basis", "dpia_days",
)  # fmt: skip
"""Settings that bear on persons."""


class Assessing(Walks):
    def __init__(self, folder: Path, keys: KeyRing, vault: Vault, settings: Settings) -> None:
        super().__init__(folder, keys, vault, settings)
        vault.gates |= dict.fromkeys(_GATED, self._unassessed)

    # What is asked before processing.

    def add(
        self, kind: Kind, path: Path, source: Source, mapping: Columns | None, actor: Actor, *, rejects: Path | None = None
    ) -> Added:  # fmt: skip
        self.check_adding(actor, source, kind.plural)
        return super().add(kind, path, source, mapping, actor, rejects=rejects)

    def import_contacts(
        self, path: Path, source: Source, actor: Actor, *, columns: Mapping[str, str] | None = None,
        layout: Format = Format(), mapping: Columns | None = None,  # noqa: B008 (frozen)
    ) -> Any:  # fmt: skip
        self.check_adding(actor, source, "calls")
        return super().import_contacts(path, source, actor, columns=columns, layout=layout, mapping=mapping)

    def check_adding(self, actor: Actor, source: Source, plural: str) -> None:
        """Lets a source's records of this kind in where the approved assessment covers them.

        Otherwise they are put down as planned, the refusal is recorded, and Blocked says what to do.
        """
        purpose = self.purpose_for(actor, Action.ADD_RECORDS)
        self.vault.require(actor, Action.ADD_RECORDS, purpose, source.id)
        if source.basis is LegalBasis.SYNTHETIC and not self._holds_real():
            return
        here = next((each for each in self.vault.sources() if each.id == source.id), source)
        if here != source:
            raise Conflict(f"source {source.id} is here already on other terms")
        config = self.configuration(_terms(source, (plural,), planned=True))
        held, _ = self._standing_of(config)
        if not held.open:
            self.plan_source(source, plural)
            self.vault.record(
                actor, "refused", source.id, purpose, {"asked": "add_records", "because": f"assessment {held}"}
            )
            raise Blocked(
                f"{_SHUT.format(held)} Source {source.id} was put down in it as planned. {_DO} Then add the file again."
            )

    def _unassessed(self) -> str:
        """Why nothing may be processed; empty where it may."""
        if not self._holds_real():
            return ""
        held, _ = self._standing_of(self.configuration())
        return "" if held.open else f"{_SHUT.format(held)} {_DO}"

    def _holds_real(self) -> bool:
        return any(source.basis is not LegalBasis.SYNTHETIC for source in self.vault.sources())

    def _standing_of(self, config: Configuration) -> tuple[Standing, Judgement | None]:
        # A word that nobody signed opens nothing, whoever put it into the database; `verify` names it.
        signed = [
            each for each in self.vault.judgements()
            if each.lead.startswith((dpia.SUBJECT, dpia.DEMO)) and verify_judgement(self.keys.public_key, each)
        ]  # fmt: skip
        return dpia.standing(
            dpia.name_of(config), real=config.real, judgements=signed, days=self.settings.dpia_days,
            now=datetime.now(UTC),
        )  # fmt: skip

    # What it is made from.

    def configuration(self, *more: SourceTerms) -> Configuration:
        """All of the workspace that an assessment speaks of, with `more` sources beside those here and planned."""
        counted = self._counted()
        sources = self._sources(more, counted)
        model = enabled_model(self.vault.judgements())
        accounts = self.vault.accounts(_OPERATOR)
        roles = Counter(role for each in accounts for role in each.roles)
        return Configuration(
            sources=sources,
            kinds={kind.plural: _fields(kind) for kind in KINDS.values()},
            settings={name: _shown(getattr(self.settings, name)) for name in _BEARING},
            retention=tuple((r.source, r.kind, r.purpose, str(r.days)) for r in self.vault.retention_rules()),
            permissions=_permissions(),
            detectors=tuple((each.name, each.about, each.never_for) for each in manifests()),
            models=((model[0], self._learnt_from(model[0])),) if model else (),
            storage=self._storage(),
            facts=frozenset(self._facts_assessed(sources, len(accounts), roles)),
            answers=self.assessment_answers(),
            records={p: sum(n for (_, kind), n in counted.items() if kind == p) for p in KINDS},
            accounts={role.value: roles[role] for role in Role},
            releases=tuple((each.title, each.recipient, each.guarantee) for each in self.vault.releases()),
        )

    def _sources(
        self, more: Sequence[SourceTerms], counted: Mapping[tuple[str, str], int]
    ) -> tuple[SourceTerms, ...]:  # fmt: skip
        found = {
            s.id: _terms(s, [kind for source, kind in counted if source == s.id], planned=False)
            for s in self.vault.sources()
        }
        for each in (*self._planned(), *more):
            held = found.get(each.id)
            if held is None:
                found[each.id] = each
            else:
                found[each.id] = _with_kinds(held, each.kinds)
        return tuple(sorted(found.values(), key=lambda each: (each.name, each.id)))

    def _counted(self) -> dict[tuple[str, str], int]:
        """Source's id and kind -> records in the lake."""
        union = " UNION ALL ".join(f"SELECT source_id, '{plural}' AS kind FROM {plural}" for plural in KINDS)  # noqa: S608 (ours)
        rows = self.lake.query(f"SELECT source_id, kind, count(*) AS n FROM ({union}) GROUP BY ALL ORDER BY ALL")  # noqa: S608 (ours)
        return {(row["source_id"], row["kind"]): row["n"] for row in rows.to_pylist()}

    def _learnt_from(self, digest: str) -> str:
        path = self.folder / "models" / f"{digest}.json"
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))["trained_on"])
        except (OSError, ValueError, KeyError):
            return "its file is missing or was changed"

    def _storage(self) -> dict[str, str]:
        vault = "SQLCipher, AES-256, each record also under a key of its own" if self.vault.backend == "sqlite" else (
            "PostgreSQL; sealed fields under a key each, reasons and the log in the clear to its administrator"
        )  # fmt: skip
        lake = (
            "encrypted by clew"
            if self._lake_is_sealed()
            else "not encrypted by clew: pseudonyms, texts of adverts, payments"
        )
        return {
            "vault": vault,
            "lake": lake,
            "rejects, models, releases": "files in the workspace's folder; sealed kinds sealed",
        }

    def _lake_is_sealed(self) -> bool:
        return bool(getattr(self.lake, "encrypted", False))

    def _facts_assessed(self, sources: Sequence[SourceTerms], accounts: int, roles: Mapping[Role, int]) -> list[str]:
        grounds = {each.basis for each in sources}
        so = {
            "lake_open": not self._lake_is_sealed(),
            "fairness_not_measured": not self.vault.last_count("report_fairness", "judged"),
            "low_k": self.settings.k < 11,
            "high_epsilon": self.settings.epsilon > 4,
            "no_auditor": not roles.get(Role.AUDITOR),
            "long_retention": any(each.retention_days > 730 for each in sources),
            "law_enforcement_beside_support": "law-enforcement" in grounds
            and bool(grounds & {"consent", "vital-interests"}),
            "one_account": accounts < 2,
        }
        return [name for name, holds in so.items() if holds]

    # What people say, and what is planned.

    @property
    def _dpia_folder(self) -> Path:
        folder = self.folder / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def draft_assessment(self) -> Path:
        """Puts down the questions that only people can answer, where they are not yet; gives the place of the file."""
        path = self._dpia_folder / _ANSWERS
        if not path.exists():
            lines = ["# What no configuration can say. Write between the quotes; an empty answer is an open point.", ""]
            lines += [f'# {question}\n{name} = ""\n' for name, question in dpia.QUESTIONS.items()]
            path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def assessment_answers(self) -> dict[str, str]:
        """Question -> answer. Raises UsageError naming a key that is no question or an answer that is no text."""
        try:
            content = tomllib.loads((self.folder / _FOLDER / _ANSWERS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise UsageError(f"{_FOLDER}/{_ANSWERS}: cannot be read as TOML") from None
        wrong = [key for key, value in content.items() if key not in dpia.QUESTIONS or not isinstance(value, str)]
        if wrong:
            raise UsageError(f"{_FOLDER}/{_ANSWERS}: {', '.join(wrong)}: not a question with an answer in quotes")
        return content

    def _planned(self) -> tuple[SourceTerms, ...]:
        try:
            content = json.loads((self.folder / _FOLDER / _PLANNED).read_text(encoding="utf-8"))
            return tuple(SourceTerms(**{**each, "kinds": tuple(each["kinds"])}, planned=True) for each in content)
        except FileNotFoundError:
            return ()
        except (ValueError, KeyError, TypeError):
            raise UsageError(f"{_FOLDER}/{_PLANNED}: was changed by hand; remove it and add the files again") from None

    def plan_source(self, source: Source, plural: str) -> None:
        """Puts a source and a kind of its records down as planned. That lets nothing in."""
        terms = _terms(source, (plural,), planned=True)
        planned = {each.id: each for each in self._planned()}
        held = planned.get(terms.id)
        planned[terms.id] = _with_kinds(terms, held.kinds if held else ())
        self._write_planned(planned)

    def drop_planned(self, actor: Actor, source: str) -> None:
        """Takes a planned source out of the assessment, by id or name. NotFound where none is planned."""
        self.vault.require(actor, Action.APPROVE_DPIA, self.purpose_for(actor, Action.APPROVE_DPIA), source)
        planned = {each.id: each for each in self._planned()}
        known = Source(name=source, basis=LegalBasis.SYNTHETIC).id
        gone = planned.pop(source, None) or planned.pop(known, None)
        if gone is None:
            raise NotFound("there is no such planned source")
        self._write_planned(planned)

    def _write_planned(self, planned: Mapping[str, SourceTerms]) -> None:
        fields = ("id", "name", "basis", "purpose", "retention_days", "tlp", "kinds")
        content = [{name: getattr(each, name) for name in fields} for each in planned.values()]
        with whole_file(self._dpia_folder / _PLANNED) as part:
            part.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")

    # Reading and approving.

    def assessment(self, actor: Actor) -> AssessmentView:
        """The assessment as it would be now, how it stands, and what changed since the last approved one."""
        self.vault.require(actor, Action.READ_OVERVIEW, self.purpose_for(actor, Action.READ_OVERVIEW), "dpia")
        config, judgements = self.configuration(), self.vault.judgements()
        held, said = self._standing_of(config)
        last = dpia.last_approved(judgements)
        before = self._approved(last) if last else None
        return AssessmentView(
            name=dpia.name_of(config),
            standing=held,
            document=written(config),
            open_points=open_points(config),
            before=last,
            before_is_here=before is not None,
            changes=dpia.changes(before, dpia.material(config)) if before is not None else (),
            by=self.names().get(said.actor, said.actor) if said else "",
            at=said.at if said else None,
            why=said.reason if said else "",
            until=said.at + timedelta(days=self.settings.dpia_days) if said and held is Standing.APPROVED else None,
        )

    def datasheets(self, actor: Actor) -> Document:
        """A data sheet for each source."""
        self.vault.require(actor, Action.READ_OVERVIEW, self.purpose_for(actor, Action.READ_OVERVIEW), "sources")
        return datasheets(self.configuration(), self._counted())

    def approve_assessment(
        self, actor: Actor, purpose: Purpose, name: str, reason: str, *, accept_open: bool = False, demo: bool = False
    ) -> Judgement:
        """A steward's signed word that the assessment of that name holds; processing may go on.

        Conflict where the configuration is no longer the one that was read, or is not all invented for a `demo`; Blocked
        while points are open and not accepted.
        """
        config = self.configuration()
        subject = (dpia.DEMO if demo else dpia.SUBJECT) + dpia.name_of(config)
        self.vault.require(actor, Action.APPROVE_DPIA, purpose, subject)
        if name != dpia.name_of(config):
            raise Conflict("assessment: the configuration changed since it was read; read it again")
        if demo and config.real:
            raise Conflict("assessment: a demo's approval covers invented data alone, and a source here is real")
        points = open_points(config)
        if points and not (accept_open or demo):
            raise Blocked(f"assessment: {len(points)} points are open: answer them, or accept them with your reason")
        self._keep_assessment(name, config)
        return self.vault.append_judgement(actor, purpose, subject, Verdict.YES, reason, action=Action.APPROVE_DPIA)

    def withdraw_assessment(self, actor: Actor, purpose: Purpose, reason: str) -> Judgement:
        """Takes back the approval of the configuration as it is. Processing of real data stops."""
        subject = dpia.SUBJECT + dpia.name_of(self.configuration())
        return self.vault.append_judgement(actor, purpose, subject, Verdict.NO, reason, action=Action.APPROVE_DPIA)

    def _keep_assessment(self, name: str, config: Configuration) -> None:
        """What was approved, to be read and compared later; its name tells whether it was changed."""
        texts = {
            f"{name}.json": json.dumps(dpia.material(config), ensure_ascii=False, sort_keys=True),
            f"{name}.md": markdown(written(config)),
        }
        for file, text in texts.items():
            with whole_file(self._dpia_folder / file) as part:
                part.write_text(text, encoding="utf-8")

    def _approved(self, name: str) -> dict[str, Any] | None:
        """What is material in an approved assessment; None where its file is gone or was changed."""
        try:
            text = (self.folder / _FOLDER / f"{name}.json").read_text(encoding="utf-8")
        except OSError:
            return None
        whole: dict[str, Any] | None = (
            json.loads(text) if hashlib.sha256(text.encode()).hexdigest()[:16] == name else None
        )
        return whole


_SHUT = "The impact assessment is {}: nothing of real persons is processed without an approved one (GDPR art. 35)."
_DO = "Read it with 'clew safeguards dpia' and approve it with 'clew safeguards dpia approve --reason WHY' (or on the page /dpia)."


def _terms(source: Source, kinds: Sequence[str], *, planned: bool) -> SourceTerms:
    return SourceTerms(
        id=source.id, name=source.name, basis=source.basis.value, purpose=source.purpose, retention_days=source.retention_days,
        tlp=source.tlp.value, kinds=tuple(sorted(kinds)), planned=planned,
    )  # fmt: skip


def _with_kinds(terms: SourceTerms, kinds: Sequence[str]) -> SourceTerms:
    return replace(terms, kinds=tuple(sorted({*terms.kinds, *kinds})))


def _fields(kind: Kind) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sealed = tuple(kind.sealed)
    return sealed, tuple(f.name for f in kind.fields if f.name not in sealed and f.name != "id")


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


@cache
def _permissions() -> tuple[tuple[str, str, str], ...]:
    rows = []
    for role in Role:
        who = Actor(id="", name="", roles=frozenset({role}))
        for purpose in Purpose:
            may = [a.value for a in Action if a is not Action.READ_OVERVIEW and decide(who, a, purpose).allowed]
            if may:
                rows.append((role.value, purpose.value, ", ".join(may)))
    return tuple(rows)
