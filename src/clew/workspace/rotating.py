"""Rotates the keys of a workspace while it is in use, and changes what opens them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clew.records.write import whole_file
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.keys import Cost, Unlock
from clew.safeguards.permissions import Action
from clew.workspace.erasing import ErasingPersons
from clew.workspace.fairness_rates import FOLDER


@dataclass(frozen=True, slots=True)
class Rotated:
    """`oldest`: the oldest generation that still opens anything; 0 is the one derived from the master key."""

    generation: int
    oldest: int
    keys: int
    files: int
    missed: list[str]
    """Key books that could not be written anew."""


class RotatingKeys(ErasingPersons):
    def rotate_keys(
        self, actor: Actor, purpose: Purpose, *, drop: bool = False, tick: Callable[[int], None] = lambda _: None
    ) -> Rotated:
        """Adds a new key and seals everything anew under it. Readers and writers beside go on: they take it in by themselves.

        The key before stays, for whoever sealed something with it at this very moment; the ones before that go. `drop`
        lets it go too, for a key that is known to others: let nobody write meanwhile.
        """
        self.vault.require(actor, Action.ERASE, purpose, "keys")
        before = self.keys.generation
        self.keys.add_generation()
        done = self.vault.rewrap_keys(actor, purpose, tick)
        files = self._reseal_files()
        self.vault.require_all_sealed_now()
        oldest = self.keys.generation if drop else before
        if oldest:
            self.keys.drop_generations(oldest)
        _, missed = self.write_books()
        return Rotated(self.keys.generation, oldest, done, files, missed)

    def _reseal_files(self) -> int:
        """Sealed rejects, and rates by audit data, under the newest key; says how many were sealed anew."""
        done = 0
        for path in sorted(path for name in ("rejects", FOLDER) for path in (self.folder / name).glob("*.sealed")):
            about, content = f"{path.parent.name}/{path.name}", path.read_bytes()
            if not self.keys.is_sealed_now(content, about):
                with whole_file(path) as part:
                    part.write_bytes(self.keys.seal(self.keys.unseal(content, about), about))
                path.chmod(0o600)
                done += 1
        return done

    def change_unlock(self, actor: Actor, purpose: Purpose, unlock: Unlock, *, cost: Cost | None = None) -> list[str]:
        """Changes the passphrase, key file, key or service; answers the key books that could not be written anew."""
        self.vault.require(actor, Action.ERASE, purpose, "keys")
        self.keys.rewrap(self.folder / "keys.json", unlock, cost=cost)
        self.vault.record(actor, "change_unlock", "keys", purpose, {"way": unlock.way})
        return self.write_books()[1]
