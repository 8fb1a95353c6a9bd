//! A server behind TLS.

use super::server::{Server, connect, free_port, options, run, text};
use ringfence_ovsdb::{Endpoint, Options, ServerName, Tls};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// An authority, and what it signed.
struct Authority(TempDir);

impl Authority {
    fn new() -> Self {
        let authority = Self(tempfile::tempdir().unwrap());
        let (key, ca) = (text(&authority.path("ca.key")), text(&authority.path("ca.pem")));
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        run("openssl", &[&new[..], &["-keyout", &key, "-out", &ca, "-subj", "/CN=authority"]].concat());
        authority
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A certificate and its key.
    fn sign(&self, name: &str, alternative: &str) -> (PathBuf, PathBuf) {
        let [certificate, key] = ["pem", "key"].map(|kind| self.path(&format!("{name}.{kind}")));
        let (ca, ca_key) = (text(&self.path("ca.pem")), text(&self.path("ca.key")));
        let names = format!("subjectAltName={alternative}");
        let subject = format!("/CN={name}");
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        let by = ["-CA", &ca, "-CAkey", &ca_key, "-addext", &names, "-addext", "basicConstraints=critical,CA:FALSE"];
        let out = ["-keyout", &text(&key), "-out", &text(&certificate), "-subj", &subject];
        run("openssl", &[&new[..], &by, &out].concat());
        (certificate, key)
    }
}

fn server(authority: &Authority, identity: &(PathBuf, PathBuf), port: u16) -> Server {
    let file = |option: &str, path: &Path| format!("--{option}={}", text(path));
    Server::standalone(&[
        format!("--remote=pssl:{port}:127.0.0.1"),
        file("certificate", &identity.0),
        file("private-key", &identity.1),
        file("ca-cert", &authority.path("ca.pem")),
    ])
}

fn with(ca: PathBuf, identity: Option<(PathBuf, PathBuf)>, server_name: ServerName) -> Options {
    Options { tls: Some(Tls { ca, identity, server_name }), ..options() }
}

#[tokio::test]
async fn both_sides_are_verified() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let port = free_port();
    let _server = server(&authority, &authority.sign("server", "IP:127.0.0.1"), port);
    let endpoint = [Endpoint::Ssl { host: "127.0.0.1".to_owned(), port }];
    let ca = || authority.path("ca.pem");
    let own = Some(authority.sign("client", "DNS:client"));
    let checked = ServerName::Checked;
    let mut client = connect(&endpoint, with(ca(), own.clone(), checked)).await.unwrap();
    assert!(client.dump(&[("NB_Global", &["nb_cfg"])]).await.is_ok());
    let refused = async |options: Options| connect(&endpoint, options).await.err().unwrap().to_string();
    let unknown = refused(with(stranger.path("ca.pem"), own.clone(), checked)).await;
    assert!(unknown.contains("certificate"), "{unknown}");
    let nobody = refused(with(ca(), None, checked)).await;
    assert!(nobody.contains("certificate") || nobody.contains("closed") || nobody.contains("alert"), "{nobody}");
    let foreign = refused(with(ca(), Some(stranger.sign("client", "DNS:client")), checked)).await;
    assert!(foreign.contains("certificate") || foreign.contains("alert"), "{foreign}");
    let none = refused(options()).await;
    assert!(none.contains("ssl: needs a CA certificate"), "{none}");
    let missing = refused(with(PathBuf::from("/no/such/file.pem"), own, checked)).await;
    assert!(missing.contains("/no/such/file.pem"), "{missing}");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_unless_any_will_do() {
    let authority = Authority::new();
    let port = free_port();
    let _server = server(&authority, &authority.sign("server", "DNS:elsewhere.example"), port);
    let endpoint = [Endpoint::Ssl { host: "127.0.0.1".to_owned(), port }];
    let own = Some(authority.sign("client", "DNS:client"));
    let strict = connect(&endpoint, with(authority.path("ca.pem"), own.clone(), ServerName::Checked)).await;
    assert!(strict.err().unwrap().to_string().contains("not valid for name"));
    let any = with(authority.path("ca.pem"), own.clone(), ServerName::AnyOfAuthority);
    assert!(connect(&endpoint, any).await.is_ok());
    let stranger = Authority::new();
    let foreign = with(stranger.path("ca.pem"), own, ServerName::AnyOfAuthority);
    assert!(connect(&endpoint, foreign).await.is_err(), "another authority is refused all the same");
}
