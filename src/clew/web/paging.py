"""Which part of a long list is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

LAST_PAGE = 100_000
PageNumber = Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)]


@dataclass(frozen=True, slots=True)
class Pager:
    """Page `page` of `total` lines, `size` a page, counted from 1."""

    page: int
    total: int
    size: int = 25

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def first(self) -> int:
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))
