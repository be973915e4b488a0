"""A seeded synthetic world with known truth, for the demo, the tests and the benchmarks.

Everything in it is invented: persons, adverts, numbers that ring nowhere, drawn pictures. Independent workers are a
class of their own and the largest: they tour, share flats and phones, write imperfect English and borrow the same
phrases as everybody else, so that a naive sign flags them wrongly. What is measured here says whether the chain works
as meant; it says nothing of the real world.

    world = build(seed=7, adverts=10_000)
    write(world, Path("world"))

`docs/world.md` lists the files and columns. `clew.world.compare` holds findings against the truth.
"""

from clew.world.build import World, build
from clew.world.write import write

__all__ = ["World", "build", "write"]
