//! Servers that send what no server should.

use super::server::{connect, options};
use ringfence_ovsdb::codec::Limits;
use ringfence_ovsdb::{Endpoint, Options};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

/// A server that says something to whoever comes, for ever or once.
fn server(say: &'static [u8], times: usize) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            for _ in 0..times {
                if stream.write_all(say).is_err() {
                    break;
                }
            }
        }
    });
    Endpoint::Tcp { host: "127.0.0.1".to_owned(), port }
}

async fn refusal(say: &'static [u8], times: usize) -> String {
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let patience = Duration::from_secs(5);
    let options = Options { limits, patience, probe: Duration::from_millis(300), ..options() };
    connect(&[server(say, times)], options).await.err().unwrap().to_string()
}

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn harm_costs_bounded_memory_and_gives_an_error() {
    let cases: &[(&[u8], usize, &str)] = &[
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", 1, "sent no OVSDB message but `HTTP/1.1 400"),
        (b"{\"id\":1,\"result\":\"aaaaaaaaaaaaaaaaaaaa", 1, "middle of a message"),
        (b"{\"a\":", 10_000, "levels deep"),
        (b"{\"a\":[1,2", 1, "middle of a message"),
        (b"{]", 1, "bad JSON"),
        (b"{\"id\":1,\"error\":{\"x\":[]},\"result\":null}", 1, "the server answers {\"x\":[]}"),
        (b"{\"id\":1,\"error\":null,\"result\":{\"not\":\"a list\"}}", 1, "no database `OVN_Northbound`"),
        (
            b"{\"method\":\"update\",\"params\":[null,{\"x\":1}],\"id\":null}",
            usize::MAX,
            "more notices than can be kept",
        ),
        (b"", 1, "closed the connection"),
    ];
    for (say, times, wanted) in cases {
        let said = refusal(say, *times).await;
        assert!(said.contains(wanted), "{said}");
    }
    let endless = refusal(&[b'x'; 1 << 16], usize::MAX).await;
    assert!(endless.contains("no OVSDB message"), "{endless}");
    let before = peak();
    static LONG: [u8; 1 << 16] = {
        let mut long = [b'x'; 1 << 16];
        long[0] = b'{';
        long[1] = b'"';
        long
    };
    let long = refusal(&LONG, usize::MAX).await;
    assert!(long.contains("more than 1048576 bytes") || long.contains("bad JSON"), "{long}");
    assert!(peak() - before < 64 << 10, "{} KiB more", peak() - before);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let options = Options { probe: Duration::from_millis(200), ..options() };
    let silent = connect(&[Endpoint::Tcp { host: "127.0.0.1".to_owned(), port }], options).await.err().unwrap();
    assert!(silent.to_string().contains("says nothing any more"), "{silent}");
}
