//! What was found in the texts.

use super::words::worded;
use crate::protocol::Finding;
use crate::session::{Action, Session};
use yew::prelude::*;

/// More findings than this are told by number.
const MOST: usize = 40;

/// A line for each finding, gravest first.
pub(super) fn view(session: &Session, send: &Callback<Action>) -> Html {
    let mut found: Vec<&Finding> = session.findings().collect();
    if found.is_empty() {
        return html! {};
    }
    found.sort_by_key(|finding| match finding.severity.as_str() {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    });
    let count = |severity: &str| found.iter().filter(|finding| finding.severity == severity).count();
    let title = [("error", "error"), ("warning", "warning"), ("info", "remark")]
        .into_iter()
        .filter(|(severity, _)| count(severity) > 0)
        .map(|(severity, noun)| ringfence_view::line::count(count(severity), noun))
        .collect::<Vec<_>>()
        .join(", ");
    let more = found.len().saturating_sub(MOST);
    html! {
        <details class="findings" open={count("error") + count("warning") > 0}>
            <summary>{ title }</summary>
            <ul id="findings">{ for found.iter().take(MOST).map(|finding| line(session, finding, send)) }</ul>
            { if more > 0 { html! { <p>{ format!("and {more} more: `ringfence check` tells them all") }</p> } } else { html! {} } }
        </details>
    }
}

fn line(session: &Session, finding: &Finding, send: &Callback<Action>) -> Html {
    let mark = match finding.severity.as_str() {
        "error" => "✕",
        "warning" => "▲",
        _ => "·",
    };
    let place = finding.place.map(|place| {
        let file = session.files.get(place.file).map_or("", |file| file.name.as_str());
        let name = if session.files.len() > 1 { format!("{file}:{}", place.line) } else { format!("line {}", place.line) };
        html! { <button class="link" onclick={send.reform(move |_| Action::Reveal(place.file, place.line))}>{ name }</button> }
    });
    let fix = finding.fix.clone().map(|edit| {
        html! { <button class="fix" onclick={send.reform(move |_| Action::Fix(edit.clone()))}>{ "fix" }</button> }
    });
    html! {
        <li class={finding.severity.clone()} title={finding.code.clone()}>
            <span class="mark" aria-label={finding.severity.clone()}>{ mark }</span>
            <div>{ place }{ " " }{ worded(&finding.message) }{ finding.help.as_ref().map(|help| html! { <p>{ worded(help) }</p> }) }</div>
            { fix }
        </li>
    }
}
