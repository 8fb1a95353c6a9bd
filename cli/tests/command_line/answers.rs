//! What people read.

use super::run::{command, example, ringfence};

const S3: &str = "kube-ovn-vm-isolation/subnet-acl-3.yaml";
const S4: &str = "kube-ovn-vm-isolation/subnet-acl-4.yaml";

#[test]
fn table_has_a_row_for_each_endpoint_and_a_legend() {
    let ran = ringfence(&["reach", "-f", &example(S3)]);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines[0], "asks \\ answers      1 2 3 4 5 6 7");
    assert_eq!(lines[1], "1 default/vm1       - → → → → → →");
    assert_eq!(lines[2], "2 default/vm2       · - ● ● ● ● ●");
    assert!(lines[..8].iter().all(|line| line.chars().count() <= 80));
    assert!(ran.out.contains("→ one-way    requests arrive, no answer comes back\n"));
    assert!(
        ran.out.contains("one-way default/vm1 → everybody else: every request arrives, and every answer is lost\n")
    );
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
}

#[test]
fn plain_locales_get_plain_characters() {
    let output = command(&["reach", "-f", &example(S3)]).env("LC_ALL", "C").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("1 default/vm1       - > > > > > >"));
}

#[test]
fn wide_says_which_protocols_and_ports() {
    let ran = ringfence(&["reach", "-o", "wide", "-f", &example(S4)]);
    let line = |from: &str, to: &str| {
        let found = ran.out.lines().find(|line| line.starts_with(from) && line.contains(to));
        found.unwrap().split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line("default/vm1", "default/vm5")[2..], ["partial", "all", "all but tcp/9501", "none"]);
    assert_eq!(line("default/vm5", "default/vm1")[2..4], ["partial", "all but tcp from 9501"]);
    assert_eq!(ran.out.lines().count(), 1 + 7 * 6);
}

#[test]
fn explanation_begins_with_the_sentence_and_ends_with_the_question_to_ovn() {
    let ran = ringfence(&["explain", "vm1", "vm2", "--tcp", "80", "-f", &example(S3)]);
    assert_eq!(ran.status, 1);
    let first = ran.out.lines().next().unwrap();
    assert!(first.starts_with("one-way: default/vm1's tcp/80 request reaches default/vm2, but the answer"), "{first}");
    assert!(ran.out.contains("Reply  tcp 172.20.10.3:80 → 172.20.10.2:50000 (SYN-ACK)\n"));
    assert!(ran.out.contains("arriving at default/vm1 (to-lport of vswitch1): DROPPED, by this row\n"));
    assert!(ran.out.contains("subnet-acl-3.yaml:9  spec.acls[0] of Subnet/vswitch1\n"), "{}", ran.out);
    assert!(ran.out.lines().last().unwrap().starts_with("  ovn-trace vswitch1 'inport == "));
}

#[test]
fn a_pair_is_shown_by_the_conversation_that_fails() {
    let ran = ringfence(&["explain", "vm1", "vm5", "-f", &example(S4)]);
    assert!(ran.out.starts_with(
        "partial: of what default/vm1 sends to default/vm5, all arrives, and all but tcp/9501 is answered.\n"
    ));
    assert!(ran.out.contains("Shown below: tcp/9501."));
}

#[test]
fn ends_are_found_by_name_id_and_address() {
    let file = example(S3);
    let status = |from: &str, to: &str| ringfence(&["explain", from, to, "--icmp", "-f", &file]).status;
    assert_eq!(status("vm2", "vm3"), 0);
    assert_eq!(status("default/vm2", "172.20.10.4"), 0);
    assert_eq!(status("8.8.8.8", "vm2"), 0);
    assert_eq!(status("8.8.8.8", "vm1"), 1);
    assert!(ringfence(&["explain", "vm2", "8.8.8.8", "--icmp", "-f", &file]).out.contains("172.20.10.3 → 8.8.8.8"));
}

#[test]
fn an_unknown_end_is_an_input_error_with_suggestions() {
    let ran = ringfence(&["explain", "vm11", "vm2", "-f", &example(S3)]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("no endpoint is called `vm11`") && ran.err.contains("did you mean default/vm1"));
    assert!(ran.err.contains("vswitch1/gateway"), "{}", ran.err);
    assert_eq!(ringfence(&["explain", "vm1", "vm1", "-f", &example(S3)]).status, 2);
}

#[test]
fn unusual_packets_can_be_asked_about() {
    let file = example(S3);
    let ran = ringfence(&["explain", "vm2", "vm3", "--tcp", "80", "--ttl", "3", "--tcp-flags", "16", "-f", &file]);
    assert!(ran.out.contains("ip.ttl == 3 && tcp.src == 50000 && tcp.dst == 80 && tcp.flags == 16"), "{}", ran.out);
    assert_eq!(ringfence(&["explain", "vm2", "vm3", "--ttl", "3", "-f", &file]).status, 2, "a header is needed");
}

#[test]
fn check_tells_expectations_with_counterexamples() {
    let ran = ringfence(&["check", "-f", &example(S3)]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("✘ vm1-may-talk") && ran.out.contains("✔ nobody-reaches-vm1"));
    assert!(ran.out.contains("default/vm1 → default/vm2 is one-way, expected open"), "{}", ran.out);
    assert!(ran.out.contains("warning[RF202]"));
    assert_eq!(ran.err, "");
}
