"""What one party answered, to whom and when: lines bound to each other, and a limit on how often a day.

The file is JSON lines in the chain of `clew.safeguards.chain`; its key and its head lie beside it (`.key`, `.head`),
readable by their owner alone. A ledger that does not verify answers nothing more. Its place is no option: it is one for
each account of the machine (`place`), so that another path does not give another day's answers.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clew.safeguards.chain import Act, Entry, Head, append, verify
from clew.safeguards.errors import Tampered, TryLater, UsageError

DAY = timedelta(days=1)


NAMED_BY_ADMINISTRATOR = Path("/etc/clew/intersections")
"""A file of one line: the folder in which every account of this machine keeps its ledger."""


def place() -> Path:
    """Where this account keeps its ledger: `.local/state/clew` in its home, or where the administrator says.

    The home is the account's own, not what the environment calls home. Raises UsageError for a folder that is not there.
    """
    account = pwd.getpwuid(os.getuid())
    folder = Path(account.pw_dir) / ".local" / "state" / "clew"
    if NAMED_BY_ADMINISTRATOR.is_file():
        folder = Path(NAMED_BY_ADMINISTRATOR.read_text(encoding="utf-8").strip())
        if not folder.is_absolute() or not folder.is_dir():
            raise UsageError(f"{NAMED_BY_ADMINISTRATOR}: must name a folder that exists")
        return folder / f"intersections-{account.pw_name}.jsonl"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "intersections.jsonl"


@dataclass(frozen=True, slots=True)
class Ledger:
    """At `path`; made at the first entry. At most `a_day` answers to one agreement within 24 hours."""

    path: Path
    a_day: int = 3

    def admit(self, *, agreement: str, request: str, items: int, field: str, reveal: bool, now: datetime) -> None:
        """Writes the answer down before it is given. Raises TryLater when the day's are used up (that is written too)."""
        with self._locked():
            entries = self._verified()
            given = [e.at for e in entries if e.action == "answered" and e.object == agreement and e.at > now - DAY]
            refused = len(given) >= self.a_day
            detail = {"request": request, "items": items, "field": field, "reveal": reveal}
            if refused:
                detail["because"] = "the day's answers are used up"
            self._enter("refused" if refused else "answered", agreement, now, detail)
        if refused:
            raise TryLater(int((min(given) + DAY - now).total_seconds()) + 1)

    def refuse(self, *, agreement: str, request: str, because: str, now: datetime) -> None:
        """Writes down that a request was not answered, and why."""
        with self._locked():
            self._verified()
            self._enter("refused", agreement, now, {"request": request, "because": because})

    def _verified(self) -> list[Entry]:
        key, entries, head = self._key(), list(self._entries()), self._head()
        if verify(entries, head, key) or (head is None and entries):
            raise Tampered(
                f"{self.path.name}: this ledger was changed; nothing is answered until someone has looked into it"
            )
        return entries

    def _enter(self, action: str, agreement: str, now: datetime, detail: Mapping[str, object]) -> None:
        act = Act(
            at=now, actor="answerer", action=action, object=agreement, purpose="intersection", detail=json.dumps(detail)
        )  # fmt: skip
        self._write(*append(self._key(), self._head(), act))

    def _entries(self) -> Iterator[Entry]:
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                    yield Entry(**{**row, "at": datetime.fromisoformat(row["at"])})
                except (ValueError, TypeError, KeyError):
                    raise Tampered(f"{self.path.name}: a line of this ledger cannot be read") from None

    def _head(self) -> Head | None:
        path = self._beside(".head")
        if not path.exists():
            return None
        try:
            return Head(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            raise Tampered(f"{path.name}: the head of this ledger cannot be read") from None

    def _key(self) -> bytes:
        path = self._beside(".key")
        if not path.exists():
            if self.path.exists() and self.path.stat().st_size:
                raise Tampered(f"{path.name}: the key of this ledger is gone")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(os.urandom(32))
        return path.read_bytes()

    def _write(self, entry: Entry, head: Head) -> None:
        line = json.dumps({**asdict(entry), "at": entry.at.astimezone(UTC).isoformat()})
        with os.fdopen(
            os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._beside(".head").write_text(json.dumps(asdict(head)), encoding="utf-8")

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._beside(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
