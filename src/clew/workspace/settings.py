"""A workspace's settings: one small file, read once, frozen."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from clew.records.source import LegalBasis
from clew.safeguards.errors import UsageError

FILE = "clew.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each setting is a name, a type, a default and what it does."""

    region: str = ""
    """ISO country (as in GB) whose phone numbers are written without a prefix; empty: the detector's own list."""
    smallest_lead: float = 2.0
    """Points from which a network is put to a person."""
    switched_off: tuple[str, ...] = ()
    """Signs that leads do not weigh."""
    hands_up_to: int = 300_000
    """Adverts up to which a run compares habits of writing; 0 for never. They join nothing by themselves."""
    wrong_flag_bound: float = 0.05
    """Highest upper 95% limit of the share of independent workers whom an enabled model may flag."""
    blind_share: float = 0.0
    """Share of leads that each person answers before the score is shown; 'clew init' writes 0.1 into a new file."""
    k: int = 11
    """Smallest group size of an anonymous release."""
    epsilon: float = 4.0
    """Differential-privacy budget of each dataset over all its releases."""
    suppress_below: int = 5
    """Counts below this are shown as suppressed."""
    stale_days: int = 180
    """Days after which an entry of the directory must be verified again."""
    helpline_source: str = "Own helpline"
    """The source under which contacts are kept that are logged on the pages."""
    helpline_basis: str = "legitimate-interests"
    """The legal ground of that source."""
    dpia_days: int = 365
    """How long an approval of the impact assessment holds."""
    vault: str = ""
    """postgresql:// URL of the vault, without a password; empty: the file vault.db in the folder."""
    second_factor: str = "optional"
    """required: an account without a second factor may do nothing on the pages but set one up."""
    oidc_issuer: str = ""
    """https:// address of a provider (OpenID Connect) whose accounts can be linked to accounts here; empty: none."""
    oidc_client: str = ""
    """The name under which the provider knows clew. Its secret comes from CLEW_OIDC_SECRET and is in no file here."""
    oidc_name: str = ""
    """What people call the provider, for the button."""
    key_books: tuple[str, ...] = ()
    """Places of the key book, which opens backups and is in none: keep each apart from them. Every erasure rewrites all."""

    def __post_init__(self) -> None:
        problems = []
        if self.k < 2:
            problems.append("k must be at least 2")
        if not 0 < self.epsilon <= 20:
            problems.append("epsilon must be above 0 and at most 20")
        if not 0 < self.smallest_lead < 100:
            problems.append("smallest_lead must be between 0 and 100")
        if self.hands_up_to < 0:
            problems.append("hands_up_to must not be negative")
        if not 0 < self.wrong_flag_bound <= 0.5:
            problems.append("wrong_flag_bound must be above 0 and at most 0.5")
        if not 0 <= self.blind_share <= 1:
            problems.append("blind_share must be between 0 and 1")
        if self.suppress_below < 2:
            problems.append("suppress_below must be at least 2")
        if not 1 <= self.stale_days <= 3650:
            problems.append("stale_days must be between 1 and 3650")
        if not 1 <= self.dpia_days <= 1096:
            problems.append("dpia_days must be between 1 and 1096")
        if not self.helpline_source.strip():
            problems.append("helpline_source must not be empty")
        if self.second_factor not in ("optional", "required"):
            problems.append("second_factor must be optional or required")
        if bool(self.oidc_issuer) != bool(self.oidc_client):
            problems.append("oidc_issuer and oidc_client belong together")
        if self.oidc_issuer and not self.oidc_issuer.startswith("https://"):
            problems.append("oidc_issuer must begin with https://")
        if self.helpline_basis not in set(LegalBasis):
            problems.append(f"helpline_basis must be one of {', '.join(LegalBasis)}")
        if self.vault and not self.vault.startswith("postgresql://"):
            problems.append("vault must be a postgresql:// URL, or empty")
        if re.match(r"postgresql://[^/@]*:[^/@]*@|.*[?&]password=", self.vault):
            problems.append("vault must hold no password: use PGPASSFILE, PGSERVICE or PGPASSWORD")
        if problems:
            raise UsageError("settings: " + "; ".join(problems))


def read_settings(folder: Path) -> Settings:
    """Reads clew.toml; raises UsageError naming every key that is not known or not of its type."""
    try:
        content = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{folder}: no workspace here; make one with 'clew init'") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"settings: {FILE} cannot be read as TOML") from error
    known = {f.name: f for f in fields(Settings)}
    problems = [f"{key} is not known" for key in content if key not in known]
    values = {}
    for key, value in content.items():
        if key in known:
            values[key] = _typed(known[key].default, value)
            if values[key] is None:
                problems.append(f"{key} must be of type {type(known[key].default).__name__}")
    if problems:
        raise UsageError("settings: " + "; ".join(problems))
    return Settings(**values)


def _typed(default: Any, value: Any) -> Any:
    """The value in the type of the default; None where it has another one."""
    if isinstance(default, tuple):
        return tuple(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else None
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if type(value) is type(default) else None


def write_settings(folder: Path) -> None:
    """Writes a new settings file with every default in a comment."""
    lines = ["# Settings of this workspace; each line shows the default. See docs/workspace.md.", ""]
    for f in fields(Settings):
        shown = list(f.default) if isinstance(f.default, tuple) else f.default
        value = f'"{shown}"' if isinstance(shown, str) else str(shown)
        lines.append(f"# {f.name} = {value}")
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def add_key_book(folder: Path, place: Path) -> Settings:
    """Adds a place to `key_books` in clew.toml, if it is not there yet. UsageError where it lies in the workspace."""
    settings, where = read_settings(folder), str(place.expanduser().resolve())
    if Path(where).is_relative_to(folder.resolve()):
        raise UsageError("key book: it must not lie in the workspace: keep it apart from what it opens")
    if where in settings.key_books:
        return settings
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.lstrip("# ").startswith("key_books ")]
    kept.append(f"key_books = {json.dumps([*settings.key_books, where], ensure_ascii=False)}")
    fresh = folder / f"{FILE}.new"
    fresh.write_text("\n".join(kept) + "\n", encoding="utf-8")
    read = tomllib.loads(fresh.read_text(encoding="utf-8"))
    if read.get("key_books") != [*settings.key_books, where]:
        raise UsageError(f"{FILE}: key_books is written in a way that cannot be added to; add the place by hand")
    fresh.replace(folder / FILE)
    return read_settings(folder)


def put_settings(folder: Path, values: Mapping[str, float | str]) -> None:
    """Sets numbers and texts in the settings file of a new workspace: what is commented there takes its line."""
    path = folder / FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    for name, value in values.items():
        lines = [line for line in lines if not line.startswith(f"# {name} =")] + [f"{name} = {json.dumps(value)}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    read_settings(folder)
