//! How long people wait: told, never judged; other work on the machine would decide.

use super::page::{File, Page};
use crate::generate::rows::acl1;
use serde_json::json;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, String>;

/// How many keys are pressed.
const KEYS: usize = 9;

/// How long one key may take to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the page says that it is doing.
const STATE: &str = "document.documentElement.dataset.ringfence";

/// From a key to the picture, in a world of so many machines and 1,000 rows.
pub fn keystrokes(page: &Page, machines: usize) -> Result<()> {
    page.open("")?;
    page.load(&[File { name: "rows.yaml".into(), text: acl1(machines, 1_000, 1) }])?;
    // Behind the comment in the first line: everything is computed anew, and nothing changes.
    page.run("document.querySelector('.cm-content').focus()", &[])?;
    page.type_keys("\u{e009}\u{e011}\u{e000}\u{e010}")?;
    let (mut repaints, mut scripts, mut layouts) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..KEYS {
        let (seen, before) = (count(page)?, page.busy()?);
        page.type_keys("x")?;
        let begin = Instant::now();
        // Nothing of a driver's own may run in the page: its scripts would be counted.
        while count(page)? == seen || page.peek(STATE)? != "ready" {
            if begin.elapsed() > PATIENCE {
                return Err(format!("{machines} machines: no picture after a key"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let after = page.busy()?;
        let spent = |at: usize| (after[at].1 - before[at].1) * 1_000.0;
        scripts.push(spent(0));
        layouts.push(spent(1) + spent(2));
        repaints.push(page.timing()?["repaint"].as_f64().ok_or("no timing")?);
    }
    println!(
        "{machines} machines x 1,000 rows, a key: {:.0} ms to the picture; on the page {:.1} ms of processor time for script, {:.1} ms for layout (medians of {KEYS})",
        median(repaints),
        median(scripts),
        median(layouts)
    );
    Ok(())
}

/// From the navigation to the first verdicts, with nothing in the browser's stores.
pub fn first_verdict(page: &Page) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..KEYS {
        page.open("")?;
        let begin = Instant::now();
        while page.timing()?["first"].is_null() && begin.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
        times.push(page.timing()?["first"].as_f64().ok_or("no timing")?);
    }
    println!("the seed example: {:.0} ms from the navigation to the first verdicts (median of {KEYS})", median(times));
    Ok(())
}

fn count(page: &Page) -> Result<u64> {
    let count = page.peek("window.ringfence.timing.repaints")?;
    count.as_u64().ok_or_else(|| format!("no count: {}", json!(count)))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
