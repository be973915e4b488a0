"""Compiles the kernels of synthesis ahead of time: `python -m clew.publish.synthesis.warm`."""

from __future__ import annotations


def warm() -> None:
    """Makes a few rows out of a few rows, with triples; what it compiles stays on disk."""
    import numpy as np

    from clew.publish.synthesis.asking import ask
    from clew.publish.synthesis.making import generate

    codes = np.ones((400, 3), dtype=np.int32)
    generate(ask(codes, [1, 1, 1], [True, True, True], epsilon=8.0, delta=1e-4, length=3))


if __name__ == "__main__":
    warm()
