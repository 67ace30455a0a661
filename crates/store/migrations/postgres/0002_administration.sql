-- Who ended an id: only that source may bring it back.
alter table ended add column source text collate "C";

-- Roles that were granted to people, beside those that their groups give.
create table role_grants (
    person text collate "C" not null,
    role text collate "C" not null,
    -- nobody: by the code of the terminal
    granted_by text collate "C",
    at bigint not null,
    revision bigint not null,
    primary key (person, role)
);

create table disputes (
    id text collate "C" primary key,
    person text collate "C" not null,
    fact text collate "C" not null,
    created bigint not null,
    settled bigint,
    settled_by text collate "C",
    outcome text collate "C",
    -- sealed, since people write into them what is protected
    words bytea not null,
    note bytea,
    revision bigint not null
);
create index disputes_person on disputes (person);

-- Which statement of a source that pushes complete lists was the last one.
create table pushes (
    source text collate "C" primary key,
    made bigint not null,
    at bigint not null
);
