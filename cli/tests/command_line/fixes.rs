//! `check --fix`: texts that are mended, and what is left alone.

use crate::run::{folder, ringfence, ringfence_reading};

/// One switch whose only rule OVN cannot parse: `=` is no operator.
fn subnet(action: &str) -> String {
    format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: web}}\nspec:\n  cidrBlock: 10.1.0.0/24\n  acls:\n  \
         - {{direction: to-lport, priority: 90, action: drop, match: 'ip4.dst == 10.1.0.3'}}\n  \
         - {{direction: to-lport, priority: 100, action: {action}, match: 'ip4.dst = 10.1.0.3'}}\n---\n\
         apiVersion: ringfence/v1\nkind: Inventory\nvms: [{{name: a, address: 10.1.0.2}}, {{name: b, address: 10.1.0.3}}]\n"
    )
}

#[test]
fn a_rule_that_closes_is_mended_and_one_that_opens_only_when_asked() {
    let (closes, opens) = (subnet("drop"), subnet("allow-stateless"));
    let folder = folder("fixes", &[("closes.yaml", closes.as_bytes()), ("opens.yaml", opens.as_bytes())]);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    let dry = ringfence(&["check", "-f", &path("closes.yaml"), "--fix", "--dry-run"]);
    assert_eq!((dry.status, read("closes.yaml")), (2, closes.clone()), "{}{}", dry.out, dry.err);
    assert!(dry.out.contains("ip4.dst == 10.1.0.3'}"), "{}", dry.out);
    assert!(dry.err.contains("would fix") && dry.err.contains("`=` becomes `==`"), "{}", dry.err);
    let ran = ringfence(&["check", "-f", &path("closes.yaml"), "--fix"]);
    assert_eq!(read("closes.yaml"), closes.replace("dst = 10", "dst == 10"), "{}{}", ran.out, ran.err);
    assert!(ran.err.starts_with("fixed "), "{}", ran.err);
    assert_eq!(ran.status, ringfence(&["check", "-f", &path("closes.yaml")]).status);

    let ran = ringfence(&["check", "-f", &path("opens.yaml"), "--fix"]);
    assert_eq!((ran.status, read("opens.yaml")), (2, opens.clone()), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("it lets more through, or may, for "), "{}", ran.err);
    let ran = ringfence(&["check", "-f", &path("opens.yaml"), "--fix=all"]);
    assert_eq!(read("opens.yaml"), opens.replace("dst = 10", "dst == 10"), "{}{}", ran.out, ran.err);
}

#[test]
fn only_files_are_mended() {
    let closes = subnet("drop");
    let folder = folder("only-files", &[("closes.yaml", closes.as_bytes())]);
    let path = folder.join("closes.yaml");
    let path = path.to_str().unwrap();
    assert_eq!(ringfence(&["check", "-f", "-", "--fix"]).status, 2);
    assert_eq!(ringfence(&["check", "page.md", "--fix"]).status, 2);
    assert_eq!(ringfence(&["check", "-f", path, "--dry-run"]).status, 2);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let closes = subnet("drop");
    let folder = folder("links", &[("real.yaml", closes.as_bytes())]);
    let (real, link) = (folder.join("real.yaml"), folder.join("link.yaml"));
    // Left by an earlier run.
    let _ = std::fs::remove_file(&link);
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.yaml", &link).unwrap();
    let ran = ringfence(&["check", "-f", link.to_str().unwrap(), "--fix"]);
    assert!(std::fs::read_to_string(&real).unwrap().contains("dst == 10.1.0.3'}\n---"), "{}{}", ran.out, ran.err);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2, "nothing is left beside them");
}

#[cfg(unix)]
#[test]
fn nothing_is_told_to_be_fixed_in_a_file_that_may_not_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let closes = subnet("drop");
    let folder = folder("read-only", &[]);
    let path = folder.join("closes.yaml");
    // Left by an earlier run.
    let _ = std::fs::remove_file(&path);
    std::fs::write(&path, &closes).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let ran = ringfence(&["check", "-f", path.to_str().unwrap(), "--fix"]);
    assert!(!ran.err.contains("\nfixed ") && !ran.err.starts_with("fixed "), "{}", ran.err);
    assert!(ran.err.contains("not fixed ") && ran.err.contains("it is read-only"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), closes);
}

