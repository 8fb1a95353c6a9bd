//! A live cluster: a real kube-apiserver is built once a machine, of Debian's source package, and the program asks it.
//!
//! No image and no download of a binary: the source package holds the modules that it needs, and Debian's Go builds it.

use crate::cache;
use crate::packages;
use crate::run::{command, watched};
use crate::steps;
use crate::tally::Tally;
use std::fs;
use std::path::{Path, PathBuf};

/// The source package.
const PACKAGE: &str = "kubernetes";
/// A module of it whose own version falls over the maps of a newer Go; Debian's newer version takes its place.
const REFLECT2: &str = "vendor/github.com/modern-go/reflect2";
/// Where Go looks for it.
const IMPORT: &str = "k8s.io/kubernetes";

/// Sees to it that there is a server, and holds what the program says of it against what it says of files.
pub fn cluster(tally: &mut Tally) -> Result<(), String> {
    let server = cache::folder("kubernetes").join("kube-apiserver");
    packages::provide(packages::KUBERNETES)?;
    // What is kept is kept in a database.
    packages::provide(packages::OVN)?;
    if !server.exists() {
        build(&server).map_err(|error| format!("kube-apiserver cannot be built into {}: {error}", server.display()))?;
    }
    steps::program(tally)?;
    let mut test = steps::tests(&["--test", "cluster"]);
    watched(test.env("RINGFENCE_KUBE_APISERVER", &server), tally)
}

/// Takes some minutes, and 1.5 GB until it is done.
fn build(server: &Path) -> Result<(), String> {
    packages::provide(packages::KUBERNETES_SOURCE)?;
    let home = server.parent().ok_or("the cache has no folder")?;
    let work = home.join("build");
    let _ = fs::remove_dir_all(&work);
    println!("building kube-apiserver of Debian's source package {PACKAGE}, once, into {}", home.display());
    let path = |name: &str| work.join(name);
    let said = |error: std::io::Error| error.to_string();
    fs::create_dir_all(path("lists/partial")).map_err(said)?;
    fs::create_dir_all(path("go/src/k8s.io")).map_err(said)?;
    fs::create_dir_all(path("sources")).map_err(said)?;
    write_sources(&path("sources"))?;
    let apt = |arguments: &[&str]| {
        let mut command = command("apt-get", &["-qq", "-o", "Dir::Etc::sourcelist=/dev/null", "-o"]);
        command.arg(format!("Dir::Etc::sourceparts={}", path("sources").display()));
        command.arg("-o").arg(format!("Dir::State::lists={}", path("lists").display()));
        watched(command.args(arguments).current_dir(&work), &mut Tally::default())
    };
    apt(&["update"])?;
    apt(&["source", PACKAGE])?;
    let source = unpacked(&work)?;
    let (old, new) = (source.join(REFLECT2), packages::REFLECT2);
    fs::remove_dir_all(&old).map_err(said)?;
    watched(&mut command("cp", &["-rL", new, &old.display().to_string()]), &mut Tally::default())?;
    let link = path("go/src").join(IMPORT);
    std::os::unix::fs::symlink(source, &link).map_err(said)?;
    let go = |program: &str, arguments: &[&str]| {
        let mut command = command(program, arguments);
        // Without modules: `go.mod` of the package does not fit the modules that it holds.
        command
            .env("GOPATH", path("go"))
            .env("GOCACHE", path("cache"))
            .env("GO111MODULE", "off")
            .env("CGO_ENABLED", "0");
        watched(command.current_dir(&link).env("PWD", &link), &mut Tally::default())
    };
    go("make", &["generated_files"])?;
    let built = path("kube-apiserver");
    go("go", &["build", "-p", "2", "-o", &built.display().to_string(), &format!("{IMPORT}/cmd/kube-apiserver")])?;
    fs::rename(&built, server).map_err(said)?;
    fs::remove_dir_all(&work).map_err(said)
}

fn unpacked(work: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(work).map_err(|error| error.to_string())?.flatten();
    let is_source = |path: &PathBuf| path.is_dir() && path.join("cmd/kube-apiserver").exists();
    entries.map(|entry| entry.path()).find(is_source).ok_or_else(|| format!("no source in {}", work.display()))
}

/// The machine's own Debian sources, of source packages; apt's own configuration is left as it is.
fn write_sources(folder: &Path) -> Result<(), String> {
    let mut written = 0;
    for file in files_of_apt() {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let deb822 = file.extension().is_some_and(|ending| ending == "sources");
        let wanted = if deb822 { stanzas(&text) } else { lines(&text) };
        let ending = if deb822 { "sources" } else { "list" };
        if !wanted.is_empty() {
            written += 1;
            let name = folder.join(format!("debian{written}.{ending}"));
            fs::write(&name, wanted).map_err(|error| format!("{}: {error}", name.display()))?;
        }
    }
    if written == 0 { Err("apt knows no Debian archive to take the source package from".to_owned()) } else { Ok(()) }
}

fn files_of_apt() -> Vec<PathBuf> {
    let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|entry| entry.path());
    let known = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "sources" || ending == "list");
    std::iter::once(PathBuf::from("/etc/apt/sources.list")).chain(parts.filter(known)).collect()
}

/// Stanzas that Debian signs.
fn stanzas(text: &str) -> String {
    let signed = |stanza: &&str| stanza.contains("debian-archive-keyring") && stanza.contains("Types:");
    let source = |line: &str| if line.starts_with("Types:") { "Types: deb-src".to_owned() } else { line.to_owned() };
    let stanza = |stanza: &str| stanza.lines().map(source).collect::<Vec<_>>().join("\n") + "\n\n";
    text.split("\n\n").filter(signed).map(stanza).collect()
}

/// One line for each archive, as older machines have it.
fn lines(text: &str) -> String {
    let of_debian = |line: &&str| line.starts_with("deb ") && line.contains("/debian") && line.contains(" main");
    text.lines().filter(of_debian).map(|line| format!("deb-src {}\n", line.trim_start_matches("deb "))).collect()
}
