//! Every pair as a line of a table: what screen readers read, and tests.

use crate::session::{Action, Session};
use yew::prelude::*;

/// More endpoints than this make no table that anybody reads.
const MOST: usize = 60;

/// The word for a character of the matrix.
pub(super) fn word(character: u8) -> &'static str {
    match character {
        b'O' => "open",
        b'%' => "partial",
        b'>' => "one-way",
        b'.' => "closed",
        _ => "undefined",
    }
}

/// The table; out of sight where another view is chosen.
pub(super) fn view(session: &Session, send: &Callback<Action>, hidden: bool) -> Html {
    let Some(analysis) = &session.analysis else { return html! {} };
    let size = analysis.endpoints.len();
    if size > MOST {
        let text = format!("{size} endpoints: the matrix shows them all; the table is for at most {MOST}");
        return html! { <p class={classes!(hidden.then_some("hidden"))}>{ text }</p> };
    }
    let wanted = |verdict: &str| session.only.as_deref().is_none_or(|only| hidden || only == verdict);
    let asker = session.asker().filter(|_| !hidden);
    let pairs = (0..size)
        .filter(|from| asker.is_none_or(|asker| asker == *from))
        .flat_map(|from| (0..size).map(move |to| (from, to)))
        .filter(|(from, to)| from != to);
    let line = |(from, to): (usize, usize)| {
        let verdict = word(analysis.verdict(from, to));
        let (source, target) = (analysis.endpoints.get(from)?, analysis.endpoints.get(to)?);
        if !wanted(verdict) {
            return None;
        }
        Some(html! {
            <tr data-from={source.id.clone()} data-to={target.id.clone()} data-verdict={verdict}>
                <td>{ &source.id }</td><td>{ &target.id }</td>
                <td><button class={classes!("verdict", verdict)} tabindex={hidden.then_some("-1")} onclick={send.reform(move |_| Action::Select(from, to))}>{ verdict }</button></td>
            </tr>
        })
    };
    html! {
        <div class={classes!(hidden.then_some("hidden"))}><table id="reach-table" class="pairs">
            <caption>{ if analysis.held { "Who can talk to whom, by the last text that could be read" } else { "Who can talk to whom" } }</caption>
            <thead><tr><th scope="col">{ "from" }</th><th scope="col">{ "to" }</th><th scope="col">{ "verdict" }</th></tr></thead>
            <tbody>{ for pairs.filter_map(line) }</tbody>
        </table></div>
    }
}
