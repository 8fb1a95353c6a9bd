//! Contexts of a kubeconfig: one, several, and none that could be meant.

use super::run::{folder, ringfence};

const POLICY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: default}\nspec: {podSelector: {}}\n";

/// Two clusters at a port where nobody listens.
const KUBECONFIG: &str = "apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]
users: [{name: u, user: {token: t}}]
contexts:
- {name: a, context: {cluster: c, user: u}}
- {name: b, context: {cluster: c, user: u}}
";

/// Refuses, in so many words.
fn refuses(name: &str, arguments: &[&str], words: &[&str]) {
    let folder = folder(name, &[("kubeconfig", KUBECONFIG.as_bytes()), ("p.yaml", POLICY.as_bytes())]);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (kubeconfig, file) = (path("kubeconfig"), path("p.yaml"));
    let arguments: Vec<&str> =
        arguments.iter().map(|word| if *word == "FILE" { file.as_str() } else { word }).collect();
    let ran = ringfence(&[&arguments[..], &["--kubeconfig", &kubeconfig]].concat());
    let said = ran.out + &ran.err;
    assert_eq!(ran.status, 2, "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not said: {said}");
    }
}

#[test]
fn a_context_is_named_once_and_with_something() {
    let apply = ["apply", "-f", "FILE", "--to", "cluster", "--yes", "--context"];
    refuses("twice", &[&apply[..], &["a,b,a"]].concat(), &["`--context` names `a` twice"]);
    refuses("nothing", &[&apply[..], &["a,,b"]].concat(), &["a context is named with nothing"]);
    refuses("nobody", &[&apply[..], &["a,elsewhere"]].concat(), &["has no context `elsewhere`", "`a`, `b`"]);
}

#[test]
fn who_asks_one_cluster_takes_one_context() {
    let words = ["`--context` names `a`, `b`, and one cluster is asked here", "`--to cluster`"];
    for arguments in [
        &["reach"][..],
        &["check"],
        &["export"],
        &["diff", "FILE"],
        &["run", "--nb", "tcp:127.0.0.1:1", "--listen", "127.0.0.1:0"],
        &["plan", "-f", "FILE", "--nb", "tcp:127.0.0.1:1"],
    ] {
        refuses("one", &[arguments, &["--context", "a,b"]].concat(), &words);
    }
}

#[test]
fn a_kept_plan_is_one_of_rows() {
    let several = ["--to", "cluster", "--context", "a,b"];
    refuses("out", &[&["plan", "-f", "FILE", "--out", "p.json"][..], &several].concat(), &["`--to ovn`"]);
    refuses("kept", &[&["apply", "--plan", "p.json"][..], &several].concat(), &["`--to ovn`"]);
}

#[test]
fn every_cluster_that_does_not_answer_is_named() {
    let several = ["-f", "FILE", "--to", "cluster", "--context", "a,b"];
    let words = ["cluster a: cannot reach", "cluster b: cannot reach"];
    for verb in ["plan", "verify"] {
        refuses(verb, &[&[verb][..], &several].concat(), &words);
    }
    let nothing = ["nothing was written anywhere"];
    refuses("apply", &[&["apply", "--yes"][..], &several].concat(), &[&words[..], &nothing].concat());
}
