//! What work takes: processor time and wall time to the microsecond, and memory.

use rustix::time::{ClockId, clock_gettime};
use std::fmt;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// What something took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// Processor time, of all threads.
    pub cpu: Duration,
    /// Time on the clock.
    pub wall: Duration,
    /// The most memory that the process used meanwhile, in MiB.
    pub memory: u64,
}

impl Spent {
    /// The one whose processor time is in the middle.
    pub fn median(mut all: Vec<Self>) -> Self {
        all.sort_by_key(|spent| spent.cpu);
        all.get(all.len() / 2).copied().unwrap_or_default()
    }

    /// How many times the processor time of another one this is.
    pub fn over(&self, other: &Self) -> f64 {
        self.cpu.as_secs_f64() / other.cpu.as_secs_f64().max(1e-9)
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", time(self.cpu), time(self.wall))
    }
}

/// A time in the unit that suits it, with three digits.
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let (number, unit) = match seconds {
        _ if seconds < 1e-3 => (seconds * 1e6, "µs"),
        _ if seconds < 1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let digits = if number < 10.0 { 2 } else { usize::from(number < 100.0) };
    format!("{number:.digits$} {unit}")
}

/// A number with commas.
pub fn count(number: f64) -> String {
    if number < 10.0 {
        return format!("{number:.2}");
    }
    let digits = format!("{number:.0}");
    let head = digits.len() % 3;
    let parts = digits.as_bytes().iter().enumerate().map(|(at, digit)| match at > 0 && at % 3 == head {
        true => format!(",{}", char::from(*digit)),
        false => char::from(*digit).to_string(),
    });
    parts.collect()
}

/// Work in this process.
pub fn here<T>(work: impl FnOnce() -> T) -> (T, Spent) {
    // From here on the most is counted anew (proc(5), `clear_refs`).
    let _ = fs::write("/proc/self/clear_refs", "5");
    let (cpu, begin) = (own(), Instant::now());
    let done = work();
    let (cpu, wall) = (own().saturating_sub(cpu), begin.elapsed());
    let memory = memory("VmHWM:") / 1024;
    (done, Spent { cpu, wall, memory })
}

/// The median of several times the same work in this process.
pub fn often<T>(times: usize, mut work: impl FnMut() -> T) -> (T, Spent) {
    let (mut last, first) = here(&mut work);
    let mut all = vec![first];
    for _ in 1..times {
        // What was made before is gone before the next is made.
        drop(last);
        let (done, spent) = here(&mut work);
        last = done;
        all.push(spent);
    }
    (last, Spent::median(all))
}

/// A program run to its end: what it and the children for which it waited took, and whether it succeeded.
pub fn program(command: &mut Command) -> std::io::Result<(bool, Spent)> {
    let begin = Instant::now();
    let child = command.stdin(Stdio::null()).spawn()?;
    let used = child.wait4()?;
    let cpu = used.rusage.utime + used.rusage.stime;
    let memory = used.rusage.maxrss / (1 << 20);
    Ok((used.status.success(), Spent { cpu, wall: begin.elapsed(), memory }))
}

/// The same several times: the median. A run that fails is an error.
pub fn programs(times: usize, mut command: impl FnMut() -> Command) -> Result<Spent, String> {
    let mut run = || match program(&mut command()) {
        Ok((true, spent)) => Ok(spent),
        Ok((false, _)) => Err(format!("{:?} failed", command())),
        Err(error) => Err(format!("{:?}: {error}", command())),
    };
    Ok(Spent::median((0..times).map(|_| run()).collect::<Result<_, _>>()?))
}

/// What another process has taken so far, of all its threads (proc(5), `schedstat`).
pub fn of_process(id: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let spent = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(spent.sum())
}

fn own() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// A line of this process's status, in KiB.
fn memory(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|found| found.strip_prefix(line));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
