"""Seals every wrapped key anew under the newest key of the ring, batch by batch, while others go on reading and writing.

Nothing that persons wrote is touched: a person's own key stays as it is, only what it is wrapped in changes.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, update

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Blocked
from clew.safeguards.permissions import Action
from clew.store.database import fold
from clew.store.models import PersonKeyRow
from clew.store.rights_models import BackupKeyRow
from clew.store.vault_dump import Dumping

_BATCH = 500


class Rotating(Dumping):
    def rewrap_keys(self, actor: Actor, purpose: Purpose, tick: Callable[[int], None] = lambda _: None) -> int:
        """Wraps all keys under the ring's newest one; answers how many were wrapped under an older one.

        It may be stopped anywhere and called again. Raises NotAllowed; Tampered at a key that opens under none.
        """
        self.require(actor, Action.ERASE, purpose, "keys")
        done = 0
        for table, column, name in (
            (PersonKeyRow, PersonKeyRow.id, "person/{}"),
            (BackupKeyRow, BackupKeyRow.record_id, "person/backup/{}"),
        ):
            after = ""
            while True:
                with self._write() as tx:
                    page = select(column, table.wrapped).where(table.wrapped.is_not(None), column > after)
                    rows = tx.execute(page.order_by(column).limit(_BATCH).with_for_update()).all()
                    for id, wrapped in rows:
                        about = name.format(id)
                        if wrapped is not None and not self._keys.is_sealed_now(wrapped, about):
                            fresh = self._keys.seal(self._keys.unseal(wrapped, about), about)
                            tx.execute(update(table).where(column == id).values(wrapped=fresh))
                            done += 1
                if not rows:
                    break
                after = rows[-1][0]
                tick(done)
        with self._write() as tx:
            detail = {"generation": self._keys.generation, "keys": done}
            self._log(tx, actor, "rotate_keys", "keys", purpose, detail)
        fold(self._engine)
        return done

    def require_all_sealed_now(self) -> None:
        """Raises Blocked where a key is still wrapped under an older one: then the older one must not go."""
        with self._snapshot() as tx:
            persons = tx.execute(select(PersonKeyRow.id, PersonKeyRow.wrapped).where(PersonKeyRow.wrapped.is_not(None)))
            left = sum(not self._keys.is_sealed_now(wrapped or b"", f"person/{id}") for id, wrapped in persons)
            records = tx.execute(select(BackupKeyRow.record_id, BackupKeyRow.wrapped))
            left += sum(not self._keys.is_sealed_now(wrapped, f"person/backup/{id}") for id, wrapped in records)
        if left:
            raise Blocked(f"keys: {left} are still wrapped under an older key; rotate again")
