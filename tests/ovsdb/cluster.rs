//! Three servers that agree by RAFT.

use super::server::{SCHEMA, Server, connect, free_port, options, run, text};
use ringfence_ovsdb::{Endpoint, Monitor, Operation, Options, Row, Select, TransactError, Uuid, file};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// Three members; the first one made the cluster.
fn cluster() -> Vec<Server> {
    let address = || format!("tcp:127.0.0.1:{}", free_port());
    let addresses = [address(), address(), address()];
    let mut members: Vec<Server> = Vec::new();
    for own in &addresses {
        let directory: TempDir = tempfile::tempdir().unwrap();
        let database = text(&directory.path().join("nb.db"));
        match members.is_empty() {
            true => run("ovsdb-tool", &["create-cluster", &database, SCHEMA, own]),
            false => run("ovsdb-tool", &["join-cluster", &database, "OVN_Northbound", own, &addresses[0]]),
        };
        members.push(Server::start(directory, &[]));
    }
    members
}

fn leader_only() -> Options {
    Options { leader_only: true, persistence: Duration::from_secs(30), ..options() }
}

#[tokio::test]
async fn a_client_follows_the_leader() {
    let mut members = cluster();
    let sockets: Vec<Endpoint> = members.iter().map(Server::socket).collect();
    let mut any = None;
    for _ in 0..100 {
        // Members that have not joined yet say that they are cut off.
        let mut each = Vec::new();
        for socket in &sockets {
            each.push(connect(std::slice::from_ref(socket), options()).await);
        }
        if each.iter().all(Result::is_ok) {
            any = each.into_iter().next();
            break;
        }
        sleep(Duration::from_millis(200)).await;
    }
    assert!(any.is_some(), "the cluster forms");
    let follower = connect(&sockets[1..2], leader_only()).await.err().unwrap().to_string();
    assert!(follower.contains("not the leader"), "{follower}");

    let mut client = connect(&sockets, leader_only()).await.unwrap();
    let leader = client.endpoint().cloned().unwrap();
    assert_eq!(leader, sockets[0]);
    let mut monitor = Monitor::start(&mut client, vec![Select::all("Logical_Switch", &["name"])]).await.unwrap();
    add(&mut client, "before").await;
    timeout(Duration::from_secs(10), monitor.next_change(&mut client)).await.unwrap().unwrap();

    members[0].kill();
    timeout(Duration::from_secs(60), monitor.next_change(&mut client)).await.unwrap().unwrap();
    assert_ne!(client.endpoint(), Some(&leader));
    add(&mut client, "after").await;
    while monitor.snapshot().rows("Logical_Switch").count() < 2 {
        timeout(Duration::from_secs(10), monitor.next_change(&mut client)).await.unwrap().unwrap();
    }

    let bytes = std::fs::read(members[1].path("nb.db")).unwrap();
    let saved = file::read(&bytes).unwrap();
    assert_eq!(saved.snapshot.rows("Logical_Switch").count(), 2, "the file of a member has both");
    members[1].kill();
    // One of three is no majority: the last one says so, and nothing is written.
    let mut refused = String::new();
    for _ in 0..50 {
        match connect(&sockets[2..], options()).await {
            Ok(_) => sleep(Duration::from_millis(500)).await,
            Err(error) => {
                refused = error.to_string();
                break;
            }
        }
    }
    assert!(refused.contains("cut off from the others"), "{refused}");
}

async fn add(client: &mut ringfence_ovsdb::Client, name: &str) {
    let row: Row = [("name".to_owned(), name.into())].into();
    let insert = Operation::insert("Logical_Switch", Uuid::from_u128(name.len() as u128), &row);
    match client.transact(&[insert]).await {
        Ok(_) => {}
        Err(TransactError::Refused { error, .. }) if error == "duplicate uuid" => {}
        Err(error) => panic!("{error}"),
    }
}
