//! One server.

use super::server::{Server, connect, options, run, text};
use ringfence_ovsdb::{Atom, Datum, Endpoint, Monitor, Operation, Options, Row, Select, TransactError, Uuid, file};
use std::time::Duration;
use tokio::time::timeout;

const SWITCH: (&str, &[&str]) = ("Logical_Switch", &["name", "acls", "ports", "other_config"]);
const TABLES: &[(&str, &[&str])] =
    &[SWITCH, ("ACL", &["match", "priority", "tier", "external_ids"]), ("Address_Set", &["name", "addresses"])];

fn row<const N: usize>(columns: [(&str, Datum); N]) -> Row {
    columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn acl(priority: i64) -> Row {
    row([
        ("priority", priority.into()),
        ("direction", "to-lport".into()),
        ("match", "ip4".into()),
        ("action", "drop".into()),
        ("external_ids", Datum::texts([("owner", "test")])),
    ])
}

#[tokio::test]
async fn what_is_written_is_read_and_what_is_refused_is_not_written() {
    let server = Server::standalone(&[]);
    server.nbctl(&["ls-add", "s0", "--", "set", "Logical_Switch", "s0", "other_config:a=b"]);
    let mut client = server.client().await;
    assert!(client.schema().has_column("ACL", "match"));
    assert!(!client.schema().has_column("ACL", "no_such"));
    let before = client.dump(TABLES).await.unwrap();
    let (switch, columns) = before.rows("Logical_Switch").next().unwrap();
    assert_eq!(columns["name"], Datum::from("s0"));
    assert_eq!(columns["other_config"], Datum::texts([("a", "b")]));

    let id = Uuid::from_u128(0x1234);
    let insert = Operation::insert("ACL", id, &acl(7));
    let hang = Operation::mutate("Logical_Switch", switch, "acls", "insert", &id.into());
    let results = client.transact(&[insert.clone(), hang.clone()]).await.unwrap();
    assert_eq!((results[0].uuid(), results[1].count()), (Some(id), Some(1)));
    assert!(server.nbctl(&["acl-list", "s0"]).contains("7 (ip4) drop"));

    // The same again is refused, by its identity.
    let again = client.transact(&[insert, hang]).await.unwrap_err();
    assert!(
        matches!(&again, TransactError::Refused { operation: Some(0), error, .. } if error == "duplicate uuid"),
        "{again}"
    );
    // A failure at commit comes as an element more than there were operations.
    let orphaned = client.transact(&[Operation::delete("ACL", id)]).await.unwrap_err();
    assert!(
        matches!(&orphaned, TransactError::Refused { operation: None, error, .. } if error == "referential integrity violation"),
        "{orphaned}"
    );
    let out_of_range = client.transact(&[Operation::insert_named("ACL", "a", &acl(40_000))]).await.unwrap_err();
    assert!(out_of_range.to_string().contains("40000 is not in the valid range"), "{out_of_range}");
    let stale = Operation::wait("ACL", id, &row([("priority", 8.into())]));
    let stale = client.transact(&[stale]).await.unwrap_err();
    assert!(
        matches!(&stale, TransactError::Refused { operation: Some(0), error, .. } if error == "timed out"),
        "{stale}"
    );
    assert_eq!(client.dump(TABLES).await.unwrap().rows("ACL").count(), 1);
}

#[tokio::test]
async fn a_monitor_follows_every_change_and_a_restart() {
    let mut server = Server::standalone(&[]);
    let mut client = server.client().await;
    let columns = |(table, columns): &(&str, &[&str])| Select::all(table, columns);
    let mut monitor = Monitor::start(&mut client, TABLES.iter().map(columns).collect()).await.unwrap();
    let changes: &[&[&str]] = &[
        &["ls-add", "s0"],
        &["acl-add", "s0", "to-lport", "1", "ip4", "drop"],
        &["acl-add", "s0", "to-lport", "2", "ip6", "drop"],
        &["lsp-add", "s0", "p0"],
        &["set", "Logical_Switch", "s0", "other_config:a=1", "other_config:b=2"],
        &["set", "Logical_Switch", "s0", "other_config:a=3"],
        &["remove", "Logical_Switch", "s0", "other_config", "b"],
        &["acl-del", "s0", "to-lport", "1", "ip4"],
        &["create", "Address_Set", "name=as", "addresses=10.0.0.1,10.0.0.2"],
        &["remove", "Address_Set", "as", "addresses", "10.0.0.1"],
    ];
    for change in changes {
        server.nbctl(change);
        follow(&mut monitor, &mut client).await;
        let now = server.client().await.dump(TABLES).await.unwrap();
        for table in now.tables() {
            let followed: Vec<_> = monitor.snapshot().rows(table).collect();
            assert_eq!(followed, now.rows(table).collect::<Vec<_>>(), "{table} after {change:?}");
        }
    }
    server = server.restarted();
    server.nbctl(&["ls-add", "s1"]);
    // The socket moved with the value's directory: it is the same path, so the client finds it again.
    follow(&mut monitor, &mut client).await;
    while monitor.snapshot().rows("Logical_Switch").count() < 2 {
        follow(&mut monitor, &mut client).await;
    }
    assert_eq!(monitor.snapshot().rows("ACL").count(), 1);
}

async fn follow(monitor: &mut Monitor, client: &mut ringfence_ovsdb::Client) {
    timeout(Duration::from_secs(20), monitor.next_change(client)).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_quiet_connection_lives_by_echoes() {
    let server = Server::standalone(&[]);
    let mut client = server.client().await;
    let mut monitor = Monitor::start(&mut client, vec![Select::all(SWITCH.0, SWITCH.1)]).await.unwrap();
    assert!(timeout(Duration::from_secs(2), monitor.next_change(&mut client)).await.is_err());
    server.nbctl(&["ls-add", "s0"]);
    follow(&mut monitor, &mut client).await;
    assert_eq!(monitor.snapshot().rows("Logical_Switch").count(), 1);
}

#[tokio::test]
async fn mistakes_say_what_they_are() {
    let server = Server::standalone(&[]);
    let other = Options { database: "OVN_Southbound".to_owned(), ..options() };
    let error = connect(&[server.socket()], other).await.err().unwrap().to_string();
    assert!(error.contains("no database `OVN_Southbound`, but `OVN_Northbound`"), "{error}");
    let nobody: Endpoint = "tcp:127.0.0.1:1".parse().unwrap();
    let error = connect(std::slice::from_ref(&nobody), options()).await.err().unwrap().to_string();
    assert!(error.contains("tcp:127.0.0.1:1: connection refused"), "{error}");
    assert!(connect(&[nobody, server.socket()], options()).await.is_ok(), "the second endpoint does");
}

#[tokio::test]
async fn a_server_that_dies_leaves_an_unknown_transaction_or_none() {
    let mut server = Server::standalone(&[]);
    let quick = Options { persistence: Duration::from_millis(300), ..options() };
    let mut client = connect(&[server.socket()], quick).await.unwrap();
    server.kill();
    let first = client.transact(&[Operation::comment("x")]).await.unwrap_err();
    assert!(matches!(first, TransactError::Unknown(_)), "{first}");
    let second = client.transact(&[Operation::comment("x")]).await.unwrap_err();
    assert!(matches!(second, TransactError::NotSent(_)), "{second}");
}

#[tokio::test]
async fn files_say_what_their_server_says() {
    let server = Server::standalone(&[]);
    server.nbctl(&["ls-add", "s0"]);
    for priority in ["1", "2", "3"] {
        server.nbctl(&["acl-add", "s0", "to-lport", priority, "ip4.src == 10.0.0.1", "drop"]);
    }
    server.nbctl(&["acl-del", "s0", "to-lport", "2", "ip4.src == 10.0.0.1"]);
    server.nbctl(&["set", "Logical_Switch", "s0", "other_config:a=1", "other_config:b=2"]);
    server.nbctl(&["remove", "Logical_Switch", "s0", "other_config", "a"]);
    let asked = server.client().await.dump(TABLES).await.unwrap();

    let log = std::fs::read(server.path("nb.db")).unwrap();
    let backup = run("ovsdb-client", &["backup", &server.socket().to_string(), "OVN_Northbound"]).into_bytes();
    let dump =
        run("ovsdb-client", &["dump", "--format=json", &server.socket().to_string(), "OVN_Northbound"]).into_bytes();
    for (form, bytes) in [("log", &log), ("backup", &backup), ("dump", &dump)] {
        assert!(file::is_database(bytes), "{form}");
        let saved = file::read(bytes).unwrap();
        assert_eq!((saved.broken.clone(), saved.schema.is_some()), (None, form != "dump"), "{form}");
        for table in asked.tables() {
            assert_eq!(saved.snapshot.rows(table).count(), asked.rows(table).count(), "{form}: {table}");
            for (id, row) in asked.rows(table) {
                let read = saved.snapshot.row(table, id).unwrap();
                for (column, value) in row {
                    assert_eq!(read.get(column), Some(value), "{form}: {table}.{column}");
                }
            }
        }
    }
    let cut = file::read(&log[..log.len() - 10]).unwrap();
    assert!(cut.broken.unwrap().contains("is cut off"));
    let switch = cut.snapshot.rows("Logical_Switch").next().unwrap().1;
    assert_eq!(switch["acls"].atoms().filter_map(Atom::as_uuid).count(), 2);
    assert!(file::read(b"a: yaml").is_err());
    assert!(!text(&server.path("nb.db")).is_empty());
}
