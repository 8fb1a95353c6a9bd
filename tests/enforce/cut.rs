//! The connection is cut while a transaction is under way: what became of it is found out, and nothing is done twice.

use crate::{contents, foreign, program};
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::store::Store;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

/// When the connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The server has half of the transaction.
    Before,
    /// The server has carried it out, and its answer is lost.
    After,
}

/// What a transaction that writes begins with.
const MARK: &[u8] = b"\"op\":\"comment\"";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("cut-in-the-middle-of-a-transaction", || check(Cut::Before)),
        Trial::test("cut-before-the-answer", || check(Cut::After)),
    ]
}

fn check(cut: Cut) -> Result<(), Failed> {
    let store = Store::start()?;
    foreign::write(store.database())?;
    let folder = tempfile::tempdir()?;
    let rules = folder.path().join("rules.yaml");
    let rows = "  - {direction: to-lport, priority: 5, action: drop, match: ip4.dst == 172.20.10.2}\n".repeat(2);
    fs::write(
        &rules,
        format!("apiVersion: ringfence/v1\nkind: Inventory\nswitches:\n- name: vswitch1\n  acls:\n{rows}"),
    )?;
    let door = folder.path().join("door.sock");
    let listener = UnixListener::bind(&door)?;
    let behind = store.remote().trim_start_matches("unix:").to_owned();
    let proxy = thread::spawn(move || hold(&listener, Path::new(&behind), cut));
    let remotes = format!("unix:{},{}", door.display(), store.remote());
    program::apply(&remotes, &[&rules], &["--wait", "none"])?.wants(0)?;
    proxy.join().unwrap()?;
    program::run("verify", &store.remote(), &[&rules], &[])?.wants(0)?;
    let (rows, count) = (contents::of(store.database())?["ACL"].len(), contents::nb_cfg(store.database())?);
    if (rows, count) == (3 + 2, 1) { Ok(()) } else { Err(format!("{rows} rows after {count} transactions").into()) }
}

/// Stands between one client and the server until the transaction comes, and leaves with the connection.
fn hold(listener: &UnixListener, behind: &Path, cut: Cut) -> Result<(), String> {
    let held = || -> std::io::Result<()> {
        let (mut client, _) = listener.accept()?;
        let mut server = UnixStream::connect(behind)?;
        let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
        let (sender, cutting) = std::sync::mpsc::channel::<()>();
        let answering = thread::spawn(move || -> std::io::Result<()> {
            let mut bytes = vec![0; 1 << 16];
            loop {
                let count = answers.read(&mut bytes)?;
                // The first answer after the transaction is the one that gets lost.
                if count == 0 || cutting.try_recv().is_ok() {
                    return Ok(());
                }
                back.write_all(&bytes[..count])?;
            }
        });
        let (mut seen, mut bytes) = (Vec::new(), vec![0; 1 << 16]);
        loop {
            let count = client.read(&mut bytes)?;
            seen.extend_from_slice(&bytes[..count]);
            let found = seen.windows(MARK.len()).any(|window| window == MARK);
            match (found, cut) {
                _ if count == 0 => return Err(std::io::Error::other("no transaction came")),
                (false, _) => server.write_all(&bytes[..count])?,
                (true, Cut::Before) => {
                    server.write_all(&bytes[..count / 2])?;
                    break;
                }
                (true, Cut::After) => {
                    let _ = sender.send(());
                    server.write_all(&bytes[..count])?;
                    answering.join().unwrap()?;
                    break;
                }
            }
        }
        server.shutdown(std::net::Shutdown::Both)?;
        client.shutdown(std::net::Shutdown::Both)
    };
    held().map_err(|error| error.to_string())
}
