//! Moments in UTC, as RFC 3339 writes them.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

/// The variable that says which moment it is, in seconds since 1970, where somebody wants the same bytes again
/// (reproducible-builds.org).
const GIVEN: &str = "SOURCE_DATE_EPOCH";

/// Now, to the second.
pub fn now() -> String {
    let given = env::var(GIVEN).ok().and_then(|text| text.parse().ok());
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map(|past| past.as_secs()).unwrap_or_default();
    utc(given.unwrap_or_else(clock))
}

/// So many seconds after 1970 began.
fn utc(seconds: u64) -> String {
    let (mut days, within) = (seconds / 86_400, seconds % 86_400);
    let mut year: u64 = 1970;
    while days >= length(year) {
        days -= length(year);
        year += 1;
    }
    let february = length(year) - 337;
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (within / 3600, within / 60 % 60, within % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", days + 1)
}

/// How many days a year has.
fn length(year: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if is_leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_moments() {
        for (seconds, moment) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (978_307_199, "2000-12-31T23:59:59Z"),
            (1_764_565_200, "2025-12-01T05:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc(seconds), moment);
        }
    }
}
