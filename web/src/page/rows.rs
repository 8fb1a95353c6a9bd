//! The rows of OVN, in the order in which they are asked.

use super::why::place;
use crate::protocol::Row;
use crate::session::{Action, Session};
use yew::prelude::*;

/// More rows than this are told by number.
const MOST: usize = 2_000;

/// A table for each switch and stage.
pub(super) fn view(session: &Session, send: &Callback<Action>) -> Html {
    let Some(analysis) = &session.analysis else { return html! {} };
    let mut groups: Vec<((String, String), Vec<&Row>)> = Vec::new();
    for row in analysis.rows.iter().take(MOST) {
        let key = (row.switch.clone(), row.stage.clone());
        match groups.last_mut().filter(|(last, _)| *last == key) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    let tiers = analysis.ovn == "main";
    let more = analysis.rows.len().saturating_sub(MOST);
    let table = |((switch, stage), rows): ((String, String), Vec<&Row>)| {
        let title = match switch.as_str() {
            "" => "asked by nobody: the group has no port that exists".to_owned(),
            name => format!("{name}: {}", meaning(&stage)),
        };
        let only_builtin = rows.iter().all(|row| row.builtin);
        let title = html! { <>{ title }{ " " }<code>{ &stage }</code></> };
        let caption = (!only_builtin).then(|| html! { <caption>{ title.clone() }</caption> });
        let table = html! {
            <table class="rows">
                { caption }
                <thead><tr>{ if tiers { html! { <th>{ "tier" }</th> } } else { html! {} } }<th>{ "priority" }</th><th>{ "action" }</th><th>{ "match" }</th><th>{ "from" }</th></tr></thead>
                <tbody>{ for rows.into_iter().map(|row| one(session, row, tiers, send)) }</tbody>
            </table>
        };
        if !only_builtin {
            return table;
        }
        html! { <details class="own"><summary>{ title }{ ": nothing but OVN's own rows" }</summary>{ table }</details> }
    };
    html! {
        <div class="allrows" id="rows">
            { if groups.is_empty() { html! { <p class="faint">{ "No switch has a row." }</p> } } else { html! {} } }
            { for groups.into_iter().map(table) }
            { if more > 0 { html! { <p>{ format!("and {more} more: `ringfence compile` shows them all") }</p> } } else { html! {} } }
        </div>
    }
}

fn meaning(stage: &str) -> &'static str {
    match stage {
        "from-lport" => "leaving the machine",
        "from-lport-after-lb" => "leaving the machine, after load balancing",
        _ => "arriving at the machine",
    }
}

fn one(session: &Session, row: &Row, tiers: bool, send: &Callback<Action>) -> Html {
    let class = classes!(row.builtin.then_some("builtin"), row.ignored.as_ref().map(|_| "ignored"));
    let ignored = row.ignored.as_ref().map(|why| html! { <p class="error">{ format!("ignored by OVN: {why}") }</p> });
    html! {
        <tr class={class}>
            { if tiers { html! { <td>{ row.tier }</td> } } else { html! {} } }
            <td>{ row.priority }</td>
            <td><span class={classes!("action", row.action.clone())}>{ &row.action }</span></td>
            <td><code>{ &row.matches }</code>{ ignored }</td>
            <td>{ place(session, row.place, send) }{ " " }<small>{ format!("{} {}", row.object, row.field) }</small></td>
        </tr>
    }
}
