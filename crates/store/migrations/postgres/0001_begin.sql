-- Texts are compared by their bytes, as SQLite does, so that pages have the same order everywhere.

-- The feed of changes. Its head is taken by whoever writes, so that numbers are given in the order of commits.
create table feed_head (
    one bigint primary key check (one = 1),
    last bigint not null
);
insert into feed_head (one, last) values (1, 0);

create table feed (
    seq bigint primary key,
    sort text collate "C" not null,
    id text collate "C" not null
);

create table people (
    id text collate "C" primary key,
    source text collate "C" not null,
    version bigint not null,
    created bigint not null,
    modified bigint not null,
    active bigint not null,
    user_name text collate "C" not null,
    -- what must be unique without regard to case is kept in lower case too
    user_name_key text collate "C" not null unique,
    external_id text collate "C",
    display_key text collate "C",
    revision bigint not null,
    document text collate "C" not null,
    -- sealed, each by itself
    citizenships bytea not null,
    us_status bytea not null,
    screening bytea not null
);
create unique index people_external on people (source, external_id);

-- Ids of people who were deleted: nobody else may come alive under one of them.
create table ended (
    id text collate "C" primary key,
    at bigint not null
);

create table people_groups (
    id text collate "C" primary key,
    source text collate "C" not null,
    version bigint not null,
    created bigint not null,
    modified bigint not null,
    name text collate "C" not null,
    name_key text collate "C" not null unique,
    external_id text collate "C"
);
create unique index people_groups_external on people_groups (source, external_id);

create table members (
    person_id text collate "C" not null references people (id) on delete cascade,
    group_id text collate "C" not null references people_groups (id) on delete cascade,
    primary key (person_id, group_id)
);
create index members_group on members (group_id, person_id);

create table syncs (
    source text collate "C" primary key,
    at bigint not null
);

create table api_keys (
    id text collate "C" primary key,
    hash bytea not null,
    person text collate "C" not null,
    application text collate "C",
    bound text collate "C" not null,
    created bigint not null,
    expires bigint,
    revoked bigint,
    replaced_by text collate "C",
    last_used bigint,
    revision bigint not null
);
create index api_keys_person on api_keys (person);

create table sessions (
    id_hash bytea primary key,
    person text collate "C" not null,
    created bigint not null,
    expires bigint not null,
    data text collate "C" not null,
    revision bigint not null
);
create index sessions_person on sessions (person);
create index sessions_expires on sessions (expires);

create table trips (
    source text collate "C" not null,
    id text collate "C" not null,
    person text collate "C" not null,
    place text collate "C",
    begins bigint,
    ends bigint,
    revision bigint not null,
    primary key (source, id)
);
create index trips_person on trips (person);
