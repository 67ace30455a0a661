-- What is seen of ledgers. A ledger lies in files of its own; what stands here is told from it and can be told again.

-- How far each ledger had come when it was last signed, and which process signs for it.
create table ledger_checkpoints (
    origin text collate "C" primary key,
    size bigint not null,
    root bytea not null,
    writer text collate "C" not null,
    revision bigint not null
);

-- Up to which entry each ledger has been read.
create table ledger_read (
    origin text collate "C" primary key,
    next bigint not null
);

create table ledger_entries (
    origin text collate "C" not null,
    entry bigint not null,
    at bigint not null,
    kind text collate "C" not null,
    -- of an outcome: the entry of its intent
    intent bigint,
    -- of an event: what happened
    event text collate "C",
    decision text collate "C",
    verdict text collate "C",
    -- of an outcome: how it ended
    ended text collate "C",
    -- pseudonyms: towards the licensor, and in the ledger
    person text collate "C",
    model text collate "C",
    deployment text collate "C",
    licensor text collate "C",
    entity text collate "C",
    application text collate "C",
    -- codes, with spaces around each
    places text collate "C",
    -- instruments and references, with line breaks around each
    clauses text collate "C",
    tokens bigint,
    primary key (origin, entry)
);
create index ledger_entries_at on ledger_entries (at);
create index ledger_entries_person on ledger_entries (person, at);
create index ledger_entries_decision on ledger_entries (decision);
