//! Pages that test themselves.

use crate::run::{folder, ringfence};

const PAGE: &str = "\
# Two examples

```yaml
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: web}
spec:
  cidrBlock: 10.1.0.0/24
  acls:
  - {direction: to-lport, priority: 100, action: drop, match: 'ip4.dst = 10.1.0.2'}
```

* Of it is said that nobody reaches the database:

  ```yaml world=second
  apiVersion: ringfence/v1
  kind: Inventory
  vms: [{name: db, address: 10.1.0.2}, {name: web, address: 10.1.0.3}]
  ```

<!-- expect
apiVersion: ringfence/v1
kind: Expectation
metadata: {name: closed}
assertions: [{from: web, to: db, expect: closed}]
-->
";

#[test]
fn each_fence_is_judged_by_itself_at_its_own_line() {
    let folder = folder("pages", &[("page.md", PAGE.as_bytes())]);
    let page = folder.join("page.md");
    let ran = ringfence(&["check", page.to_str().unwrap()]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("page.md:10:72") && ran.out.contains("error[RF101]"), "{}", ran.out);
    assert!(ran.out.contains("default/web → default/db is open, expected closed (line 25)"), "{}", ran.out);
    let right = PAGE.replace("ip4.dst = ", "ip4.dst == ").replace("expect: closed}", "expect: open}");
    let right = right.replace("action: drop", "action: allow");
    std::fs::write(&page, right).unwrap();
    let ran = ringfence(&["check", page.to_str().unwrap()]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("1 expectation, all hold"), "{}", ran.out);
}

#[test]
fn a_page_or_a_file_must_be_named() {
    assert_eq!(ringfence(&["check"]).status, 2);
    assert_eq!(ringfence(&["check", "no-such-page.md"]).status, 2);
}

const HTML: &str = "\
<h1>One example</h1>
<pre class=\"code\"><code class=\"language-yaml\">apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: web}
spec:
  cidrBlock: 10.1.0.0/24
  acls:
  - {action: drop, direction: to-lport, priority: 1001, match: <b>'ip4.dst == 10.1.0.2 &amp;&amp; tcp.dst = 22'</b>}
---
apiVersion: ringfence/v1
kind: Inventory
vms: [{name: db, address: 10.1.0.2}, {name: web, address: 10.1.0.3}]
</code></pre>
<!-- expect
apiVersion: ringfence/v1
kind: Expectation
metadata: {name: closed}
assertions: [{from: web, to: db, on: {tcp: 22}, expect: closed}]
-->
<pre>$ kubectl apply -f example.yaml</pre>
";

#[test]
fn html_is_read_as_its_readers_see_it() {
    let folder = folder("html", &[("page.html", HTML.as_bytes())]);
    let page = folder.join("page.html");
    let ran = ringfence(&["check", page.to_str().unwrap(), "-o", "github"]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
    // The column counts the letters of the page: `&amp;` is five, and tags are letters, too.
    assert!(ran.out.contains("line=8,col=107,title=RF101"), "{}", ran.out);
    assert!(ran.out.contains("default/web → default/db is open, expected closed (line 18)"), "{}", ran.out);
    std::fs::write(&page, HTML.replace("tcp.dst = 22", "ip4.src == 10.1.0.3 &amp;&amp; tcp.dst == 22")).unwrap();
    let ran = ringfence(&["check", page.to_str().unwrap()]);
    // Its answers die, too: that is told, and the claim is right.
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("1 expectation, all hold"), "{}", ran.out);
}

/// As a browser copies it: nothing but text in one column, with the words after a block on its last line.
const COPIED: &str = "\
Machines are isolated like this.apiVersion: kubeovn.io/v1
kind: Subnet
metadata:
name: vlan
spec:
acls:
- action: drop
direction: to-lport
match: ip4.dst == 10.1.0.2
priority: 1005
cidrBlock: 10.1.0.0/24
vpc: ovn-clusterAnother way: a policy in a namespace does the same.
";

