//! The rows of OVN, in the order in which they are asked.

pub(super) use super::why::place;
use crate::protocol::Row;
use crate::session::{Action, Session};
use yew::prelude::*;

/// More rows than this are told by number.
const MOST: usize = 2_000;

/// The rows of a switch and a stage, by their indexes.
type Group<'a> = ((String, String), Vec<(usize, &'a Row)>);

/// A table for each switch and stage; a row can be picked, by its index.
pub(super) fn view(session: &Session, send: &Callback<Action>, pick: &Callback<usize>) -> Html {
    let Some(analysis) = &session.analysis else { return html! {} };
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (index, row) in analysis.rows.iter().enumerate().take(MOST) {
        let key = (row.switch.clone(), row.stage.clone());
        match groups.last_mut().filter(|(last, _)| *last == key) {
            Some((_, rows)) => rows.push((index, row)),
            None => groups.push((key, vec![(index, row)])),
        }
    }
    let tiers = analysis.ovn == "main";
    let more = analysis.rows.len().saturating_sub(MOST);
    let table = |((switch, stage), rows): Group<'_>| {
        let title = match switch.as_str() {
            "" => "asked by nobody: the group has no port that exists".to_owned(),
            name => format!("{name}: {}", meaning(&stage)),
        };
        let only_builtin = rows.iter().all(|(_, row)| row.builtin);
        let title = html! { <>{ title }{ " " }<code>{ &stage }</code></> };
        let caption = (!only_builtin).then(|| html! { <caption>{ title.clone() }</caption> });
        let table = html! {
            <table class="rows">
                { caption }
                <thead><tr>{ if tiers { html! { <th>{ "tier" }</th> } } else { html! {} } }<th>{ "priority" }</th><th>{ "action" }</th><th>{ "match" }</th><th>{ "from" }</th><th></th></tr></thead>
                <tbody>{ for rows.into_iter().map(|row| one(session, row, tiers, send, pick)) }</tbody>
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

fn one(
    session: &Session,
    (index, row): (usize, &Row),
    tiers: bool,
    send: &Callback<Action>,
    pick: &Callback<usize>,
) -> Html {
    let class = classes!(row.builtin.then_some("builtin"), row.ignored.as_ref().map(|_| "ignored"));
    let ignored = row.ignored.as_ref().map(|why| html! { <p class="error">{ format!("ignored by OVN: {why}") }</p> });
    let pick = (!row.builtin).then(|| {
        html! { <button class="link" onclick={pick.reform(move |_| index)} title="fill the form below with this row">{ "edit" }</button> }
    });
    html! {
        <tr class={class}>
            { if tiers { html! { <td>{ row.tier }</td> } } else { html! {} } }
            <td>{ row.priority }</td>
            <td><span class={classes!("action", row.action.clone())}>{ &row.action }</span></td>
            <td><code>{ &row.matches }</code>{ ignored }</td>
            <td>{ place(session, row.place, send) }{ " " }<small>{ format!("{} {}", row.object, row.field) }</small></td>
            <td>{ pick }</td>
        </tr>
    }
}
