//! A row for those who do not know the match language.

use super::element::text_of;
use crate::form::{Form, Way};
use crate::session::{Action, Session};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The state.
    pub(super) session: Rc<Session>,
    /// Where actions go.
    pub(super) send: Callback<Action>,
}

/// Fields, the match that they make, and a button that puts the row into the text.
#[component]
pub(super) fn RuleForm(props: &Props) -> Html {
    let form = use_state(Form::default);
    let Props { session, send } = props;
    let set = |change: fn(&mut Form, String)| {
        let form = form.clone();
        Callback::from(move |text: String| {
            let mut next = (*form).clone();
            change(&mut next, text);
            form.set(next);
        })
    };
    let typed = |change: fn(&mut Form, String)| set(change).reform(|event: InputEvent| text_of(&event));
    let chosen = |change: fn(&mut Form, String)| set(change).reform(|event: Event| text_of(&event));
    let way = chosen(|form, text| form.way = if text == "arriving" { Way::Arriving } else { Way::Leaving });
    let error = form.error();
    let subnets: Vec<String> = session
        .analysis
        .as_ref()
        .map(|analysis| analysis.switches.iter().map(|switch| switch.name.clone()).collect())
        .unwrap_or_default();
    let insert = {
        let (form, send, session) = (form.clone(), send.clone(), Rc::clone(session));
        Callback::from(move |_| {
            let text = session.files.get(session.active).map_or("", |file| file.text.as_str());
            let edit = ringfence_engine::answers::repair::insert::acl(
                text,
                form.way.direction(),
                &form.matches(),
                &form.action,
                form.priority.trim(),
            );
            let offsets = crate::offsets::Offsets::new(text);
            send.emit(match edit {
                Some((at, end, insert)) => Action::Fix(crate::protocol::Edit {
                    file: session.active,
                    from: offsets.unit(at),
                    to: offsets.unit(end),
                    insert,
                }),
                None => Action::Notice(Some(
                    "the file in the editor holds no Subnet to which a row can be added".to_owned(),
                )),
            });
        })
    };
    let load = {
        let (form, session) = (form.clone(), Rc::clone(session));
        Callback::from(move |event: Event| {
            let index = text_of(&event).parse::<usize>().ok();
            let row = index.and_then(|index| session.analysis.as_ref()?.rows.get(index).cloned());
            let read = row.and_then(|row| {
                let direction = if row.stage == "to-lport" { "to-lport" } else { "from-lport" };
                Form::of(direction, &row.matches, &row.action, row.priority)
            });
            if let Some(read) = read {
                form.set(read);
            }
        })
    };
    let rows = session.analysis.as_ref().map(|analysis| {
        analysis
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| !row.builtin && row.place.is_some())
            .take(100)
            .map(|(index, row)| {
                let direction = if row.stage == "to-lport" { "to-lport" } else { "from-lport" };
                let known = Form::of(direction, &row.matches, &row.action, row.priority).is_some();
                let text = format!(
                    "{} {}: {}{}",
                    row.priority,
                    row.action,
                    row.matches,
                    if known { "" } else { " (says more than a form can)" }
                );
                html! { <option value={index.to_string()} disabled={!known}>{ text }</option> }
            })
            .collect::<Html>()
    });
    let option = |value: &'static str, text: &'static str, of: &str| html! { <option {value} selected={of == value}>{ text }</option> };
    html! {
        <section class="form" id="form" aria-label="A new row">
            <h2>{ "A row in plain words" }</h2>
            <label><span>{ "begin with" }</span><select onchange={load}><option value="" selected={true}>{ "an empty form" }</option>{ rows }</select></label>
            <label><span>{ "who" }</span><input value={form.who.clone()} placeholder="anybody" list="addresses" oninput={typed(|form, text| form.who = text)} /></label>
            <label><span>{ "to whom" }</span><input value={form.whom.clone()} placeholder="anybody" list="addresses" oninput={typed(|form, text| form.whom = text)} /></label>
            <label><span>{ "on" }</span><select onchange={chosen(|form, text| form.protocol = text)}>
                { option("", "everything", &form.protocol) }{ option("tcp", "TCP", &form.protocol) }{ option("udp", "UDP", &form.protocol) }
                { option("sctp", "SCTP", &form.protocol) }{ option("icmp4", "ping (ICMP)", &form.protocol) }{ option("icmp6", "ICMPv6", &form.protocol) }
            </select></label>
            <label><span>{ "port" }</span><input value={form.port.clone()} placeholder="any" oninput={typed(|form, text| form.port = text)} /></label>
            <label><span>{ "looks at what is" }</span><select onchange={way}>
                <option value="leaving" selected={form.way == Way::Leaving}>{ "leaving the machine (from-lport)" }</option>
                <option value="arriving" selected={form.way == Way::Arriving}>{ "arriving at the machine (to-lport)" }</option>
            </select></label>
            <label><span>{ "and" }</span><select onchange={chosen(|form, text| form.action = text)}>
                { option("drop", "drops it", &form.action) }{ option("reject", "refuses it (reject)", &form.action) }
                { option("allow-related", "lets it and its answers pass (allow-related)", &form.action) }
                { option("allow", "lets it pass (allow)", &form.action) }{ option("allow-stateless", "lets it pass untracked", &form.action) }
            </select></label>
            <label><span>{ "priority" }</span><input class="short" value={form.priority.clone()} inputmode="numeric" oninput={typed(|form, text| form.priority = text)} /></label>
            <datalist id="addresses">{ for session.analysis.iter().flat_map(|analysis| analysis.names.iter()).filter(|word| word.kind == "constant").take(200).map(|word| html! { <option value={word.label.clone()}>{ &word.detail }</option> }) }</datalist>
            <p><code id="form-match">{ form.matches() }</code></p>
            { error.as_ref().map(|text| html! { <p class="error" role="alert">{ text }</p> }) }
            <button id="form-insert" disabled={error.is_some()} onclick={insert}>{ if subnets.len() > 1 { "Add to the first Subnet of this file" } else { "Add to the Subnet" } }</button>
        </section>
    }
}
