-- What is seen of ledgers. A ledger lies in files of its own; what stands here is told from it and can be told again.

-- How far each ledger had come when it was last signed, and which process signs for it.
create table ledger_checkpoints (
    origin text primary key,
    size integer not null,
    root blob not null,
    writer text not null,
    revision integer not null
) without rowid;

-- Up to which entry each ledger has been read.
create table ledger_read (
    origin text primary key,
    next integer not null
) without rowid;

create table ledger_entries (
    origin text not null,
    entry integer not null,
    at integer not null,
    kind text not null,
    -- of an outcome: the entry of its intent
    intent integer,
    -- of an event: what happened
    event text,
    decision text,
    verdict text,
    -- of an outcome: how it ended
    ended text,
    -- pseudonyms: towards the licensor, and in the ledger
    person text,
    model text,
    deployment text,
    licensor text,
    entity text,
    application text,
    -- codes, with spaces around each
    places text,
    -- instruments and references, with line breaks around each
    clauses text,
    tokens integer,
    primary key (origin, entry)
) without rowid;
create index ledger_entries_at on ledger_entries (at);
create index ledger_entries_person on ledger_entries (person, at);
create index ledger_entries_decision on ledger_entries (decision);
