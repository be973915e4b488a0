"""Ships a copy of the audit log to another party: a folder that only grows, or the log and its keeper are found out."""

from __future__ import annotations

import json
from pathlib import Path

from clew.records.write import whole_file
from clew.safeguards import checkpoint as notes
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.audit_proof import CHECKPOINT, ENTRIES, LEAVES, check_copy
from clew.safeguards.errors import Tampered
from clew.store.checkpoints import parted
from clew.workspace.opened import Opened


class Shipping(Opened):
    def ship_log(self, actor: Actor, purpose: Purpose, folder: Path, *, with_entries: bool = False) -> tuple[int, int]:
        """Brings a copy up to date under a new checkpoint; answers how many entries it has and how many are new.

        A copy holds a hash an entry, which tells nothing; `with_entries` adds the entries themselves, with account ids,
        record ids and reasons. Raises Tampered where the copy is not the beginning of the log: one of them was changed.
        """
        earlier = check_copy(folder, self.keys.public_key) if (folder / CHECKPOINT).exists() else None
        note = self.vault.checkpoint(actor, purpose)
        said = notes.read(note)
        leaves = self.vault.leaves(actor, purpose)[: said.size]
        if earlier is not None and (rule := parted(leaves, earlier)):
            was = "longer than" if rule == "cut" else "another one than"
            raise Tampered(f"the copy is {was} the log: one of them was changed; the copy is left as it is")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        had = (folder / ENTRIES).is_file()
        start = earlier.size if earlier and (had or not with_entries) else 0
        if with_entries or had:
            self._ship_entries(actor, purpose, folder, start, said.size)
        with whole_file(folder / LEAVES) as part:
            part.write_text("".join(f"{leaf.hex()}\n" for leaf in leaves), encoding="ascii")
        with whole_file(folder / CHECKPOINT) as part:
            part.write_text(note, encoding="utf-8")
        return said.size, said.size - (earlier.size if earlier else 0)

    def _ship_entries(self, actor: Actor, purpose: Purpose, folder: Path, start: int, size: int) -> None:
        path = folder / ENTRIES
        kept = path.read_text(encoding="utf-8").splitlines() if start and path.is_file() else []
        before = "".join(f"{line}\n" for line in kept if int(json.loads(line)["seq"]) <= start)
        rows = self.vault.entries_from(actor, purpose, start)
        lines = [
            json.dumps(dict(notes.entry_fields(entry)), ensure_ascii=False, separators=(",", ":"))
            for entry in rows
            if entry.seq <= size
        ]
        with whole_file(path) as part:
            part.write_text(before + "".join(f"{line}\n" for line in lines), encoding="utf-8")
