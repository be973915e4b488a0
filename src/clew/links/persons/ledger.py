"""What one party answered, to whom and when: lines bound to each other, and a limit on how often a day.

The file is JSON lines in the chain of `clew.safeguards.chain`; its key and its head lie beside it (`.key`, `.head`),
readable by their owner alone. A ledger that does not verify answers nothing more.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clew.safeguards.chain import Act, Entry, Head, append, verify
from clew.safeguards.errors import Tampered, TryLater

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ledger:
    """At `path`; made at the first entry. At most `a_day` answers to one agreement within 24 hours."""

    path: Path
    a_day: int = 3

    def admit(self, *, agreement: str, request: str, items: int, field: str, reveal: bool, now: datetime) -> None:
        """Writes the answer down before it is given. Raises TryLater when the day's are used up (that is written too)."""
        with self._locked():
            key, entries, head = self._key(), list(self._entries()), self._head()
            if verify(entries, head, key) or (head is None and entries):
                raise Tampered(
                    f"{self.path.name}: this ledger was changed; nothing is answered until someone has looked into it"
                )
            given = [e.at for e in entries if e.action == "answered" and e.object == agreement and e.at > now - DAY]
            refused = len(given) >= self.a_day
            detail = json.dumps({"request": request, "items": items, "field": field, "reveal": reveal})
            act = Act(
                at=now, actor="answerer", action="refused" if refused else "answered", object=agreement,
                purpose="intersection", detail=detail,
            )  # fmt: skip
            self._write(*append(key, head, act))
        if refused:
            raise TryLater(int((min(given) + DAY - now).total_seconds()) + 1)

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
