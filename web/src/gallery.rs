//! The examples, the founding document's first, each with a question to predict and what is so.

use crate::protocol::File;

/// An example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Its path below `examples/`.
    pub path: &'static str,
    /// A title.
    pub title: &'static str,
    /// What is in it.
    pub text: &'static str,
    /// What to look at first.
    pub lesson: Option<Question>,
}

/// Something to predict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The pair that it is about.
    pub pair: (&'static str, &'static str),
    /// A question that is answered by yes or no.
    pub asks: &'static str,
    /// Whether yes is right.
    pub yes: bool,
    /// What is so, kindly.
    pub told: &'static str,
}

impl Example {
    /// Its place among the lessons, from one, and how many there are.
    pub fn turn(&self) -> (usize, usize) {
        let before = EXAMPLES.iter().position(|example| example.path == self.path).unwrap_or(0);
        (before + 1, EXAMPLES.len())
    }

    /// The one after it.
    pub fn next(&self) -> Option<&'static Self> {
        EXAMPLES.get(self.turn().0)
    }

    /// Whether it is one of the founding document's.
    pub fn is_of_the_page(&self) -> bool {
        self.path.starts_with("kube-ovn-vm-isolation/")
    }

    /// Its files.
    pub fn files(&self) -> Vec<File> {
        let name = self.path.rsplit('/').next().unwrap_or(self.path);
        vec![File { name: name.to_owned(), text: self.text.to_owned() }]
    }

    /// The pair to look at first.
    pub fn pair(&self) -> Option<(&'static str, &'static str)> {
        self.lesson.map(|question| question.pair)
    }
}

macro_rules! example {
    ($path:literal, $title:literal, $lesson:expr) => {
        Example { path: $path, title: $title, text: include_str!(concat!("../../examples/", $path)), lesson: $lesson }
    };
}

const fn ask(
    pair: (&'static str, &'static str),
    asks: &'static str,
    yes: bool,
    told: &'static str,
) -> Option<Question> {
    Some(Question { pair, asks, yes, told })
}

/// All of them.
pub static EXAMPLES: &[Example] = &[
    example!(
        "kube-ovn-vm-isolation/subnet-acl-1.yaml",
        "Subnet ACL 1: two machines shut off",
        ask(
            ("default/vm1", "default/vm2"),
            "VM1 and VM2 lie in the same dropped range. Can they still talk to each other?",
            false,
            "They cannot: both rows match them, one when the request leaves, the other when it arrives. The page does not say so. It does not say either that nobody reaches the gateway's own address any more, VM3 to VM5 included: a /30 holds four addresses, and the gateway's is one of them."
        )
    ),
    example!(
        "kube-ovn-vm-isolation/subnet-acl-2.yaml",
        "Subnet ACL 2: one of them let out again",
        ask(
            ("default/vm1", "default/vm3"),
            "Two rows of a higher priority allow VM1. Does VM1 reach VM3, and does it get an answer?",
            true,
            "It does. Both rows are needed, one for each direction: this switch tracks no connections, so the answer is judged like any other packet. The page says “executed before”; the higher number wins. The gateway stays out of reach even for VM1: the row below still drops what goes to it."
        )
    ),
    example!(
        "kube-ovn-vm-isolation/subnet-acl-3.yaml",
        "Subnet ACL 3: an answer that dies",
        ask(
            ("default/vm1", "default/vm2"),
            "One row drops what goes to VM1. The page says that VM1 may still talk to the others. May it?",
            false,
            "Its requests arrive, and every answer is dropped: the row does not ask whether a packet is an answer, and this switch tracks no connections. Turn the switch below to see what one allow-related row changes, then take the repair."
        )
    ),
    example!(
        "kube-ovn-vm-isolation/subnet-acl-4.yaml",
        "Subnet ACL 4: one port of one machine",
        ask(
            ("default/vm1", "default/vm5"),
            "What leaves VM5 from TCP port 9501 is dropped. Can VM1 still use a server on that port?",
            false,
            "It cannot: the request arrives, and the server's answer comes from port 9501. Connections to port 9501 of other machines are not blocked."
        )
    ),
    example!(
        "kube-ovn-vm-isolation/network-policy-1.yaml",
        "NetworkPolicy 1: two machines among themselves",
        ask(
            ("default/vm3", "vswitch1/gateway"),
            "The page says that all other traffic is blocked. Does VM3 reach the gateway 172.20.10.1?",
            true,
            "It does: the gateway's address lies in the allowed range 172.20.10.0/30. Ranges know nothing of machines. Nothing else is let out either, neither DNS nor the renewal of a lease by DHCP; and without a podSelector the policy is about every pod of the namespace, not only about these five machines."
        )
    ),
    example!(
        "kube-ovn-vm-isolation/network-policy-2.yaml",
        "NetworkPolicy 2: who may come in",
        ask(
            ("default/vm1", "default/vm3"),
            "Only VM1 and VM2 may come in. Does VM1 get an answer from VM3?",
            true,
            "It does. A NetworkPolicy's rows are allow-related, so answers come back by themselves. “Cannot communicate” should read “cannot begin”: VM3 answers VM1."
        )
    ),
    example!(
        "kube-ovn-vm-isolation/network-policy-3.yaml",
        "NetworkPolicy 3: a lower-case word",
        ask(
            ("default/vm1", "default/vm3"),
            "The policy says `egress`. Does it keep VM1 from VM3?",
            false,
            "It does nothing at all: the API server refuses it, because the word is Egress. Had a client dropped the wrong field instead, nobody could talk to anybody; switch the reading to lenient to see it. With the word put right, VM3 to VM5 cannot reach each other either; the page does not say so."
        )
    ),
    example!(
        "kube-ovn-vm-isolation/network-policy-4.yaml",
        "NetworkPolicy 4: a name that cannot exist",
        ask(
            ("default/vm2", "default/vm3"),
            "The policy selects `VM2`. Does it keep VM2 from VM3?",
            false,
            "It selects nobody: names in Kubernetes are lower case, so no machine has that label. Write vm2, and it works."
        )
    ),
    example!(
        "example-3-repaired.yaml",
        "Example 3, repaired",
        ask(
            ("default/vm1", "default/vm2"),
            "One row more: what leaves VM1 is `allow-related`. Do the answers to VM1 come back now?",
            true,
            "They do. A switch with one such row tracks connections, and the answer to a tracked request passes by itself. VM1 is still closed to everybody who begins."
        )
    ),
    example!(
        "policy-repairs-acl.yaml",
        "A policy that repairs a rule elsewhere",
        ask(
            ("default/vm1", "default/vm2"),
            "The row is that of example 3, and the only other object is a NetworkPolicy about VM3. Does VM2's answer reach VM1?",
            true,
            "It does: the policy's rows are `allow-related`, and one of them makes the whole switch track connections. Take the policy away, and VM1 is mute again. Rules of two kinds on one switch are read together or not at all."
        )
    ),
    example!(
        "gateway-guard.yaml",
        "Keeping the gateway",
        ask(
            ("default/vm1", "vswitch1/gateway"),
            "VM1 lies in a range that is dropped both ways, and so does the gateway. Does VM1 reach the gateway?",
            true,
            "It does: two rows of a higher priority let the gateway's own address through, one for each direction. Kube-OVN's check of the gateway needs the same when a virtual machine starts."
        )
    ),
    example!(
        "stateless-web-tier.yaml",
        "A web tier without tracking",
        ask(
            ("default/web1", "default/batch"),
            "The servers may only answer. Can a server that is broken into send anything to `batch` at all?",
            true,
            "From source port 443 it can: without connection tracking nothing tells an answer from a request. From ordinary ports it cannot."
        )
    ),
    example!(
        "subnet-alone.yaml",
        "A Subnet without any machine",
        ask(
            ("vswitch1/172.20.10.3", "vswitch1/gateway"),
            "No machine is known here, only rows. Does whoever has 172.20.10.3 reach the gateway?",
            true,
            "Yes, and nobody else. Without machines the address space is split into the ranges that the rows tell apart; each of them answers for all its addresses."
        )
    ),
    example!(
        "unparsable-match.yaml",
        "A match that OVN cannot read",
        ask(
            ("default/vm1", "default/vm2"),
            "The match has one `=` too few. Does the row still block something?",
            false,
            "It blocks nothing: OVN skips a row that it cannot read, tells nobody but its log, and everything is open. The fix is one click on the line."
        )
    ),
    example!(
        "manifests-only.yaml",
        "Manifests without addresses",
        ask(
            ("shop/web", "outside"),
            "A policy lets `web` ask the database. It says nothing of the Internet. Does `web` reach it?",
            false,
            "It does not: a workload that a policy of type Egress selects may reach what its rules name, and nothing else, DNS included. No address is written here; everything that the rules do not tell apart is one endpoint."
        )
    ),
];

