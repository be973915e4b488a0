"""A workspace with few records, for tests of what goes and what stays."""

from __future__ import annotations

from pathlib import Path

from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose
from clew.safeguards.keys import Cost, Unlock
from clew.workspace import Workspace

OVERSIGHT = Purpose.OVERSIGHT
SHELTER = Source(name="Shelter", basis=LegalBasis.SYNTHETIC)
SITE = Source(name="Site", basis=LegalBasis.SYNTHETIC, retention_days=30)
CASES = """case_id,first_name,second_name,phone,details,gender,citizenship
AM-0001,Amaracanary,Okaforcanary,+447911123456,Words of Amara <b>bold</b>,Woman,GHA
AM-0777,Amaracanary,Okafor,+447911123456,The same person elsewhere,Woman,GHA
ZZ-0002,Berta,Kovac,+447911999999,Words of Berta,Woman,HRV
"""
ADVERTS = """advert_id,text,phone,place,pictures
ad-1,Canarytext of a quiet massage near the station,+447911123456,Leeds,p1;p2
ad-2,Another massage by the sea with a view,+447911999999,Leeds,p2
"""
POSTINGS = "posting_id,advert,posted,site\npost-1,ad-1,2026-01-02,siteone\npost-2,ad-2,2026-01-02,siteone\n"
IMAGES = "image_id,pdq,quality\n" + "".join(f"p{n},{f'{n}' * 64},90\n" for n in (1, 2))
FILES = {"cases": (CASES, SHELTER), "adverts": (ADVERTS, SITE), "postings": (POSTINGS, SITE), "images": (IMAGES, SITE)}


def made(folder: Path, files: dict[str, tuple[str, Source]] = FILES) -> Workspace:
    unlock = Unlock(key_file=folder / "k" / "w.key")
    workspace = Workspace.create(folder / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner="anna")
    workspace.lake._sql.execute("SET force_compression = 'uncompressed'")  # so that bytes of a file can be looked at
    for kind, (text, source) in files.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
        workspace.add(KINDS[kind], folder / f"{kind}.csv", source, None, workspace.account())
    return workspace


def number_of(workspace: Workspace, case: str) -> str:
    return workspace.keys.pseudonym(f"cases/{SHELTER.id}", case)


def bytes_of(workspace: Workspace) -> bytes:
    workspace.lake._sql.execute("CHECKPOINT")
    return b"\n".join(path.read_bytes() for path in sorted(workspace.folder.rglob("*")) if path.is_file())
