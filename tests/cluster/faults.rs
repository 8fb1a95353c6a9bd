//! Clusters that cannot be read: each has words of its own, and no answer looks like one.

use super::program::{Ran, argument, ringfence};
use super::server::{Server, openssl};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;

/// A run that must fail in so many words.
fn refused(ran: &Ran, words: &[&str]) -> Result<(), String> {
    let missing: Vec<&&str> = words.iter().filter(|word| !ran.err.contains(**word)).collect();
    // A kubeconfig's token is nobody's business, whatever is wrong.
    let secret = ran.err.contains("-token");
    if ran.status > 1 && missing.is_empty() && !secret { Ok(()) } else { Err(format!("{missing:?} of {ran:?}")) }
}

/// A change of the kubeconfig, in a file of its own.
fn changed(server: &Server, change: impl Fn(&mut Value)) -> Result<(tempfile::TempDir, String), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let text = fs::read_to_string(server.kubeconfig()).map_err(|error| error.to_string())?;
    let mut kubeconfig: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    change(&mut kubeconfig);
    let path = folder.path().join("kubeconfig");
    fs::write(&path, kubeconfig.to_string()).map_err(|error| error.to_string())?;
    Ok((folder, argument(&path)))
}

/// A context that the kubeconfig does not have.
pub fn wrong_context(server: &Server) -> Result<(), String> {
    let kubeconfig = argument(&server.kubeconfig());
    let ran = ringfence(&["reach", "--kubeconfig", &kubeconfig, "--context", "elsewhere"])?;
    refused(&ran, &["has no context `elsewhere`", "`admin`, `viewer`, `stranger`, `nobody`"])
}

/// No kubeconfig at all, one that is not there, and one that is none.
pub fn no_kubeconfig(server: &Server) -> Result<(), String> {
    refused(&ringfence(&["reach", "--cluster"])?, &["there is no kubeconfig", "--kubeconfig"])?;
    let missing = argument(&server.path("missing"));
    refused(&ringfence(&["reach", "--kubeconfig", &missing])?, &["cannot be used", "missing", "no such file"])?;
    let broken = server.path("broken");
    fs::write(&broken, "users:\n- name: a\n  user: {token: [hidden-token}\n").map_err(|error| error.to_string())?;
    refused(&ringfence(&["export", "--kubeconfig", &argument(&broken)])?, &["not the YAML of a kubeconfig"])
}

/// A port where nobody listens.
pub fn unreachable_server(server: &Server) -> Result<(), String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    drop(listener);
    let url = format!("https://127.0.0.1:{port}");
    let (_folder, kubeconfig) =
        changed(server, |kubeconfig| kubeconfig["clusters"][0]["cluster"]["server"] = json!(url))?;
    refused(&ringfence(&["reach", "--kubeconfig", &kubeconfig])?, &["cannot reach", &url, "refused"])
}

/// A server whose certificate another authority signed.
pub fn refused_certificate(server: &Server) -> Result<(), String> {
    let (key, other) = (argument(&server.path("other.key")), argument(&server.path("other.crt")));
    let subject = ["-subj", "/CN=another"];
    openssl(
        &[&["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &other][..], &subject].concat(),
    );
    let change = |kubeconfig: &mut Value| kubeconfig["clusters"][0]["cluster"]["certificate-authority"] = json!(other);
    let (_folder, kubeconfig) = changed(server, change)?;
    refused(
        &ringfence(&["reach", "--kubeconfig", &kubeconfig])?,
        &["certificate", "is refused", "certificate-authority"],
    )
}

/// A server that is called by a name that its certificate has not.
pub fn refused_name(server: &Server) -> Result<(), String> {
    let change =
        |kubeconfig: &mut Value| kubeconfig["clusters"][0]["cluster"]["tls-server-name"] = json!("elsewhere.example");
    let (_folder, kubeconfig) = changed(server, change)?;
    refused(&ringfence(&["reach", "--kubeconfig", &kubeconfig])?, &["certificate", "is refused", "by a name that"])
}

/// A token that nobody gave out.
pub fn refused_token(server: &Server) -> Result<(), String> {
    let kubeconfig = argument(&server.kubeconfig());
    let ran = ringfence(&["reach", "--kubeconfig", &kubeconfig, "--context", "nobody"])?;
    refused(&ran, &["does not accept", "renew the token"])
}

/// A server without any kind but Kubernetes' own: each group is told once, and the rest is read.
pub fn missing_kinds(_: &Server) -> Result<(), String> {
    let bare = Server::start();
    let kubeconfig = argument(&bare.kubeconfig());
    let ran = ringfence(&["reach", "-o", "json", "--kubeconfig", &kubeconfig])?;
    let said = ran.json()?;
    let found: Vec<&Value> =
        said["diagnostics"].as_array().into_iter().flatten().filter(|found| found["code"] == "RF027").collect();
    let of =
        |group: &str| found.iter().filter(|found| found["message"].to_string().contains(group)).collect::<Vec<_>>();
    let severities = [("(kubeovn.io)", "warning"), ("(kubevirt.io)", "info"), ("(policy.networking.k8s.io)", "info")];
    for (group, severity) in severities {
        match of(group).as_slice() {
            [one] if one["severity"] == severity && one["help"].is_string() => {}
            other => return Err(format!("{group}: {other:?} of {ran:?}")),
        }
    }
    if ran.status != 0 || !ringfence(&["export", "--kubeconfig", &kubeconfig])?.out.contains("name: kube-system") {
        return Err(format!("the rest was not read: {ran:?}"));
    }
    Ok(())
}