#[test]
fn text_that_lost_its_indentation_is_read_with_a_warning() {
    let folder = folder("copied", &[("page.txt", COPIED.as_bytes())]);
    let ran = ringfence(&["check", folder.join("page.txt").to_str().unwrap()]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    let places = ringfence(&["check", folder.join("page.txt").to_str().unwrap(), "-o", "github"]).out;
    assert!(places.contains("line=1,col=33,title=RF028") && places.contains("line=9,col=8,title=RF202"), "{places}");
    assert!(ran.out.contains("warning[RF028]") && ran.out.contains("page.txt:9:"), "{}", ran.out);
    assert!(ran.out.contains("drops their answers: vlan/10.1.0.2 →"), "{}", ran.out);
    // Nothing is taken for a field of a Subnet that is none.
    assert!(!ran.out.contains("RF012") && !ran.out.contains("RF002"), "{}", ran.out);
}

/// As a page about policies has it: machines in a table, claims in comments of MDX, a field where it does not belong.
const MDX: &str = "\
---
title: Isolation
---

| Virtual Machine | IP Address |
|---|---|
| VM1 | 10.1.0.2 |
| VM2 | 10.1.0.3 |

```yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
name: one
spec:
podSelector: {}
policyTypes:
- ingress
```

{/* expect
apiVersion: ringfence/v1
kind: Expectation
metadata: {name: closed}
assertions: [{from: vm1, to: vm2, expect: closed}]
---
apiVersion: ringfence/v1
kind: Expectation
metadata: {name: open}
assertions: [{from: vm1, to: outside, expect: open}]
*/}

```yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: two}
spec:
  podSelector: {matchLabels: {vm.kubevirt.io/name: VM2}}
policyTypes: [Ingress]
```
";

#[test]
fn a_table_names_the_machines_and_mdx_has_comments_of_its_own() {
    let folder = folder("mdx", &[("page.mdx", MDX.as_bytes())]);
    let page = folder.join("page.mdx");
    let page = page.to_str().unwrap();
    let ran = ringfence(&["check", page, "-o", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let found = |code: &str, line: u64| {
        told["diagnostics"].as_array().unwrap().iter().any(|found| found["code"] == code && found["line"] == line)
    };
    assert!(found("RF029", 5) && found("RF028", 11) && found("RF021", 18), "{}", ran.out);
    assert!(found("RF021", 39), "beside `spec` there is no such field: {}", ran.out);
    let holds = |at: usize| told["expectations"][at]["holds"].as_bool().unwrap();
    assert_eq!((holds(0), holds(1), ran.status), (false, true, 2), "{}", ran.out);
    for format in ["sarif", "junit", "md"] {
        let ran = ringfence(&["check", page, "-o", format]);
        assert!(ran.out.contains("closed"), "{format}: {}", ran.out);
    }
}

#[test]
fn fixes_go_into_the_page() {
    let folder = folder("mended", &[("page.mdx", MDX.as_bytes())]);
    let path = folder.join("page.mdx");
    let dry = ringfence(&["check", "--fix", "--dry-run", path.to_str().unwrap()]);
    assert!(dry.out.contains("+  podSelector: {}") && dry.out.contains("+    - Ingress"), "{}", dry.out);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), MDX);
    let ran = ringfence(&["check", "--fix", path.to_str().unwrap()]);
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page.contains("spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n```"), "{page}");
    assert!(ran.out.contains("2 expectations, all hold"), "{}", ran.out);
    // An entity of HTML stays one.
    let html = folder.join("page.html");
    std::fs::write(&html, HTML).unwrap();
    ringfence(&["check", "--fix", html.to_str().unwrap()]);
    let page = std::fs::read_to_string(&html).unwrap();
    assert_eq!(page, HTML.replace("tcp.dst = 22", "tcp.dst == 22"));
}

