//! A link with other names shows the same world, and nothing by which anybody is known.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops where it is wrong")]

use ringfence_web::protocol::{Analysis, Ask, File, Input, Reply, Request, Scope};
use ringfence_web::service::Service;
use ringfence_web::share::Link;
use ringfence_web::vocabulary::vocabulary;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SEEDS: [u32; 2] = [0x1234_5678, 0x0fed_cba9];

fn analysis(input: &Input) -> Analysis {
    let request = Request::Analyze { input: input.clone(), scope: Scope::default(), work: 0 };
    match Service::new().ask(Ask { number: 1, request }).reply {
        Some(Reply::Analysis(analysis)) => *analysis,
        _ => panic!("no analysis"),
    }
}

fn link(text: &str, selected: Option<(String, String)>) -> Link {
    let file = File { name: "secret-name.yaml".into(), text: text.into() };
    Link { input: Input { files: vec![file], ..Input::default() }, filter: "all".into(), selected, pinned: None }
}

fn masked(text: &str) -> String {
    let link = link(text, None);
    let endpoints = analysis(&link.input).endpoints.to_vec();
    link.anonymous(&endpoints, SEEDS[0]).input.files[0].text.clone()
}

fn texts(folder: &str) -> Vec<PathBuf> {
    fn below(folder: &Path) -> Vec<PathBuf> {
        let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).partition(|path| path.is_dir());
        let is_text = |path: &PathBuf| path.extension().is_some_and(|name| name == "yaml" || name == "json");
        files.into_iter().filter(is_text).chain(folders.iter().flat_map(|folder| below(folder))).collect()
    }
    let mut files = below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder));
    files.sort();
    files
}

/// What becomes of whom: the verdicts of all pairs, those of machines by name.
fn same(text: &str, seed: u32) -> Result<(), String> {
    let plain = link(text, None);
    let before = analysis(&plain.input);
    let endpoints = before.endpoints.to_vec();
    let names: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.id.as_str()).collect();
    // The pair that is looked at goes the way of the text: so every name is asked for its mask.
    let mask = |id: &str| {
        let link = link(text, Some((id.to_owned(), id.to_owned())));
        link.anonymous(&endpoints, seed).selected.unwrap().0
    };
    let other = plain.anonymous(&endpoints, seed);
    let after = analysis(&other.input);
    let size = before.endpoints.len();
    if after.endpoints.len() != size {
        let ids = |of: &Analysis| of.endpoints.iter().map(|endpoint| endpoint.id.clone()).collect::<Vec<_>>();
        return Err(format!("{:?} became {:?}", ids(&before), ids(&after)));
    }
    let all = |of: &Analysis| {
        let pairs = (0..size).flat_map(|from| (0..size).map(move |to| (from, to)));
        let mut found: Vec<u8> = pairs.map(|(from, to)| of.verdict(from, to)).collect();
        found.sort_unstable();
        found
    };
    if all(&before) != all(&after) {
        return Err("other verdicts".to_owned());
    }
    let there: BTreeMap<&str, usize> =
        after.endpoints.iter().enumerate().map(|(index, endpoint)| (endpoint.id.as_str(), index)).collect();
    let mut found = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let is_range = matches!(endpoints[index].kind.as_str(), "External" | "Address");
        let at = there.get(mask(name).as_str()).copied();
        match (at, is_range) {
            (Some(at), _) => found.push((index, at)),
            (None, true) => {}
            (None, false) => return Err(format!("`{name}` is not there: {:?}", there.keys())),
        }
    }
    for (from, from_after) in &found {
        for (to, to_after) in &found {
            if before.verdict(*from, *to) != after.verdict(*from_after, *to_after) {
                return Err(format!("{} → {} is another one", names[*from], names[*to]));
            }
        }
    }
    Ok(())
}

