//! Where something is, in words: of a file its line, of a database its row.

use super::Line;
use ringfence_engine::source::{Place, Sources};

/// `a.yaml:3:7`, or `tcp:127.0.0.1:6641, ACL 1234abcd of Switch/web, to-lport 1000`; of a database as a whole its name.
pub(crate) fn of(sources: &Sources, place: Option<Place>) -> String {
    let Some((place, name)) = place.and_then(|place| Some((place, sources.name(place)?))) else {
        return String::new();
    };
    match (sources.locate(place), sources.row(place)) {
        (Some((_, at)), _) => format!("{}:{}:{}", Line(name), at.line, at.column),
        (None, Some(row)) => format!("{}, {}", Line(name), Line(&row.name)),
        (None, None) => Line(name).to_string(),
    }
}
