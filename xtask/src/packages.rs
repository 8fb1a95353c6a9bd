//! What the suites need of the machine, and where it comes from.

use crate::cache;
use crate::run::{command, watched};
use crate::tally::Tally;
use std::fs::{self, File};
use std::path::Path;

/// A program and the Debian package that brings it.
pub type Need = (&'static str, &'static str);

/// For the suites against a real OVN.
pub const OVN: &[Need] = &[
    ("ovn-northd", "ovn-central"),
    ("ovn-trace", "ovn-central"),
    ("ovn-nbctl", "ovn-common"),
    ("ovn-controller", "ovn-host"),
    ("ovs-vswitchd", "openvswitch-switch"),
    ("ovsdb-server", "openvswitch-common"),
    ("ovsdb-tool", "openvswitch-common"),
    ("ip", "iproute2"),
    ("ethtool", "ethtool"),
    ("ping", "iputils-ping"),
    ("setpriv", "util-linux"),
];

/// For the comparison with an analyser that is written in Python, and installed into a virtual environment.
pub const PYTHON: &[Need] = &[("python3", "python3")];

/// For the fuzzers: libFuzzer is C++.
pub const FUZZ: &[Need] = &[("c++", "g++")];

/// For a live cluster.
pub const KUBERNETES: &[Need] = &[("etcd", "etcd-server"), ("openssl", "openssl"), ("setpriv", "util-linux")];

/// For building a kube-apiserver of its source package.
pub const KUBERNETES_SOURCE: &[Need] = &[
    ("go", "golang-go"),
    ("make", "make"),
    ("dpkg-source", "dpkg-dev"),
    ("rsync", "rsync"),
    ("jq", "jq"),
    (REFLECT2, "golang-github-modern-go-reflect2-dev"),
];

/// Where Debian keeps a module that takes the place of the one in the source package.
pub const REFLECT2: &str = "/usr/share/gocode/src/github.com/modern-go/reflect2";

/// For what npm brings to the playground.
pub const NODE: &[Need] = &[("node", "nodejs"), ("npm", "npm")];

/// For a real browser.
pub const BROWSER: &[Need] = &[("chromium", "chromium"), ("chromedriver", "chromium-driver")];

/// Files of Debian's own compiler, for machines whose compiler has no standard library for wasm.
pub const WASM: &[Need] = &[
    ("/usr/bin/rustc", "rustc-web"),
    ("/usr/bin/cargo", "cargo-web"),
    ("/usr/lib/rustlib/src", "rust-web-src"),
    ("/usr/bin/wasm-ld-19", "lld-19"),
];

/// Sees to it that the programs are there: installs them as root on Debian, else says which are missing.
pub fn provide(needs: &[Need]) -> Result<(), String> {
    let lacking = lacking(needs);
    if lacking.is_empty() {
        return Ok(());
    }
    if !(is_root() && Path::new("/etc/debian_version").exists()) {
        return Err(missing(&lacking));
    }
    let mut packages: Vec<&str> = lacking.iter().map(|(_, package)| *package).collect();
    packages.dedup();
    install(&packages)?;
    let lacking = self::lacking(needs);
    if lacking.is_empty() { Ok(()) } else { Err(missing(&lacking)) }
}

/// Installs a package that brings no program to look for: as root on Debian, else says that it is missing.
pub fn provide_package(package: &str) -> Result<(), String> {
    if is_root() && Path::new("/etc/debian_version").exists() {
        return install(&[package]);
    }
    Err(format!("missing: package {package}; on Debian: apt-get install {package}"))
}

/// Whether this process may do everything.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn install(packages: &[&str]) -> Result<(), String> {
    // Steps that are run at once may lack something at once, and apt refuses whoever comes second.
    let folder = cache::folder("apt");
    let locked = fs::create_dir_all(&folder).and_then(|()| File::create(folder.join("lock")));
    let _lock =
        locked.and_then(|file| file.lock().map(|()| file)).map_err(|error| format!("{}: {error}", folder.display()))?;
    let quiet = |arguments: &[&str]| {
        let mut command = command("apt-get", arguments);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        watched(&mut command, &mut Tally::default())
    };
    quiet(&["update", "-qq"])?;
    let words = ["install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"];
    quiet(&[&words[..], packages].concat())
}

fn lacking(needs: &[Need]) -> Vec<Need> {
    needs.iter().copied().filter(|(program, _)| !is_there(program)).collect()
}

fn is_there(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':')
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin"])
        .any(|folder| Path::new(folder).join(program).exists())
}

fn missing(lacking: &[Need]) -> String {
    let words: Vec<String> =
        lacking.iter().map(|(program, package)| format!("{program} (package {package})")).collect();
    let mut packages: Vec<&str> = lacking.iter().map(|(_, package)| *package).collect();
    packages.dedup();
    format!("missing: {}; on Debian: apt-get install {}", words.join(", "), packages.join(" "))
}
