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
