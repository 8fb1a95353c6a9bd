//! The rows, and a form for those who do not know the match language: it makes a row, and changes one.

use super::element::text_of;
use super::rows;
use super::words::worded;
use crate::form::{Change, Entry, Form, Names, Way, change};
use crate::offsets::Offsets;
use crate::protocol::{Edit, Place, Row};
use crate::session::{Action, Session};
use ringfence_engine::answers::repair::insert;
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The state.
    pub(super) session: Rc<Session>,
    /// Where actions go.
    pub(super) send: Callback<Action>,
}

/// What is in the form, and of which row.
#[derive(Debug, Clone, PartialEq, Default)]
struct Draft {
    form: Form,
    row: Option<(Place, Entry)>,
}

impl Draft {
    /// A row of the table.
    fn of(row: &Row, names: Names) -> Self {
        let direction = if row.stage == "to-lport" { "to-lport" } else { "from-lport" };
        let entry = Entry {
            direction: direction.to_owned(),
            matches: row.matches.clone(),
            action: row.action.clone(),
            priority: row.priority.to_string(),
        };
        let form = Form { names, ..Form::of(&entry) }.saying(&entry.matches);
        Self { form, row: row.place.map(|place| (place, entry)) }
    }
}

/// The rows, and the form below them.
#[component]
pub(super) fn Rows(props: &Props) -> Html {
    let Props { session, send } = props;
    let draft = use_state(Draft::default);
    let place = use_node_ref();
    let pick = {
        let (draft, session, place) = (draft.clone(), Rc::clone(session), place.clone());
        Callback::from(move |index: usize| {
            if let Some(row) = session.analysis.as_ref().and_then(|analysis| analysis.rows.get(index)) {
                draft.set(Draft::of(row, names(&session)));
            }
            // The form may be far below; where it cannot have the focus it is where it was.
            let _ = place.cast::<HtmlElement>().map(|field| field.focus());
        })
    };
    html! { <>{ rows::view(session, send, &pick) }{ fields(session, send, &draft, place) }</> }
}

/// What may be named in this world.
fn names(session: &Session) -> Names {
    let known = session.analysis.as_ref().map(|analysis| Names::of(&analysis.endpoints, &analysis.names));
    known.unwrap_or_default()
}

/// Fields, the match that they make or that fills them, and buttons that put the row into the text.
fn fields(session: &Rc<Session>, send: &Callback<Action>, draft: &UseStateHandle<Draft>, place: NodeRef) -> Html {
    let Draft { form, row } = &**draft;
    let form = &Form { names: names(session), ..form.clone() };
    let set = |change: fn(&mut Form, String)| {
        let draft = draft.clone();
        Callback::from(move |text: String| {
            let mut next = (*draft).clone();
            change(&mut next.form, text);
            draft.set(next);
        })
    };
    let typed = |change: fn(&mut Form, String)| set(change).reform(|event: InputEvent| text_of(&event));
    let chosen = |change: fn(&mut Form, String)| set(change).reform(|event: Event| text_of(&event));
    let way = chosen(|form, text| form.way = if text == "arriving" { Way::Arriving } else { Way::Leaving });
    let (error, untold) = (form.error(), !form.is_told());
    let option = |value: &'static str, text: &'static str, of: &str| html! { <option {value} selected={of == value}>{ text }</option> };
    // A field says the match anew.
    let field = |name: &'static str,
                 value: &str,
                 nothing: &'static str,
                 list: Option<&'static str>,
                 change: fn(&mut Form, String)| {
        html! {
            <label><span>{ name }</span><input value={value.to_owned()} placeholder={nothing} {list} disabled={untold} oninput={typed(change)} spellcheck="false" autocomplete="off" /></label>
        }
    };
    let addresses =
        session.analysis.iter().flat_map(|analysis| analysis.names.iter()).filter(|word| word.kind == "constant");
    html! {
        <section class="form" id="form" aria-label="A row in plain words">
            { title(session, draft, send) }
            { field("who", &form.who, "anybody", Some("addresses"), |form, text| (form.who, form.written) = (text, None)) }
            { field("to whom", &form.whom, "anybody", Some("addresses"), |form, text| (form.whom, form.written) = (text, None)) }
            <label><span>{ "on" }</span><select disabled={untold} onchange={chosen(|form, text| (form.protocol, form.written) = (text, None))}>
                { option("", "everything", &form.protocol) }{ option("tcp", "TCP", &form.protocol) }{ option("udp", "UDP", &form.protocol) }
                { option("sctp", "SCTP", &form.protocol) }{ option("icmp4", "ping (ICMP)", &form.protocol) }{ option("icmp6", "ICMPv6", &form.protocol) }
            </select></label>
            { field("port", &form.port, "any", None, |form, text| (form.port, form.written) = (text, None)) }
            <label><span>{ "looks at what is" }</span><select onchange={way}>
                <option value="leaving" selected={form.way == Way::Leaving}>{ "leaving the machine (from-lport)" }</option>
                <option value="arriving" selected={form.way == Way::Arriving}>{ "arriving at the machine (to-lport)" }</option>
            </select></label>
            <label><span>{ "and" }</span><select onchange={chosen(|form, text| form.action = text)}>
                { option("drop", "drops it", &form.action) }{ option("reject", "refuses it (reject)", &form.action) }
                { option("allow-related", "lets it and its answers pass (allow-related)", &form.action) }
                { option("allow", "lets it pass (allow)", &form.action) }{ option("allow-stateless", "lets it pass untracked", &form.action) }
                { option("pass", "leaves it to the next tier (pass)", &form.action) }
            </select></label>
            <label><span>{ "priority" }</span><input id="form-priority" class="short" value={form.priority.clone()} inputmode="numeric" oninput={typed(|form, text| form.priority = text)} /></label>
            <label class="wide"><span>{ "match" }{ if untold && error.is_none() { " (says more than the fields do)" } else { "" } }</span>
                <input id="form-match" class="code" ref={place} value={form.matches()} oninput={typed(|form, text| *form = form.saying(&text))}
                    aria-invalid={error.is_some().to_string()} aria-describedby={error.as_ref().map(|_| "form-wrong")} spellcheck="false" autocomplete="off" autocapitalize="off" /></label>
            <datalist id="addresses">{ for addresses.take(200).map(|word| html! { <option value={word.label.clone()}>{ &word.detail }</option> }) }</datalist>
            { error.as_ref().map(|text| html! { <p class="error" id="form-wrong" role="alert">{ worded(text) }</p> }) }
            <p class="row">{ row.as_ref().map(|_| alter(session, send, draft, form)) }{ add(session, send, form, error.is_some()) }</p>
        </section>
    }
}

