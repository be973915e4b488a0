"""Compiles every kernel ahead of time, so that no command pays for it: `python -m clew.links.warm`."""

from __future__ import annotations


def warm() -> None:
    """Runs the near-duplicate search once on a few invented texts; what it compiles stays on disk."""
    from clew.links.near_texts import near_duplicates

    near_duplicates([f"room {i % 2} to let in the quiet old town near the river bridge {i}" for i in range(8)])


if __name__ == "__main__":
    warm()
