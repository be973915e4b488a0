"""The form that puts one field right: of a case, a contact or an advert."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Form

from clew.safeguards.errors import UsageError
from clew.web.visit import Visit


class Righted:
    """What was typed into the form. It may be who somebody is, so that a refused form comes back without it."""

    def __init__(
        self,
        field: Annotated[str, Form(max_length=60)] = "",
        value: Annotated[str, Form(max_length=20_000)] = "",
        unknown: Annotated[str, Form(max_length=10)] = "",
        why: Annotated[str, Form(max_length=2_000)] = "",
    ) -> None:
        self.field, self.value, self.unknown, self.why = field, value, unknown, why

    def put(self, visit: Visit, name: str) -> None:
        """Puts the field of that case, contact or advert right. Raises UsageError and what the desk raises."""
        if bool(self.value.strip()) is (self.unknown == "yes"):
            raise UsageError("value: write what is right, or tick that it is not known; one of the two")
        visit.desk.rectify(visit.actor, visit.purpose, name, self.field, self.value, self.why)


RightedForm = Annotated[Righted, Depends()]
