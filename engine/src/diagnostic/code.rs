//! The registry of diagnostic codes. A code is never reused.

use super::{Lesson, Severity};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $severity:ident
        $({ says: $says:literal, follows: $follows:literal, advice: $advice:literal })?;)+) => {
        /// The stable name of a kind of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the registry.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// As users see it, for example `RF101`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What a finding of this kind says, in one paragraph.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }

            /// What there is to say of it where no single input shows it.
            pub fn lesson(self) -> Option<Lesson> {
                let lessons: &[Lesson] = match self {
                    $(Self::$variant => &[$(Lesson { says: $says, follows: $follows, advice: $advice })?],)+
                };
                lessons.first().copied()
            }

            /// How grave a finding of this kind usually is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    /// The file cannot be read as text: it is not UTF-8, too large, or not there.
    UnreadableFile = "RF001", Error {
        says: "error[RF001]: manifests/policy.yaml:1:1: cannot read `manifests/policy.yaml`: no such file or directory",
        follows: "Nothing of the file is evaluated. The other files are, and what depends on this one is missing from the answer: a rule in it is taken for one that nobody wrote. The exit status is 2.",
        advice: "Write the path of a file that exists and may be read. Save it as UTF-8; split one that is too large at a `---` line, and compact a database (`ovsdb-tool compact`) or ask its server by `--nb`."
    };
    /// The YAML or JSON is broken; the document is left out, the others of the file are read.
    BrokenYaml = "RF002", Error;
    /// A key stands twice in one mapping; the last one counts.
    DuplicateKey = "RF003", Error;
    /// Aliases would expand to more than the program is willing to hold.
    AliasBomb = "RF004", Error;
    /// The document has no `kind`, or is not a mapping.
    NotAnObject = "RF005", Error;
    /// A field has the wrong type.
    WrongType = "RF006", Error;
    /// A field that must be there is missing.
    MissingField = "RF007", Error;
    /// A value is none of those that the field takes.
    UnknownValue = "RF008", Error;
    /// A number or address is outside the range that the field takes.
    OutOfRange = "RF009", Error;
    /// There is nothing to read: a folder holds no YAML or JSON file, standard input no object, or no file any.
    EmptyInput = "RF010", Error {
        says: "error[RF010]: -:1:1: there is no object in the standard input",
        follows: "Without objects nothing can be found, so that finding nothing means nothing: the exit status is 2, lest a pipe that broke pass a gate.",
        advice: "See whether what writes the input has failed (`set -o pipefail` in a shell). Name the folder with the manifests, or a file itself, whatever its ending: of a folder those are read that end in `.yaml`, `.yml` or `.json`. Where there is nothing on purpose, say so by an object: an `Inventory` of two lines, `apiVersion: ringfence/v1` and `kind: Inventory`."
    };
    /// The kind of the document is not one that this program knows; the document is left out.
    UnknownKind = "RF011", Info;
    /// A field that the program does not know; it is left out.
    UnknownField = "RF012", Warning;
    /// The kind is known, and nothing of it is needed for the answer.
    KindNotEvaluated = "RF013", Info;
    /// Two objects, or two interfaces, claim one name or one address.
    Conflict = "RF014", Error;
    /// An object refers to another that is not there.
    DanglingReference = "RF015", Warning;
    /// An address lies outside its subnet, or on an address that the subnet keeps for itself.
    MisplacedAddress = "RF016", Warning;
    /// A YAML tag (`!word`) that the program does not know stands before a value.
    IgnoredTag = "RF017", Warning;
    /// A machine, a subnet or a set of addresses has no endpoint in the answer.
    NoEndpoint = "RF018", Warning;
    /// A file has more findings than are shown.
    TooManyFindings = "RF019", Warning {
        says: "warning[RF019]: world.yaml:2000:1: 137 more findings in this file are not shown",
        follows: "The file was read and evaluated to its end; only the list of findings is cut off. Of broken YAML the rest may be a mere echo of the first mistake.",
        advice: "Mend what is shown and check again: the others come into sight."
    };
    /// A rule may tell addresses of a set apart that are one in the answer: nothing of them is certain.
    CoarseRanges = "RF020", Warning {
        says: "warning[RF020]: subnet.yaml:9:14: rules tell apart more than 8192 sets of addresses of `vswitch1`; of what is told apart further nothing is certain",
        follows: "A range of addresses without machines is one endpoint as long as no rule tells its addresses apart. Beyond 8,192 parts, or where a mask has scattered bits, they are not told apart any further: every answer about such a part is `undefined`, since it would be true of some of its addresses only.",
        advice: "Name the machines that matter in an `Inventory`: each is an endpoint of its own and is answered exactly. Or write the rules by prefixes."
    };
    /// The API server refuses the object: strictly read it has no effect.
    ApiRefused = "RF021", Error;
    /// A selector or a name selects nothing that is in the input.
    SelectsNothing = "RF022", Warning;
    /// A name cannot exist: no object that Kubernetes takes is called so.
    ImpossibleName = "RF023", Warning;
    /// Something was assumed that the input does not say: an address, or on which node a pod is.
    AssumedAddress = "RF024", Info;
    /// The profile's enforcer does less, more or something else than the object says.
    EnforcerDiffers = "RF025", Warning;
    /// The input says which release of Kube-OVN runs: its behaviour is evaluated, unless another profile was asked for.
    RunningRelease = "RF026", Info;
    /// Some of a cluster could not be read: what depends on it is missing from the answer.
    UnreadKind = "RF027", Error {
        says: "error[RF027]: no permission to list `networkpolicies`: without them nobody knows which rules pods have",
        follows: "Objects of that kind are missing from the answer. Of rules this means that more may be told open, or closed, than is; the exit status is 2 where that can be, and a kind that the cluster does not have is a mere remark.",
        advice: "Give the account the role of `deploy/viewer.yaml`, or name a context that may read them by `--context`."
    };
    /// The lines of a block of a page all stand in one column: it is read by what its fields are known to belong to.
    LostIndentation = "RF028", Warning {
        says: "warning[RF028]: page.md:12:1: the lines of this block have lost their indentation: it is read as its fields belong together",
        follows: "The block is evaluated as it was most likely meant, and its findings are worth reading. Whoever copies it from the page gets something that no cluster takes.",
        advice: "Give the page the YAML with its indentation; `ringfence check --fix PAGE` puts it back."
    };
    /// A page says in a table which machines there are: its examples after it, which name none, are about these.
    TableOfMachines = "RF029", Info {
        says: "info[RF029]: page.md:8:1: the example is taken to be about the machines of this table: vm1 172.20.10.2, vm2 172.20.10.3",
        follows: "The example names no machine, and neither do the files of `-f`: what is said of it is said of the machines of the table. Names are taken in lower case.",
        advice: "Nothing, where that is meant. Otherwise put an `Inventory` with the machines into the example, or into a file of `-f`: then no table is looked at."
    };
    /// Something of a Northbound database, or of a VPC, bears on who reaches whom and is not evaluated, or not in full.
    NotEvaluated = "RF030", Warning {
        says: "warning[RF030]: unix:/run/ovn/ovnnb_db.sock:1:1: switch `vswitch1` has a further router, `r2` at `vswitch1-r2`, which is not evaluated: who goes by a router there is `undefined`",
        follows: "The database, or a VPC, has something that the evaluation knows nothing of, or not all: each is named. Where it may change the way between two switches the answer is `undefined`, unless rows stop the packet for certain; other answers are given as if it were not there.",
        advice: "Ask the OVN itself about pairs for which it matters: `explain` prints the `ovn-trace` command, and `verify --probe` asks many at once."
    };

    /// OVN cannot parse the match: the row does nothing.
    MatchSyntax = "RF101", Error;
    /// The match is valid by itself, but not where OVN puts it: the row does nothing.
    MatchContext = "RF102", Error;
    /// The match refers to a port, port group or address set that does not exist here.
    UnknownName = "RF103", Warning;
    /// The match can never be true.
    NeverMatches = "RF104", Warning;
    /// `outport` is not known yet when a packet leaves the VM: a from-lport row with it never matches.
    OutportTooEarly = "RF105", Warning;
    /// The match tests something that OVN keeps for itself and that changes between versions.
    InternalField = "RF106", Warning;
    /// The match is accepted by OVN but hardly means what it says.
    OddMatch = "RF107", Warning;

    /// Two rows of equal priority match the same packets and disagree: OVN does not promise which one decides.
    EqualPriority = "RF201", Warning;
    /// Requests arrive, but their answers are dropped.
    ReplyDropped = "RF202", Warning;
    /// The rule also cuts the gateway of the subnet.
    GatewayCut = "RF203", Warning;
    /// Address resolution is dropped: nothing works once the ARP cache is empty.
    ArpDropped = "RF204", Warning;
    /// One row makes the whole switch track connections and so changes what the others do.
    StatefulSwitch = "RF205", Info;
    /// The row is written for a feature that the world's OVN version does not have.
    VersionMismatch = "RF206", Warning;

    /// Rows that are asked earlier decide every packet that the rule matches: whatever machines there may ever be, it
    /// does nothing.
    Shadowed = "RF207", Warning;
    /// Without the row the same becomes of every packet, whatever machines there may ever be.
    Redundant = "RF208", Info;
    /// No packet between the endpoints of this input gets to the row and matches it. Other machines may.
    UnusedHere = "RF209", Info;
    /// Rules of another object, which are asked earlier, do the opposite with every packet that the rule matches.
    Cancelled = "RF210", Warning;
    /// The row becomes so many flows on every hypervisor that it is felt there.
    ExpensiveRow = "RF211", Warning;
    /// Nodes cannot reach machines: probes of the kubelet and the console fail.
    NodeCut = "RF212", Info;
    /// A machine reaches others, but nobody on port 53: it cannot resolve names.
    DnsCut = "RF213", Info;
    /// Rows tell machines apart by their address, and nothing keeps a machine from sending with another one.
    Spoofable = "RF214", Info;
    /// Some rows were not compared with all others: it would have taken too long.
    NotCompared = "RF215", Info {
        says: "info[RF215]: 1204 rows were not compared with all others: it would take too long",
        follows: "Whether these rows ever decide anything (RF207, RF208, RF210) was left open. Who reaches whom is exact all the same.",
        advice: "Nothing has to be done. To know, check fewer files at a time, such as those of one Subnet with its policies."
    };
    /// Rows drop what machines ask OVN's DHCP: they get no address, or lose it when its lease ends.
    DhcpCut = "RF216", Warning;
    /// Rows divide the headers into too many kinds to tell them all apart: what they decide is `undefined`.
    TooComplex = "RF217", Warning;
    /// A row names the address of a machine that is made anew with another one.
    PinnedAddress = "RF218", Info;

    /// An expectation does not hold.
    ExpectationFailed = "RF301", Error;
}