#[test]
fn masked_worlds_are_the_same_worlds() {
    let mut wrong = Vec::new();
    let folders = ["examples", "tests/packets", "tests/worlds", "tests/corpus"];
    for file in folders.into_iter().flat_map(texts) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        for seed in SEEDS {
            if let Err(error) = same(&text, seed) {
                wrong.push(format!("{}: {error}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whatever may be written somewhere, with something in it that nobody else is to know.
const SECRETS: &str = r#"# written by Zaphod for ticket 48213
apiVersion: kubeovn.io/v1
kind: Vpc
metadata: {name: vogonvpc, annotations: {note: "ask ford@magrathea.example", cost: "471100"}}
spec: {namespaces: [betelgeuse], staticRoutes: [{cidr: 10.31.0.0/16, nextHopIP: 10.32.7.254, policy: policyDst}]}
---
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: krikkit-net} # of the masters
spec:
  cidrBlock: "10.31.7.0/24,fd31:7:8:9::/64"
  gateway: "10.31.7.1,fd31:7:8:9::1"
  vpc: vogonvpc
  namespaces: [betelgeuse]
  gatewayNode: node-zarniwoop,node-agrajag
  allowSubnets: [10.33.0.0/16]
  acls:
  - {direction: to-lport, priority: 1005, action: drop, match: 'inport == "trillian.betelgeuse" && eth.src == 0a:12:34:56:78:9a && tcp.dst == 8080'}
  - direction: to-lport
    priority: 1004
    action: drop
    match: |
      ip4.src == 10.31.7.0/24 && # deepthought
---
apiVersion: v1
kind: Pod
metadata:
  name: trillian
  namespace: betelgeuse
  labels: {heartofgold.example/crew: mcmillan, serial: "271828", app: babelfish}
  annotations:
    ovn.kubernetes.io/ip_address: 10.31.7.9
    ovn.kubernetes.io/mac_address: 0a:12:34:56:78:9a
    ovn.kubernetes.io/logical_switch: krikkit-net
    magrathea.example/plan: "slartibartfast designs the fjords"
spec:
  nodeName: node-zarniwoop
  hostname: total-perspective
  containers:
  - {name: infinite, image: "registry.milliways.example/vortex:dolphins", env: [{name: PASSWORD, value: "s0_l0ng"}], ports: [{name: improbable, containerPort: 8080}]}
---
apiVersion: ringfence/v1
kind: Inventory
vms:
- {name: marvin, address: 10.31.7.12, mac: "0a:12:34:56:78:9b", port: 4c5a7f1e-beef-cafe-9d0e-paranoidport, labels: {role: android}}
loadBalancers:
- {name: bistromath, vips: {"10.96.42.42:80": "10.31.7.12:8080"}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: hide-agrajag, namespace: betelgeuse}
spec:
  podSelector: {matchExpressions: [{key: heartofgold.example/crew, operator: In, values: [mcmillan, "prefect"]}]}
  ingress: [{ports: [{port: improbable}], from: [{ipBlock: {cidr: 10.31.0.0/16, except: [10.31.7.0/24]}}]}]
"#;

#[test]
fn nothing_is_left_by_which_somebody_is_known() {
    let text = masked(SECRETS);
    let words = [
        "zaphod",
        "48213",
        "vogonvpc",
        "ford",
        "magrathea",
        "471100",
        "betelgeuse",
        "krikkit",
        "masters",
        "zarniwoop",
        "agrajag",
        "trillian",
        "0a:12:34:56:78:9a",
        "34:56:78",
        "deepthought",
        "heartofgold",
        "crew",
        "mcmillan",
        "serial",
        "271828",
        "app:",
        "babelfish",
        "slartibartfast",
        "fjords",
        "total",
        "perspective",
        "infinite",
        "milliways",
        "vortex",
        "dolphins",
        "password",
        "s0_l0ng",
        "improbable",
        "marvin",
        "4c5a7f1e",
        "beef",
        "cafe",
        "paranoid",
        "role",
        "android",
        "bistromath",
        "hide",
        "prefect",
        "10.31.",
        "10.32.",
        "10.33.",
        "10.96.",
        "fd31:7:8:9:",
    ];
    for word in words {
        assert!(!text.to_lowercase().contains(word), "{word}:\n{text}");
    }
    for word in [
        "gatewayNode:",
        "port: ",
        "8080",
        "priority: 1005",
        "tcp.dst == 8080",
        "policyDst",
        "matchExpressions",
        "operator: In",
    ] {
        assert!(text.contains(word), "{word}:\n{text}");
    }
    for seed in SEEDS {
        assert_eq!(same(SECRETS, seed), Ok(()));
    }
}

#[test]
fn a_name_is_the_same_word_wherever_it_stands() {
    let text = masked(SECRETS);
    let after = |text: &str, key: &str| {
        let rest = text.split_once(key).unwrap().1;
        rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '-').collect::<String>()
    };
    let vpc = after(&text, "kind: Vpc\nmetadata: {name: ");
    assert_eq!(vpc, after(&text, "vpc: "));
    let pod = after(&text, "kind: Pod\nmetadata:\n  name: ");
    assert!(text.contains(&format!("inport == \"{pod}.{}\"", after(&text, "  namespace: "))), "{text}");
}

#[test]
fn no_word_of_an_example_is_left() {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '_')));
        let words = words.map(|word| word.trim_start_matches('-'));
        let words = words.filter(|word| word.len() > 3 && word.contains(char::is_alphabetic));
        words.map(str::to_owned).collect()
    };
    // Whatever stays stands in one of these: what the program reads, and what the editor completes.
    let mut wrong = Vec::new();
    let mut known = words(include_str!("../src/share/masks/meant.rs"));
    known.extend(vocabulary(Vec::new()).symbols.iter().flat_map(|symbol| words(&symbol.label)));
    for file in ["examples", "tests/packets", "tests/worlds", "tests/corpus"].into_iter().flat_map(texts) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        let (before, after) = (words(&text), words(&masked(&text)));
        // Of IPv6 addresses the first groups stay, as numbers do.
        let is_hex = |word: &str| word.len() <= 4 && word.chars().all(|digit| digit.is_ascii_hexdigit());
        let is_escape = |word: &str| word.strip_prefix('u').and_then(|rest| rest.get(..4)).is_some_and(is_hex);
        let numbers =
            |word: &&String| !word.starts_with("0x") && !word.starts_with("v1") && !is_hex(word) && !is_escape(word);
        let lists = |word: &&String| !word.strip_suffix("List").is_some_and(|kind| known.contains(kind));
        let left = before.intersection(&after).filter(|word| !known.contains(*word)).filter(numbers);
        let left: Vec<&String> = left.filter(lists).collect();
        wrong.extend(left.iter().map(|word| format!("{}: {word}", file.display())));
    }
    assert_eq!(wrong, [""; 0]);
}