/// `!` begins a tag of YAML: a match that begins with it must be quoted, and one that OVN does not take is none.
#[test]
fn a_fix_leaves_the_value_that_it_means() {
    let of = |matches: &str| subnet("drop").replace("'ip4.dst = 10.1.0.3'", matches);
    let cases = [
        ("not tcp", "not tcp"),
        ("not ip.frag == 1", "not ip.frag == 1"),
        ("NOT (tcp.dst == 80)", "'! (tcp.dst == 80)'"),
        ("any", "'1'"),
        ("ip4.dst == 10.1.0.2, 10.1.0.3", "'ip4.dst == {10.1.0.2, 10.1.0.3}'"),
        ("tcp.dst == 80 or 443", "tcp.dst == 80 or 443"),
        ("ipv4.dst = 10.1.0.3", "ip4.dst == 10.1.0.3"),
    ];
    for (matches, mended) in cases {
        // Between braces a comma ends a plain scalar.
        let matches = if matches.contains(',') { format!("'{matches}'") } else { matches.to_owned() };
        let text = of(&matches);
        let folder = folder("values", &[("a.yaml", text.as_bytes())]);
        let path = folder.join("a.yaml");
        let ran = ringfence(&["check", "-f", path.to_str().unwrap(), "--fix=all"]);
        let mended = if mended == matches { matches } else { mended.to_owned() };
        assert_eq!(std::fs::read_to_string(&path).unwrap(), of(&mended), "{}{}", ran.out, ran.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_told_to_be_fixed_in_a_file_that_could_not_be_written() {
    // There is room for the name of the file, and none for that of what would take its place.
    const LONGEST: usize = 4083;
    let mut deep = folder("deep", &[]).to_str().unwrap().to_owned();
    while deep.len() < LONGEST {
        let name = (LONGEST - deep.len() - 1).min(200);
        deep += &format!("/{}", "d".repeat(if LONGEST - deep.len() - 1 - name == 1 { name - 1 } else { name }));
    }
    std::fs::create_dir_all(&deep).unwrap();
    let file = format!("{deep}/a.yaml");
    std::fs::write(&file, subnet("drop")).unwrap();
    let ran = ringfence(&["check", "-f", &file, "--fix"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.err.contains("is left as it is") && !ran.err.contains("fixed "), "{}", ran.err);
}

/// A machine whose claim wants it closed, and one whose claim wants an answer.
fn claimed(claim: &str) -> String {
    format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: web}}\nspec:\n  cidrBlock: 10.1.0.0/24\n  acls:\n  \
         - {{direction: to-lport, priority: 1001, action: allow-related, match: 'ip4.dst == 10.1.0.3 && tcp.dst == 80'}}\n  \
         - {{direction: to-lport, priority: 1000, action: drop, match: 'ip4.dst == 10.1.0.3 && udp.dst == 53'}}\n---\n\
         apiVersion: ringfence/v1\nkind: Inventory\nvms: [{{name: a, address: 10.1.0.2}}, {{name: b, address: 10.1.0.3}}]\n---\n\
         apiVersion: ringfence/v1\nkind: Expectation\nmetadata: {{name: claimed}}\nassertions:\n- {claim}\n"
    )
}

#[test]
fn a_claim_is_made_true_by_an_edit_that_lets_nothing_more_through() {
    let (closes, opens) = (
        claimed("{from: a, to: b, on: {tcp: 22}, expect: closed}"),
        claimed("{from: a, to: b, on: {udp: 53}, expect: open}"),
    );
    let folder = folder("claims", &[("closes.yaml", closes.as_bytes()), ("opens.yaml", opens.as_bytes())]);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    assert_eq!(ringfence(&["check", "-f", &path("closes.yaml")]).status, 1);
    let ran = ringfence(&["check", "-f", &path("closes.yaml"), "--fix"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("for the claim `claimed`: drop it as it arrives"), "{}", ran.err);
    assert!(read("closes.yaml").contains("match: ip4.src == 10.1.0.2 && ip4.dst == 10.1.0.3 && tcp.dst == 22\n"));

    let ran = ringfence(&["check", "-f", &path("opens.yaml"), "--fix"]);
    assert_eq!((ran.status, read("opens.yaml")), (1, opens.clone()), "{}{}", ran.out, ran.err);
    let why = "nothing was done for the claim `claimed`: it lets more through, or may, for default/a -> default/b";
    assert!(ran.err.contains(why), "{}", ran.err);
    let ran = ringfence(&["check", "-f", &path("opens.yaml"), "--fix=all"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert_ne!(read("opens.yaml"), opens);
}

#[test]
fn a_claim_about_a_range_of_ports_or_two_protocols_is_made_true() {
    for (claim, rows) in [
        ("{from: a, to: b, on: {tcp: 8000-8100}, expect: closed}", &["8000 <= tcp.dst <= 8100"][..]),
        ("{from: a, to: b, on: {tcp: 22, udp: 68}, expect: closed}", &["tcp.dst == 22", "udp.dst == 68"]),
        ("{from: a, to: b, on: {tcp: any}, expect: closed}", &["ip4.dst == 10.1.0.3 && tcp\n"]),
    ] {
        let folder = folder("ranges", &[("a.yaml", claimed(claim).as_bytes())]);
        let path = folder.join("a.yaml");
        let ran = ringfence(&["check", "-f", path.to_str().unwrap(), "--fix"]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(ran.status, 0, "{}{}{text}", ran.out, ran.err);
        assert!(rows.iter().all(|row| text.contains(row)), "{text}");
    }
}

#[test]
fn an_edit_that_cuts_the_gateway_is_not_safe() {
    let example = include_str!("../../../examples/kube-ovn-vm-isolation/network-policy-1.yaml");
    let folder = folder("claims-gateway", &[("np.yaml", example.as_bytes())]);
    let path = folder.join("np.yaml").to_str().unwrap().to_owned();
    let ran = ringfence(&["check", "-f", &path, "--fix"]);
    assert_eq!((ran.status, std::fs::read_to_string(&path).unwrap().as_str()), (1, example), "{}", ran.err);
    assert!(ran.err.contains("RF203"), "{}", ran.err);
}

#[test]
fn a_proposal_is_written_where_that_is_asked() {
    let text = claimed("{from: a, to: b, on: {udp: 53}, expect: open}");
    let folder = folder("proposals", &[("a.yaml", text.as_bytes())]);
    let path = folder.join("a.yaml").to_str().unwrap().to_owned();
    let read = || std::fs::read_to_string(&path).unwrap();
    let shown = ringfence(&["repair", "a", "b", "-f", &path]);
    assert_eq!((shown.status, read()), (0, text.clone()), "{}", shown.err);
    let none = ringfence(&["repair", "a", "b", "-f", &path, "--write=9"]);
    assert_eq!((none.status, read()), (2, text.clone()), "{}", none.err);
    assert!(none.err.contains("there is no proposal 9"), "{}", none.err);
    let ran = ringfence(&["repair", "a", "b", "-f", &path, "--write"]);
    assert_eq!((ran.status, ran.out), (0, shown.out), "{}", ran.err);
    assert!(ran.err.contains(&format!("wrote proposal 1 into {path}")), "{}", ran.err);
    assert_eq!(ringfence(&["check", "-f", &path]).status, 0);
    let piped = ringfence_reading(&text, &["repair", "a", "b", "-f", "-", "--write"]);
    assert_eq!(piped.status, 2, "{}", piped.err);
}

#[test]
fn nobody_gets_an_edit_for_each_of_many_pairs() {
    let machines: Vec<String> = (10..40).map(|host| format!("{{name: m{host}, address: 10.1.0.{host}}}")).collect();
    let text = claimed("{from: '*', to: b, on: {tcp: 22}, expect: closed}")
        .replace("{name: a, address: 10.1.0.2}", &machines.join(", "));
    let folder = folder("many-pairs", &[("a.yaml", text.as_bytes())]);
    let path = folder.join("a.yaml").to_str().unwrap().to_owned();
    let ran = ringfence(&["check", "-f", &path, "--fix"]);
    assert_eq!((ran.status, std::fs::read_to_string(&path).unwrap()), (1, text), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("nothing was done for the claim `claimed`: pair by pair"), "{}", ran.err);
}