#[test]
fn where_no_page_has_an_object_nothing_was_checked() {
    let folder = folder("prose", &[("page.md", b"# Prose\n\n```yaml\na: 1\n```\n"), ("other.md", PAGE.as_bytes())]);
    let (page, other) = (folder.join("page.md"), folder.join("other.md"));
    let ran = ringfence(&["check", page.to_str().unwrap()]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("no block with an object in it: nothing was checked"), "{}", ran.err);
    let ran = ringfence(&["check", page.to_str().unwrap(), other.to_str().unwrap()]);
    assert!(ran.err.contains("page.md` has no block with an object in it\n"), "{}", ran.err);
}

#[test]
fn of_a_folder_all_pages_are_checked() {
    let right =
        PAGE.replace("ip4.dst = ", "ip4.dst == ").replace("drop", "allow").replace("expect: closed}", "expect: open}");
    let folder = folder("book", &[("x.json", b"{\"a\": 1}"), ("a.md", b"# Prose\n"), ("b.MDX", right.as_bytes())]);
    std::fs::create_dir_all(folder.join("part")).unwrap();
    std::fs::write(folder.join("part/c.md"), PAGE).unwrap();
    let ran = ringfence(&["check", folder.to_str().unwrap()]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("b.MDX:3:") && ran.out.contains("c.md:10:72"), "{}", ran.out);
    std::fs::remove_file(folder.join("part/c.md")).unwrap();
    assert_eq!(ringfence(&["check", folder.to_str().unwrap()]).status, 0);
    std::fs::remove_file(folder.join("b.MDX")).unwrap();
    assert_eq!(ringfence(&["check", folder.to_str().unwrap()]).status, 2);
}

/// A list item, two documents in a block of it, and the claims in a comment of two.
#[test]
fn documents_of_an_item_are_told_apart() {
    let item = PAGE
        .replace("= 10.1.0.2'}\n```", "== 10.1.0.2'}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n```");
    let item = item
        .replace("allow", "drop")
        .replace("expect: closed}]\n", "expect: open}]\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: m}\n");
    let item: String = item
        .lines()
        .map(|line| if line.starts_with('#') { format!("{line}\n") } else { format!("   {line}\n") })
        .collect();
    let folder = folder("items", &[("page.md", format!("1. x\n{item}").as_bytes())]);
    let ran = ringfence(&["check", folder.join("page.md").to_str().unwrap()]);
    assert!(ran.out.contains("1 expectation, all hold"), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("RF002"), "{}", ran.out);
}

/// The manual's own pages: each claim in them holds, and no finding is left.
#[test]
fn the_manual_is_right() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manual = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = manual.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    pages.push(root.join("README.md"));
    pages.sort();
    let pages: Vec<_> = pages.iter().map(|page| page.to_str().unwrap()).collect();
    let ran = ringfence(&[&["check"], &pages[..]].concat());
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

