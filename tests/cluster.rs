//! A live cluster: a real kube-apiserver with its etcd, read by the command line.
//!
//! Every world is loaded into the server, and what the program says of it there is held against what it says of the file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

#[path = "cluster/contexts.rs"]
mod contexts;
#[path = "cluster/faults.rs"]
mod faults;
#[path = "cluster/installed.rs"]
mod installed;
#[path = "cluster/manifest.rs"]
mod manifest;
#[path = "cluster/paging.rs"]
mod paging;
#[path = "cluster/program.rs"]
mod program;
#[path = "cluster/release.rs"]
mod release;
#[path = "cluster/roles.rs"]
mod roles;
#[path = "cluster/running.rs"]
mod running;
#[path = "cluster/server.rs"]
mod server;
#[path = "cluster/worlds.rs"]
mod worlds;
#[path = "cluster/writing.rs"]
mod writing;

use libtest_mimic::{Arguments, Failed, Trial};
use manifest::{Loaded, Manifest};
use server::{Server, runtime};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What a test does with the server.
type Test = fn(&Server) -> Result<(), String>;

/// The same, for a file of its own.
type Work = Box<dyn FnOnce(&Server) -> Result<(), String> + Send>;

const TESTS: &[(&str, Test)] = &[
    ("contexts::several_clusters", contexts::several_clusters),
    ("faults::wrong_context", faults::wrong_context),
    ("faults::no_kubeconfig", faults::no_kubeconfig),
    ("faults::unreachable_server", faults::unreachable_server),
    ("faults::refused_certificate", faults::refused_certificate),
    ("faults::refused_name", faults::refused_name),
    ("faults::refused_token", faults::refused_token),
    ("faults::missing_kinds", faults::missing_kinds),
    ("installed::rows_are_what_the_objects_say", installed::rows_are_what_the_objects_say),
    ("paging::small_pages_are_the_same_world", paging::small_pages_are_the_same_world),
    ("paging::an_expired_list_is_begun_anew", paging::an_expired_list_is_begun_anew),
    ("release::the_running_release_is_the_profile", release::the_running_release_is_the_profile),
    ("roles::denied_kinds_are_told", roles::denied_kinds_are_told),
    ("roles::the_viewer_may_read_all", roles::the_viewer_may_read_all),
    ("running::a_database_is_tried", running::a_database_is_tried),
    ("running::guard_rails_hold", running::guard_rails_hold),
    ("running::rows_are_kept", running::rows_are_kept),
    ("running::the_deployment_is_taken", running::the_deployment_is_taken),
    ("running::what_is_forgotten_is_read_anew", running::what_is_forgotten_is_read_anew),
    ("running::one_of_two_acts", running::one_of_two_acts),
    ("worlds::objects_are_named", worlds::objects_are_named),
    ("worlds::files_against_the_cluster", worlds::files_against_the_cluster),
    ("worlds::no_secret_is_written", worlds::no_secret_is_written),
    ("writing::there_and_back", writing::there_and_back),
    ("writing::what_is_not_wanted_goes", writing::what_is_not_wanted_goes),
    ("worlds::written_worlds_are_the_same", worlds::written_worlds_are_the_same),
    ("writing::conflicts_are_told", writing::conflicts_are_told),
    ("writing::killed_applies_converge", writing::killed_applies_converge),
    ("writing::rivals_lose_nothing", writing::rivals_lose_nothing),
    ("writing::the_writer_may_write_and_the_viewer_not", writing::the_writer_may_write_and_the_viewer_not),
    ("writing::what_moved_is_planned_again", writing::what_moved_is_planned_again),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    let server = Arc::new(Server::start());
    let kinds = Manifest::of(include_str!("cluster/kinds.yaml"));
    let loaded = runtime().block_on(Loaded::load(&server, &kinds)).unwrap();
    assert!(loaded.refused.is_empty(), "{:?}", loaded.refused);
    manifest::wait_for_kinds(&server);
    libtest_mimic::run(&arguments, trials(Some(&server))).exit_code()
}

fn trials(server: Option<&Arc<Server>>) -> Vec<Trial> {
    let trial = |name: String, test: Work| {
        let server = server.cloned();
        Trial::test(name, move || match server {
            Some(server) => test(&server).map_err(Failed::from),
            None => Err("there is no server".into()),
        })
    };
    let single = TESTS.iter().map(|(name, test)| trial((*name).to_owned(), Box::new(*test)));
    let worlds = worlds::files().into_iter().map(|file| {
        let name = format!("worlds::{}", file.strip_prefix(root()).unwrap_or(&file).display());
        trial(name, Box::new(move |server| worlds::same(server, &file)))
    });
    single.chain(worlds).collect()
}

/// The top of the checkout.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