/// Which row it is about.
fn title(session: &Session, draft: &UseStateHandle<Draft>, send: &Callback<Action>) -> Html {
    let Some((at, _)) = &draft.row else { return html! { <h2>{ "A new row in plain words" }</h2> } };
    let empty = {
        let draft = draft.clone();
        move |_| draft.set(Draft::default())
    };
    html! { <h2 class="row">{ "The row of " }{ rows::place(session, Some(*at), send) }<button id="form-empty" onclick={empty}>{ "Empty the form" }</button></h2> }
}

/// The row takes the place of that from which the form was filled.
fn alter(session: &Rc<Session>, send: &Callback<Action>, draft: &UseStateHandle<Draft>, form: &Form) -> Html {
    let (new, wrong) = (form.entry(), form.error().is_some());
    let same = draft.row.as_ref().is_some_and(|(_, old)| new == *old);
    let (draft, send, session) = (draft.clone(), send.clone(), Rc::clone(session));
    let alter = move |_| {
        let Some((at, old)) = &draft.row else { return };
        let text = session.files.get(at.file).map_or("", |file| file.text.as_str());
        let (form, new) = (draft.form.clone(), new.clone());
        let changed = change(text, at.line, old, &new);
        send.emit(put(changed.clone(), at.file, text, OTHERWISE));
        if changed.is_some() {
            draft.set(Draft { form, row: Some((*at, new)) });
        }
    };
    html! { <button id="form-change" class="accept" disabled={wrong || same} onclick={alter}>{ "Change this row" }</button> }
}

const OTHERWISE: &str = "the text holds no such row that can be changed from here: it comes from another object, or is written over \
    several lines; change it in the text";

/// The row comes to those of the text.
fn add(session: &Rc<Session>, send: &Callback<Action>, form: &Form, wrong: bool) -> Html {
    let subnets = session.analysis.as_ref().map_or(0, |analysis| analysis.switches.len());
    let (row, send, session) = (form.entry(), send.clone(), Rc::clone(session));
    let add = move |_| {
        let text = session.files.get(session.active).map_or("", |file| file.text.as_str());
        let added = insert::acl(text, &row.direction, &row.matches, &row.action, &row.priority);
        send.emit(put(
            added,
            session.active,
            text,
            "the file in the editor holds no Subnet to which a row can be added",
        ));
    };
    let words = if subnets > 1 { "Add to the first Subnet of this file" } else { "Add to the Subnet" };
    html! { <button id="form-insert" disabled={wrong} onclick={add}>{ words }</button> }
}

/// A change of a file, or what to say where there is none.
fn put(change: Option<Change>, file: usize, text: &str, otherwise: &str) -> Action {
    let offsets = Offsets::new(text);
    match change {
        Some((from, to, insert)) => Action::Fix(Edit { file, from: offsets.unit(from), to: offsets.unit(to), insert }),
        None => Action::Notice(Some(otherwise.to_owned())),
    }
}
