"""A share of a count, with its interval."""

from __future__ import annotations

from clew.safeguards.shares import Z95, Share

__all__ = ["Z95", "Share"]
