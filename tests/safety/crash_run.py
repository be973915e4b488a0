"""Works in a workspace and is killed (SIGKILL) at random moments; what it had said to be done must be there afterwards.

`python crash_run.py FOLDER KILLS SEED` prints one JSON object. Each round forks a worker, kills it a random time after one of its acts, and forks a checker that
opens the workspace as the next command would. Nothing is opened before a fork, so no thread is lost in one.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from clew.desk import ReleaseAsk
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose, Role, operator
from clew.safeguards.acts import Verdict
from clew.safeguards.keys import Cost, Unlock
from clew.workspace import Workspace
from clew.workspace.case_numbers import SUPERSEDED

SOURCE = Source(name="Invented", basis=LegalBasis.SYNTHETIC)
REVIEW, COUNT = Purpose.LEAD_REVIEW, Purpose.STATISTICS
SYLLABLES = "ta lo ri ke mu sa ne pi vo du".split()
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]


def unlock(folder: Path) -> Unlock:
    return Unlock(key_file=folder / "w.key")


def opened(folder: Path) -> Workspace:
    return Workspace.open(folder / "w", unlock(folder))


def begin(folder: Path) -> None:
    """A workspace with a few leads and enough cases for a release."""
    Workspace.create(folder / "w", unlock(folder), cost=Cost(1, 64, 1), owner="anna").close()
    with (folder / "w" / "clew.toml").open("a", encoding="utf-8") as settings:
        settings.write("smallest_lead = 0.1\n")
    with opened(folder) as workspace:
        for number in range(3):
            add(workspace, folder, 900_000 + number)
        workspace.run(workspace.account())
        assert workspace.lake.count("leads"), "nothing to judge"


def add(workspace: Workspace, folder: Path, number: int) -> list[str]:
    """Twelve cases and four adverts of one new contact; the ids that were acknowledged."""
    adverts = folder / f"adverts-{number}.csv"
    phone, *more = (f"+4479{digit}1{number % 1_000_000:06d}" for digit in range(1, 6))
    own = " ".join(
        random.Random(number).choices(WORDS, k=40)
    )  # a text of its own: a template of many hands joins nobody
    text = f"{own}, new in town, call {phone} or {' or '.join(more)}"
    rows = [f'ad-{number}-{n},"{text}",{phone},{place}' for n, place in enumerate(("Leeds", "York", "Hull", "Bath"))]
    adverts.write_text("advert_id,text,phone,place\n" + "\n".join(rows) + "\n", encoding="utf-8")
    cases = folder / f"cases-{number}.csv"
    gender = ("Woman", "Man")[number % 2]
    cases.write_text(
        "case_id,first_name,gender,citizenship\n"
        + "".join(f"C-{number}-{n},Name{n},{gender},GHA\n" for n in range(12)),
        encoding="utf-8",
    )
    for kind, path in (("adverts", adverts), ("cases", cases)):
        workspace.add(KINDS[kind], path, SOURCE, None, workspace.account())
    return [f"ad-{number}-{n}" for n in range(4)] + [f"C-{number}-{n}" for n in range(12)]


def work(folder: Path, first: int, say: Callable[[str, object], None]) -> None:
    """Adds, runs, judges and releases without end; says each act when it is done."""
    with opened(folder) as workspace:
        anna = workspace.account()
        for number in range(first, first + 1_000):
            say("added", add(workspace, folder, number))
            workspace.run(anna)
            say("ran", number)
            lead = workspace.lake.read("leads")["lead"].to_pylist()[number % workspace.lake.count("leads")]
            say("judged", workspace.judge(anna, REVIEW, lead, Verdict.NOT_SURE, "a reason").id)
            ask = ReleaseAsk(
                title=f"Release {number}", method="anonymise", parameter=11, columns=("gender",), recipient="anyone"
            )
            workspace.sign_release(operator("second", Role.STEWARD), COUNT, ask)
            say("released", workspace.release(anna, COUNT, ask).id)


def check(folder: Path, said: dict[str, list[object]]) -> list[str]:
    """What of all that was said to be done is missing, and what does not verify."""
    with opened(folder) as workspace:
        found = [f"{f.rule}: {f.words}" for f in workspace.vault.verify()]
        lake = set(workspace.lake.read("adverts")["external_id"].to_pylist())
        tables = ["cases", *([SUPERSEDED] if SUPERSEDED in workspace.lake.names() else [])]
        cases = {id for table in tables for id in workspace.lake.read(table)["external_id"].to_pylist()}
        for ids in said["added"]:
            assert isinstance(ids, list)
            names = {i if i.startswith("ad-") else workspace.keys.pseudonym(f"cases/{SOURCE.id}", i) for i in ids}
            found += [f"lost: {len(names - lake - cases)} records"] if names - lake - cases else []
        sealed = workspace.vault.live_ids("cases")
        open_cases = {id for table in tables for id in workspace.lake.read(table)["record_id"].to_pylist()}
        found += [f"half: {len(open_cases - sealed)} cases without their sealed part"] if open_cases - sealed else []
        judged = {each.id for each in workspace.vault.judgements()}
        found += [f"lost judgement {id}" for id in said["judged"] if id not in judged]
        releases = {each.id: each.sha256 for each in workspace.vault.releases()}
        found += [f"lost release {id}" for id in said["released"] if id not in releases]
        for id, digest in releases.items():
            path = folder / "w" / "releases" / f"{id}.csv"
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                found.append(f"release {id} has not the file that was entered")
        found += [f"left: {path.name}" for path in (folder / "w" / "releases").glob(".pending-*")]
        return found


def forked(act: Callable[[Callable[[str, object], None]], None]) -> tuple[int, int]:
    """The process that does it, and where it says what it did."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    os.close(read)

    def say(what: str, which: object) -> None:
        os.write(write, json.dumps([what, which]).encode() + b"\n")

    try:
        act(say)
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 (said, and the process ends)
        say("failed", f"{type(error).__name__}: {error}")
        os._exit(1)


def heard(read: int) -> list[list[object]]:
    with os.fdopen(read, "rb") as file:
        return [json.loads(line) for line in file.read().splitlines()]


def killed(child: int, read: int, *, after: int, delay_s: float) -> list[list[object]]:
    """Kills a worker some time after its `after`th act (0: after its start); answers what it had said until then."""
    with os.fdopen(read, "rb") as file:
        first = [json.loads(line) for line in (file.readline() for _ in range(after)) if line]
        time.sleep(delay_s)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return [*first, *(json.loads(line) for line in file.read().splitlines())]


def main(folder: Path, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    said: dict[str, list[object]] = {what: [] for what in ("added", "judged", "released", "ran", "failed")}
    found: list[str] = []
    child, read = forked(lambda _: begin(folder))
    said["failed"] += [which for _, which in heard(read)]
    os.waitpid(child, 0)
    for number in range(kills if not said["failed"] else 0):
        child, read = forked(lambda say, first=number * 1_000 + 1: work(folder, first, say))  # type: ignore[misc]
        for what, which in killed(child, read, after=(number + seed) % 5, delay_s=dice.uniform(0, 1)):
            said[str(what)].append(which)
        child, read = forked(lambda say: [say("found", words) for words in check(folder, said)] and None)
        found += [f"after kill {number + 1}: {which}" for _, which in heard(read)]
        os.waitpid(child, 0)
    counts = {what: len(which) for what, which in said.items()}
    print(json.dumps({"kills": kills, "done": counts, "failed": said["failed"], "found": found}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