const CLAIMS: &str = "\
```yaml
apiVersion: ringfence/v1
kind: Expectation
metadata: {name: open}
assertions: [{from: vm1, to: vm2, expect: open}]
```

```yaml
apiVersion: ringfence/v1
kind: Expectation
metadata: {name: off}
assertions: [{from: vm1, to: vm3, expect: closed}]
```
";

/// The rows of a table of a database.
fn table(name: &str, headings: &[&str], rows: &[serde_json::Value]) -> String {
    serde_json::json!({ "caption": format!("{name} table"), "headings": headings, "data": rows }).to_string() + "\n"
}

#[test]
fn a_database_beside_a_page_is_one() {
    let id = |number: u8| serde_json::json!(["uuid", format!("{number:08}-6ab3-4f0e-9b1a-0d1f6c2a7b11")]);
    let port = |number: u8, enabled: serde_json::Value| {
        let addresses = format!("02:00:00:00:00:0{number} 10.0.0.{number}");
        serde_json::json!([id(number), format!("vm{number}.default"), addresses, enabled])
    };
    let set = |ids: Vec<serde_json::Value>| serde_json::json!(["set", ids]);
    let row = serde_json::json!([id(9), "drop", "to-lport", "tcp.dst = 80", 100]);
    let database = [
        table(
            "Logical_Switch",
            &["_uuid", "name", "acls", "ports"],
            &[serde_json::json!([id(8), "s0", id(9), set(vec![id(1), id(2), id(3)])])],
        ),
        table("ACL", &["_uuid", "action", "direction", "match", "priority"], &[row]),
        table(
            "Logical_Switch_Port",
            &["_uuid", "name", "addresses", "enabled"],
            &[port(1, true.into()), port(2, true.into()), port(3, false.into())],
        ),
    ];
    let files = [("page.md", CLAIMS.as_bytes()), ("nb.json", &database.concat().into_bytes())];
    let folder = folder("database-beside", &files);
    let (page, nb) = (folder.join("page.md"), folder.join("nb.json"));
    let ran = ringfence(&["check", page.to_str().unwrap(), "-f", nb.to_str().unwrap(), "-o", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let holds: Vec<_> = told["expectations"].as_array().unwrap().iter().map(|one| one["holds"].clone()).collect();
    assert_eq!(holds, [true, true], "a disabled port gets nothing: {}", ran.out);
    let found = told["diagnostics"].as_array().unwrap();
    let broken: Vec<_> = found.iter().filter(|found| found["code"] == "RF101").collect();
    assert_eq!((broken.len(), ran.status), (1, 1), "{}", ran.out);
    assert_eq!(broken[0]["row"], "ACL 00000009 of Switch/s0, to-lport 100");
}

#[test]
fn what_is_beside_a_page_is_read_or_told() {
    let folder = folder("beside-nowhere", &[("page.md", CLAIMS.as_bytes())]);
    let page = folder.join("page.md");
    let nowhere = format!("unix:{}", folder.join("nb.sock").display());
    let ran = ringfence(&["check", page.to_str().unwrap(), "--nb", &nowhere]);
    assert!(ran.out.contains("cannot read the Northbound database"), "{}", ran.out);
    assert_eq!(ran.status, 2, "{}", ran.out);
}

/// What cannot be judged is told, with its place, whatever the format.
#[test]
fn claims_about_nothing_are_told() {
    let claim = "apiVersion: ringfence/v1\nkind: Expectation\nmetadata: {name: c}\nassertions: [{from: web, to: db, expect: open}]\n-->\n";
    let page =
        PAGE.replace("ip4.dst = ", "ip4.dst == ").replace("drop", "allow").replace("expect: closed}", "expect: open}");
    let files = [
        ("before.md", format!("<!-- expect\n{claim}\n{page}")),
        ("misnamed.md", format!("{page}\n<!-- expected\n{claim}")),
        ("alone.md", format!("# Prose\n\n<!-- expect\n{claim}")),
        ("before.html", format!("<p>x</p>\n<!-- Expect\n{claim}\n{HTML}")),
        ("quoted.md", page.lines().map(|line| format!("> {line}\n")).collect()),
    ];
    let named: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = folder("strays", &named);
    let check =
        |name: &str, rest: &[&str]| ringfence(&[&["check", folder.join(name).to_str().unwrap()], rest].concat());
    for (name, line, words) in [
        ("before.md", 1, "stand before the first example"),
        ("misnamed.md", page.lines().count() + 2, "are not called `expect`"),
        ("alone.md", 3, "stand before the first example"),
        ("before.html", 2, "stand before the first example"),
    ] {
        let ran = check(name, &[]);
        assert!(ran.status != 0 && ran.out.contains(words), "{name}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(&format!("{name}:{line}:1")), "{name}: {}", ran.out);
        let ran = check(name, &["-o", "github"]);
        assert!(ran.out.contains(&format!("line={line},")) && ran.out.contains(words), "{name}: {}", ran.out);
    }
    let ran = check("quoted.md", &[]);
    assert!(ran.status == 0 && ran.out.contains("1 expectation, all hold"), "{}{}", ran.out, ran.err);
}
