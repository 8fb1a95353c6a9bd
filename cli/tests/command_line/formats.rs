//! The formats of `check` that other programs read: well formed, whatever names are in the input.

use crate::run::{ringfence, ringfence_reading};
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;
use std::path::Path;

const HOSTILE: &str = r#"apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: web}
spec:
  cidrBlock: 10.1.0.0/24
  acls:
  - {direction: to-lport, priority: 100, action: drop, match: 'tcp.dst = 80 && "]]><x>|`%0A::error::'}
---
apiVersion: ringfence/v1
kind: Inventory
vms: [{name: a, address: 10.1.0.2}, {name: b, address: 10.1.0.3}]
---
apiVersion: ringfence/v1
kind: Expectation
metadata: {name: "]]></testsuite>|x|`\n::error::%0A"}
claim: "<script>| [a](b)"
assertions: [{from: a, to: b, expect: closed}]
"#;

fn said(format: &str, text: &str) -> String {
    ringfence_reading(text, &["check", "-f", "-", "-o", format]).out
}

#[test]
fn names_cannot_leave_their_place_in_any_format() {
    let annotations = said("github", HOSTILE);
    assert!(
        annotations.lines().all(|line| line.starts_with("::error ")
            || line.starts_with("::warning ")
            || line.starts_with("::notice "))
    );
    let suites = quick_junit::Report::deserialize_from_str(&said("junit", HOSTILE)).unwrap();
    assert_eq!(suites.test_suites.len(), 2);
    assert!(suites.test_suites[0].test_cases[0].name.as_str().starts_with("]]></testsuite>"));
    let summary = said("md", HOSTILE);
    assert!(!summary.contains("<script>") && !summary.contains("[a](b)"), "{summary}");
    assert!(summary.lines().filter(|line| line.starts_with("| error")).all(|line| line.matches('|').count() == 5));
    assert!(serde_json::from_str::<Value>(&said("sarif", HOSTILE)).is_ok());
}

/// The parts of SARIF 2.1.0 that its schema demands, and what code scanning uses.
#[test]
fn sarif_has_rules_regions_fixes_and_steady_fingerprints() {
    let of = |text: &str| serde_json::from_str::<Value>(&said("sarif", text)).unwrap();
    let results = |log: &Value| log["runs"][0]["results"].as_array().unwrap().clone();
    let log = of(HOSTILE);
    assert_eq!(log["version"], "2.1.0");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().clone();
    for result in results(&log) {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# RF"));
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |name: &str| region[name].as_u64().unwrap();
        assert!((number("startLine"), number("startColumn")) <= (number("endLine"), number("endColumn")));
    }
    let mendable = HOSTILE.replace(" && \"]]><x>|`%0A::error::", "");
    let fixed = results(&of(&mendable)).into_iter().find(|result| result["ruleId"] == "RF101").unwrap();
    let replacement = &fixed["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "==");
    let moved = of(&format!("# one line\n\n\n{HOSTILE}"));
    let prints = |log: &Value| results(log).iter().map(|one| one["partialFingerprints"].clone()).collect::<Vec<_>>();
    assert_eq!(prints(&log), prints(&moved));
    assert_ne!(results(&log)[0]["locations"], results(&moved)[0]["locations"]);
}

/// What OASIS published, by which consumers judge a log.
struct Schema(Schemas, SchemaIndex);

impl Schema {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        let text = include_str!("../sarif-2.1.0.json");
        compiler.add_resource("sarif.json", serde_json::from_str(text).unwrap()).unwrap();
        let index = compiler.compile("sarif.json", &mut schemas).unwrap();
        Self(schemas, index)
    }

    fn judge(&self, log: &Value) -> Result<(), String> {
        self.0.validate(log, self.1).map_err(|error| error.to_string())
    }
}

#[test]
fn sarif_of_every_finding_is_what_its_schema_says() {
    let schema = Schema::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/check");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut codes = std::collections::BTreeSet::new();
    let (mut regions, mut fixes, mut related) = (0, 0, 0);
    let mut hold = |name: &str, text: &str| {
        let log: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        schema.judge(&log).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        for result in log["runs"][0]["results"].as_array().unwrap() {
            codes.insert(result["ruleId"].to_string());
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert!(region.is_object(), "{name}: {result}");
            regions += 1;
            fixes += usize::from(result["fixes"].is_array());
            related += usize::from(result["relatedLocations"].is_array());
            assert!(result["partialFingerprints"]["ringfence/v1"].is_string(), "{name}");
        }
    };
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "yaml")) {
        let name = file.to_str().unwrap();
        hold(name, &ringfence(&["check", "-f", name, "-o", "sarif"]).out);
    }
    hold("hostile names", &said("sarif", HOSTILE));
    hold("nothing", &said("sarif", ""));
    assert!(codes.len() > 40 && regions > 100 && fixes > 5 && related > 5, "{codes:?} {regions} {fixes} {related}");
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let schema = Schema::new();
    let good: Value = serde_json::from_str(&said("sarif", HOSTILE)).unwrap();
    let result = |change: fn(&mut Value)| {
        let mut log = good.clone();
        change(&mut log["runs"][0]["results"][0]);
        schema.judge(&log)
    };
    assert_eq!(result(|_| {}), Ok(()));
    result(|result| result["level"] = "fatal".into()).unwrap_err();
    result(|result| result["message"] = Value::Null).unwrap_err();
    result(|result| result["line"] = 1.into()).unwrap_err();
    result(|result| result["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into()).unwrap_err();
    result(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b".into()).unwrap_err();
}
