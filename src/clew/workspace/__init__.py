"""The façade that opens a store and walks records through the rooms."""

from contextlib import suppress
from pathlib import Path
from typing import Self

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Conflict, NotFound
from clew.safeguards.keys import Cost, Unlock
from clew.safeguards.people import People
from clew.workspace.assessing import Assessing
from clew.workspace.classing import Classing
from clew.workspace.consenting import Consenting
from clew.workspace.counting import Counting
from clew.workspace.fairness import FairnessReporting
from clew.workspace.helping_cases import CaseHelping
from clew.workspace.minimising import Minimising
from clew.workspace.networks import Networks
from clew.workspace.persons import Persons
from clew.workspace.placing import Placing
from clew.workspace.quality import Quality
from clew.workspace.rectifying_others import RectifyingOthers
from clew.workspace.releasing import Releasing
from clew.workspace.rights import Rights
from clew.workspace.settings import Settings
from clew.workspace.waiting import WaitingForTwo


class Workspace(
    WaitingForTwo,
    Assessing,
    Minimising,
    Consenting,
    RectifyingOthers,
    FairnessReporting,
    Rights,
    Classing,
    Releasing,
    Counting,
    CaseHelping,
    Persons,
    Quality,
    Networks,
    Placing,
):
    """One workspace directory, opened. What pages and commands do goes through here, checked and recorded.

    It is the `Desk` of the pages.
    """

    @classmethod
    def open(cls, folder: Path, unlock: Unlock, *, cost: Cost | None = None) -> Self:
        """Opens a workspace and finishes what an interrupted release, or a log of contacts, left. UsageError, WrongKey."""
        opened = super().open(folder, unlock, cost=cost)
        opened.recover_releases()
        with suppress(Conflict, NotFound):  # another process has the lake, or it is gone: the next one tells it
            opened.mend_contacts()
            opened.mend_purges()
        return opened

    # Accounts and sessions, as the pages need them.

    @property
    def people(self) -> People:
        return self.vault

    def actor(self, session: str, client: str | None = None) -> Actor | None:
        found = self.vault.session(session, client)
        return found[0] if found else None

    def purpose(self, session: str) -> Purpose:
        found = self.vault.session(session)
        return found[1] if found else Purpose.STATISTICS

    def set_purpose(self, session: str, purpose: Purpose) -> None:
        self.vault.set_purpose(session, purpose)

    def sign_out(self, session: str) -> None:
        self.vault.sign_out(session)


__all__ = ["Settings", "Workspace"]
