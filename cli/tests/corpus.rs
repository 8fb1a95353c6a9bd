//! The corpus of answers: `tests/corpus/{reach,explain,check,compile,repair,conformance}/*.yaml`, each with what the program says beside it.
//!
//! A case begins with comment lines `# $ ringfence VERB …`: the commands to run on it. What they print, and their exit
//! status, stands in the `.txt` file of the same name. `UPDATE_CORPUS=1` writes those files anew; read the difference.

#![allow(clippy::disallowed_methods, reason = "the runner itself reads the corpus")]

use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const FOLDERS: [&str; 6] = ["reach", "explain", "check", "compile", "repair", "conformance"];

fn main() -> ExitCode {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    let cases = FOLDERS.iter().flat_map(|folder| cases(&corpus.join(folder)));
    let trials = cases.map(|case| Trial::test(name(&case), move || check(&case))).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut cases: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    let folder = case.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    format!("{folder}::{}", case.file_stem().unwrap_or_default().to_string_lossy())
}

fn check(case: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(case)?;
    let commands: Vec<_> = text.lines().map_while(|line| line.strip_prefix("# $ ringfence ")).collect();
    if commands.is_empty() {
        return Err("the case does not begin with `# $ ringfence …`".into());
    }
    let mut said = String::new();
    for command in commands {
        said += &run(case, command)?;
    }
    let beside = case.with_extension("txt");
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        return Ok(std::fs::write(beside, said)?);
    }
    let expected = std::fs::read_to_string(&beside).unwrap_or_default();
    if said == expected {
        return Ok(());
    }
    Err(format!("{} says otherwise (UPDATE_CORPUS=1 takes it over):\n{said}", beside.display()).into())
}

fn run(case: &Path, command: &str) -> Result<String, Failed> {
    let (folder, file) = case.parent().zip(case.file_name()).ok_or("the case is no file")?;
    let output = Command::new(env!("CARGO_BIN_EXE_ringfence"))
        .current_dir(folder)
        .args(command.split_whitespace())
        .arg("-f")
        .arg(file)
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1")
        .output()?;
    let mut said = format!("$ ringfence {command}\n{}", String::from_utf8(output.stdout)?);
    if !output.stderr.is_empty() {
        let _ = write!(said, "[on standard error]\n{}", String::from_utf8(output.stderr)?);
    }
    let _ = writeln!(said, "[exit status {}]\n", output.status.code().ok_or("ended by a signal")?);
    Ok(said)
}
