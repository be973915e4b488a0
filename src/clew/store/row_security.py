"""Row-level security on PostgreSQL, the second line behind the rules: what each transaction says of itself, and what rows
answer to it.

Three things are said, for one transaction alone: a *door* word that only a process with the workspace's keys can make, the
roles of whoever acts, and their organisation. Without the door word no table shows or takes a row. Readings of sealed
records, contacts and cases that are made for a person say who; what clew does for itself says `house`.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, text

from clew.safeguards.actors import Actor
from clew.safeguards.keys import KeyRing, Use

HOUSE: Final = "house"
"""clew itself: verifying, counting, upkeep, and whatever has no one person behind it."""
_SAY: Final = (
    "SELECT set_config('clew.door', %s, true), set_config('clew.roles', %s, true),"
    " set_config('clew.account', %s, true), set_config('clew.organisation', %s, true)"
)

_CONTENT: Final = "(SELECT clew_content())"
_HOUSE: Final = "(SELECT clew_house())"
_OF_RECORDS: Final = "EXISTS (SELECT 1 FROM sealed_records s WHERE s.record_id = {}.{})"
_OPEN: Final = {
    "sealed_records": f"{_CONTENT} AND ({_HOUSE} OR clew_source_open(source))",
    "person_keys": _CONTENT,
    "backup_keys": _CONTENT,
    **{
        table: f"{_CONTENT} AND ({_HOUSE} OR {_OF_RECORDS.format(table, column)})"
        for table, column in (
            ("contacts", "id"), ("contact_events", "contact"), ("contact_versions", "contact"),
            ("case_events", "case_record"), ("referrals", "case_record"),
        )
    },
    "referral_events": (
        f"{_CONTENT} AND ({_HOUSE} OR EXISTS (SELECT 1 FROM referrals r WHERE r.id = referral_events.referral))"  # noqa: S608 (ours)
    ),
    "audit": "(SELECT clew_overseer())",
}  # fmt: skip
"""Table -> which rows are seen, beside the door; every other table asks for the door alone."""

_YES: Final = "RETURNS boolean LANGUAGE sql STABLE AS"
_FUNCTIONS: Final = {
    "clew_says(name text)": (
        "RETURNS text LANGUAGE sql STABLE AS $$ SELECT coalesce(current_setting('clew.' || name, true), '') $$"
    ),
    "clew_door()": _YES + " $$ SELECT encode(sha256(convert_to(clew_says('door'), 'UTF8')), 'hex') = '{hash}' $$",
    "clew_house()": _YES + " $$ SELECT clew_says('roles') = 'house' $$",
    "clew_content()": (
        _YES + " $$ SELECT string_to_array(clew_says('roles'), ',') &&"
        " ARRAY['house', 'case_worker', 'analyst', 'reviewer', 'steward', 'partner']"
        " AND NOT string_to_array(clew_says('roles'), ',') && ARRAY['administrator'] $$"
    ),
    "clew_overseer()": (
        _YES + " $$ SELECT string_to_array(clew_says('roles'), ',') && ARRAY['house', 'steward', 'auditor'] $$"
    ),
    # Whose the records are, whom a share names, and who took emergency access: as in safeguards/access.py, but wider
    # where a single record decides, for the rules have asked before.
    "clew_source_open(wanted text)": (
        _YES  # noqa: S608 (ours)
        + " $$ SELECT EXISTS (SELECT 1 FROM sources WHERE id = wanted AND tlp IN ('green', 'clear'))"
        " OR coalesce((SELECT body::json ->> 'organisation' FROM safeguard_acts WHERE kind = 'own' AND about = wanted"
        " ORDER BY at DESC, id DESC LIMIT 1), '') = clew_says('organisation')"
        " OR EXISTS (SELECT 1 FROM safeguard_acts WHERE kind = 'share' AND body::json ->> 'who' <> ''"
        " AND body::json ->> 'who' IN (clew_says('account'), clew_says('organisation')))"
        " OR EXISTS (SELECT 1 FROM safeguard_acts WHERE kind = 'break_glass' AND actor = clew_says('account')) $$"
    ),
}
"""The functions that policies ask."""


def door(keys: KeyRing) -> str:
    """The word that opens the rows: made from the workspace's keys, and no use for anything else."""
    return hmac.new(keys.key(Use.DATABASE), b"clew row security", sha256).hexdigest()


def say(connection: Connection, keys: KeyRing, actor: Actor | None) -> None:
    """Says, for this transaction alone, who is behind it; without an actor it is clew itself."""
    roles = HOUSE if actor is None else ",".join(sorted(role.value for role in actor.roles))
    who = ("", "") if actor is None else (actor.id, actor.organisation)
    connection.exec_driver_sql(_SAY, (door(keys), roles, *who))


def holds(connection: Connection) -> bool:
    """Whether rows are guarded from this login: never for a superuser or a role with BYPASSRLS."""
    return bool(connection.scalar(text("SELECT row_security_active('sealed_records')")))


def make_functions(connection: Connection) -> None:
    """Makes what policies ask; the door's word is the one that this transaction has said."""
    word = connection.scalar(text("SELECT current_setting('clew.door', true)"))
    if not word:
        raise RuntimeError("the steps of the tables are run by clew, which says the word of the door first")
    hashed = sha256(str(word).encode()).hexdigest()
    for name, body in _FUNCTIONS.items():
        connection.exec_driver_sql(f"CREATE FUNCTION {name} {body.replace('{hash}', hashed)}")


def guard_tables(connection: Connection) -> None:
    """Guards every table that is not yet, once the functions are there: a later step need not remember it."""
    there = connection.scalar(text("SELECT to_regprocedure('clew_door()') IS NOT NULL"))
    for table in _tables(connection, guarded=False) if there else ():
        seen = _OPEN.get(table)
        door_is_open = "(SELECT clew_door())"
        seeing = f"{door_is_open} AND {seen}" if seen else door_is_open
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"CREATE POLICY clew ON {table} USING ({seeing}) WITH CHECK ({door_is_open})")


def unguard_tables(connection: Connection) -> None:
    """Takes guards and functions away, for an older clew that does not say the word."""
    for table in _tables(connection, guarded=True):
        connection.exec_driver_sql(f"DROP POLICY clew ON {table}")
        connection.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for name in reversed(_FUNCTIONS):
        connection.exec_driver_sql(f"DROP FUNCTION {name}")


def _tables(connection: Connection, *, guarded: bool) -> list[str]:
    """The tables of the vault: those of the schema in use, but for the number of the step, which is read before the keys are known."""
    rows = connection.execute(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            " AND relname <> 'alembic_version' AND relrowsecurity = :guarded ORDER BY relname"
        ),
        {"guarded": guarded},
    )
    return [str(name) for (name,) in rows]
