//! What both databases keep, in the same words: one list of checks, run on each of them.

#[cfg(test)]
mod administration;
#[cfg(test)]
mod databases;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod ledgers;
#[cfg(test)]
mod load;
#[cfg(test)]
mod people;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod world;

use databases::{Postgres, on_sqlite};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use store::{Location, Store};

type Check = fn(Arc<Store>) -> Pin<Box<dyn Future<Output = ()>>>;

/// Names the checks, so that one that fails says which it was.
macro_rules! checks {
    ($($module:ident :: $name:ident,)+) => {
        &[$((concat!(stringify!($module), "::", stringify!($name)), |store| Box::pin($module::$name(store)))),+]
    };
}

const CHECKS: &[(&str, Check)] = checks![
    people::what_is_kept_is_read_back,
    people::a_change_is_made_from_the_version_that_it_was_made_for,
    people::only_its_source_changes_a_record,
    people::names_are_given_once,
    people::whoever_is_deleted_has_ended,
    people::filters_mean_what_they_say,
    people::pages_neither_slip_nor_repeat,
    people::nothing_protected_lies_open,
    people::groups_hold_people,
    people::what_is_not_possible_changes_nothing,
    groups::groups_and_their_people_change_at_once_or_not_at_all,
    load::a_feed_is_loaded_and_loaded_again,
    load::a_complete_feed_ends_whom_it_leaves_out,
    load::a_dry_run_and_a_failure_change_nothing,
    load::groups_of_a_feed_are_its_own,
    load::many_changes_are_told_as_everything,
    keys::a_key_lives_and_ends,
    keys::a_key_is_replaced_with_an_overlap,
    keys::uses_are_noted_and_never_go_back,
    administration::roles_are_granted_and_withdrawn,
    administration::disputes_are_settled_once,
    administration::a_list_of_trips_takes_the_place_of_the_one_before,
    administration::nothing_is_left_of_whoever_is_erased,
    ledgers::a_ledger_has_one_writer_and_never_becomes_smaller,
    ledgers::an_index_has_each_entry_once_and_finds_it,
    rest::sessions_begin_and_end,
    rest::trips_are_kept_by_source,
    rest::changes_are_numbered_in_their_order,
    rest::memory_follows_what_is_kept,
    rest::writers_wait_for_each_other,
];

#[tokio::test]
async fn sqlite_keeps_it() {
    for (name, check) in CHECKS {
        println!("{name}");
        on_sqlite(*check).await;
    }
}

#[tokio::test]
async fn postgres_keeps_it() {
    let Some(server) = Postgres::start().await else {
        return;
    };
    for (name, check) in CHECKS {
        println!("{name}");
        server.on_database(name, *check).await;
    }
}

#[tokio::test]
async fn what_lies_under_a_former_key_is_sealed_anew() {
    let folder = tempfile::tempdir().unwrap();
    databases::sealed_anew(&Location::Sqlite(folder.path().join("store.sqlite"))).await;
    if let Some(server) = Postgres::start().await {
        databases::sealed_anew(&server.database("sealed_anew")).await;
    }
}

#[tokio::test]
async fn a_store_is_found_again_and_nobody_else_reads_it() {
    databases::opened_twice().await;
}
