-- The feed of changes. Its head is taken by whoever writes, so that numbers are given in the order of commits.
create table feed_head (
    one integer primary key check (one = 1),
    last integer not null
);
insert into feed_head (one, last) values (1, 0);

create table feed (
    seq integer primary key,
    sort text not null,
    id text not null
);

create table people (
    id text primary key,
    source text not null,
    version integer not null,
    created integer not null,
    modified integer not null,
    active integer not null,
    user_name text not null,
    -- what must be unique without regard to case is kept in lower case too
    user_name_key text not null unique,
    external_id text,
    display_key text,
    revision integer not null,
    document text not null,
    -- sealed, each by itself
    citizenships blob not null,
    us_status blob not null,
    screening blob not null
);
create unique index people_external on people (source, external_id);

-- Ids of people who were deleted: nobody else may come alive under one of them.
create table ended (
    id text primary key,
    at integer not null
);

create table people_groups (
    id text primary key,
    source text not null,
    version integer not null,
    created integer not null,
    modified integer not null,
    name text not null,
    name_key text not null unique,
    external_id text
);
create unique index people_groups_external on people_groups (source, external_id);

create table members (
    person_id text not null references people (id) on delete cascade,
    group_id text not null references people_groups (id) on delete cascade,
    primary key (person_id, group_id)
) without rowid;
create index members_group on members (group_id, person_id);

create table syncs (
    source text primary key,
    at integer not null
);

create table api_keys (
    id text primary key,
    hash blob not null,
    person text not null,
    application text,
    bound text not null,
    created integer not null,
    expires integer,
    revoked integer,
    replaced_by text,
    last_used integer,
    revision integer not null
);
create index api_keys_person on api_keys (person);

create table sessions (
    id_hash blob primary key,
    person text not null,
    created integer not null,
    expires integer not null,
    data text not null,
    revision integer not null
);
create index sessions_person on sessions (person);
create index sessions_expires on sessions (expires);

create table trips (
    source text not null,
    id text not null,
    person text not null,
    place text,
    begins integer,
    ends integer,
    revision integer not null,
    primary key (source, id)
);
create index trips_person on trips (person);