/// The example of the first visit.
pub fn first() -> &'static Example {
    static FIRST: &str = "kube-ovn-vm-isolation/subnet-acl-3.yaml";
    EXAMPLES.iter().find(|example| example.path == FIRST).unwrap_or(&NONE)
}

static NONE: Example = Example { path: "rules.yaml", title: "Nothing yet", text: "", lesson: None };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Ask, Input, Reply, Request, Scope};
    use crate::service::Service;
    use std::path::Path;

    fn files(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                files(&entry, found);
            } else if entry.extension().is_some_and(|extension| extension == "yaml") {
                found.push(entry.to_str().unwrap().split_once("/examples/").unwrap().1.to_owned());
            }
        }
    }

    #[test]
    fn every_example_is_in_the_gallery() {
        let mut there = Vec::new();
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").canonicalize().unwrap(), &mut there);
        let mut told: Vec<String> = EXAMPLES.iter().map(|example| example.path.to_owned()).collect();
        there.sort();
        told.sort();
        assert_eq!(there, told);
    }

    #[test]
    fn lessons_tell_the_truth() {
        for example in EXAMPLES {
            let question = example.lesson.unwrap_or_else(|| panic!("{} is no lesson", example.path));
            let input = Input { files: example.files(), ..Input::default() };
            let request = Request::Analyze { input, scope: Scope::default(), work: 0 };
            let Some(Reply::Analysis(analysis)) = Service::new().ask(Ask { number: 1, request }).reply else {
                panic!()
            };
            let index = |id: &str| analysis.endpoints.iter().position(|endpoint| endpoint.id == id).unwrap();
            let (from, to) = (index(question.pair.0), index(question.pair.1));
            let verdict = analysis.verdict(from, to);
            let expected = match example.path {
                // These ask whether the policy keeps two machines apart.
                "kube-ovn-vm-isolation/network-policy-3.yaml"
                | "kube-ovn-vm-isolation/network-policy-4.yaml"
                | "unparsable-match.yaml" => b'O',
                "kube-ovn-vm-isolation/subnet-acl-3.yaml" => b'>',
                "kube-ovn-vm-isolation/subnet-acl-4.yaml" | "stateless-web-tier.yaml" => b'%',
                _ if question.yes => b'O',
                _ => b'.',
            };
            assert_eq!(verdict as char, expected as char, "{}", example.path);
        }
    }
}
