-- Who ended an id: only that source may bring it back.
alter table ended add column source text;

-- Roles that were granted to people, beside those that their groups give.
create table role_grants (
    person text not null,
    role text not null,
    -- nobody: by the code of the terminal
    granted_by text,
    at integer not null,
    revision integer not null,
    primary key (person, role)
) without rowid;

create table disputes (
    id text primary key,
    person text not null,
    fact text not null,
    created integer not null,
    settled integer,
    settled_by text,
    outcome text,
    -- sealed, since people write into them what is protected
    words blob not null,
    note blob,
    revision integer not null
);
create index disputes_person on disputes (person);

-- Which statement of a source that pushes complete lists was the last one.
create table pushes (
    source text primary key,
    made integer not null,
    at integer not null
);
