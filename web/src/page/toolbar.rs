//! The bar at the top: example, profile, filter, and what to do with all of it.

use super::app::Msg;
use super::element::{text_of, ticked};
use super::words::worded;
use crate::gallery::EXAMPLES;
use crate::protocol::Tracking;
use crate::session::{Action, Session, Side, Theme, View};
use ringfence_engine::compile::PROFILES;
use yew::prelude::*;

/// The bar.
pub(super) fn view(session: &Session, send: &Callback<Action>, ask: &Callback<Msg>) -> Html {
    html! {
        <header>
            <h1>{ "Ringfence" }</h1>
            { examples(session, send) }
            { profiles(session, send) }
            { tracking(session, send) }
            { reading(session, send) }
            <span class="space"><span class="busy">{ "thinking…" }</span></span>
            { deeds(session, send, ask) }
            { sides(session, send) }
        </header>
    }
}

fn examples(session: &Session, send: &Callback<Action>) -> Html {
    let choose = send.reform(|event: Event| {
        let path = text_of(&event);
        let example = EXAMPLES.iter().find(|example| example.path == path);
        example.map_or(Action::Notice(None), Action::Example)
    });
    let shown = session.lesson.as_ref().map(|lesson| lesson.example.path);
    let option = |example: &crate::gallery::Example| {
        html! { <option value={example.path} selected={shown == Some(example.path)}>{ example.title }</option> }
    };
    let page = EXAMPLES.iter().filter(|example| example.is_of_the_page()).map(option);
    let more = EXAMPLES.iter().filter(|example| !example.is_of_the_page()).map(option);
    html! {
        <label class="field"><span>{ "Example" }</span>
            <select id="example" onchange={choose}>
                <option value="" selected={shown.is_none()}>{ "your own" }</option>
                <optgroup label="The page's eight examples">{ for page }</optgroup>
                <optgroup label="More">{ for more }</optgroup>
            </select>
        </label>
    }
}

fn profiles(session: &Session, send: &Callback<Action>) -> Html {
    let choose = send.reform(|event: Event| Action::Profile(Some(text_of(&event)).filter(|name| !name.is_empty())));
    let chosen = session.profile.as_deref();
    let running = session.analysis.as_ref().map_or("", |analysis| analysis.profile.as_str());
    let option = |name: &'static str| html! { <option value={name} selected={chosen == Some(name)}>{ name }</option> };
    let default =
        if chosen.is_none() && !running.is_empty() { format!("{running}, default") } else { "default".to_owned() };
    html! {
        <label class="field"><span>{ "Profile" }</span>
            <select id="profile" onchange={choose}>
                <option value="" selected={chosen.is_none()}>{ default }</option>
                { for PROFILES.iter().map(|profile| option(profile.name)) }
            </select>
        </label>
    }
}

/// Which conversations the answer is about.
pub(super) fn filter(session: &Session, send: &Callback<Action>) -> Html {
    let typed = send.reform(|event: InputEvent| Action::Filter(text_of(&event)));
    let valid = crate::share::is_filter(&session.filter);
    html! {
        <label class="field"><span>{ "Traffic" }</span>
            <input id="filter" class="short" list="filters" value={session.filter.clone()} oninput={typed} aria-invalid={(!valid).to_string()}
                aria-describedby={(!valid).then_some("filter-wrong")}
                title="all, icmp, tcp, udp, sctp, or one port: tcp/22" spellcheck="false" autocomplete="off" />
            <datalist id="filters">
                { for ["all", "icmp", "tcp/22", "tcp/80", "tcp/443", "udp/53"].map(|word| html! { <option value={word}></option> }) }
            </datalist>
        </label>
    }
}

/// Whose lines alone are drawn.
pub(super) fn source(session: &Session, send: &Callback<Action>) -> Html {
    if !has_source(session) {
        return html! {};
    }
    let typed = send.reform(|event: InputEvent| Action::Source(Some(text_of(&event)).filter(|text| !text.is_empty())));
    let unknown = session.is_asker_unknown();
    let endpoints = session.analysis.iter().flat_map(|analysis| analysis.endpoints.iter()).take(MOST);
    html! {
        <label class="field"><span>{ "From" }</span>
            <input id="source" list="askers" placeholder="everybody" value={session.source.clone().unwrap_or_default()} oninput={typed}
                aria-label="whose requests alone are drawn" aria-invalid={unknown.to_string()} aria-describedby={unknown.then_some("source-wrong")} spellcheck="false" autocomplete="off" />
            <datalist id="askers">{ for endpoints.map(|endpoint| html! { <option value={endpoint.id.clone()}></option> }) }</datalist>
        </label>
    }
}

/// What is wrong with the two, in words, and what may be written.
pub(super) fn wrong(session: &Session) -> Html {
    let filter = (!crate::share::is_filter(&session.filter)).then(|| {
        let text =
            format!("`{}` is no traffic. {}. What is shown is of `{}`.", session.filter, TRAFFIC, session.scope.filter);
        html! { <p id="filter-wrong" class="wrong" role="alert">{ worded(&text) }</p> }
    });
    let source = (session.is_asker_unknown() && has_source(session)).then(|| {
        let first = session.analysis.as_ref().and_then(|analysis| Some(analysis.endpoints.first()?.id.clone()));
        let such = first.map(|id| format!(", such as `{id}`")).unwrap_or_default();
        let name = session.source.as_deref().unwrap_or_default().trim();
        let text = format!("Nobody here is called `{name}`. Write the name of a box{such}. Until then, the lines of everybody are drawn.");
        html! { <p id="source-wrong" class="wrong" role="alert">{ worded(&text) }</p> }
    });
    html! { <>{ for filter }{ for source }</> }
}

/// What may be written for traffic.
pub(super) const TRAFFIC: &str = "Write `all`, `icmp`, `tcp`, `udp`, `sctp`, or one port, such as `tcp/22`";

/// Whether the view has lines of single askers.
fn has_source(session: &Session) -> bool {
    matches!(session.view, View::Graph | View::Table)
}

/// More names than this help nobody.
const MOST: usize = 200;

fn tracking(session: &Session, send: &Callback<Action>) -> Html {
    let choose = send.reform(|event: Event| {
        Action::Track(match text_of(&event).as_str() {
            "on" => Tracking::On,
            "off" => Tracking::Off,
            _ => Tracking::AsWritten,
        })
    });
    let option = |value: &'static str, of: Tracking, text: &'static str| {
        html! { <option {value} selected={session.tracking == of}>{ text }</option> }
    };
    html! {
        <label class="field" title="What one allow-related row changes: try it">
            <span>{ "Switches" }</span>
            <select id="tracking" onchange={choose}>
                { option("written", Tracking::AsWritten, "as written") }
                { option("on", Tracking::On, "all stateful") }
                { option("off", Tracking::Off, "all stateless") }
            </select>
        </label>
    }
}

fn reading(session: &Session, send: &Callback<Action>) -> Html {
    let choose = send.reform(|event: Event| Action::Lenient(ticked(&event)));
    html! {
        <label class="tick" title="Evaluate what the API server refuses as if it dropped the wrong fields">
            <input id="lenient" type="checkbox" checked={session.lenient} onchange={choose} />{ "lenient" }
        </label>
    }
}

/// Which column a narrow screen shows.
fn sides(session: &Session, send: &Callback<Action>) -> Html {
    let tab = |side: Side, title: &'static str| {
        let chosen = session.side == side;
        html! { <button role="tab" tabindex={if chosen { "0" } else { "-1" }} aria-selected={chosen.to_string()} onclick={send.reform(move |_| Action::Side(side))}>{ title }</button> }
    };
    html! { <div class="narrow" role="tablist" aria-label="What is shown">{ tab(Side::Picture, "Picture") }{ tab(Side::Text, "Rules") }</div> }
}

fn deeds(session: &Session, send: &Callback<Action>, ask: &Callback<Msg>) -> Html {
    let theme = match session.theme {
        Theme::System => "◐",
        Theme::Light => "☼",
        Theme::Dark => "☾",
    };
    let title = format!("colours: {}", session.theme.name());
    html! {
        <>
            <details class="menu">
                <summary>{ "Share" }</summary>
                <div class="list">
                    <button id="share" onclick={ask.reform(|_| Msg::Share(false))}>{ "Copy a link to all of this" }</button>
                    <button id="share-masked" onclick={ask.reform(|_| Msg::Share(true))}>{ "Copy a link with other names and addresses" }</button>
                    <p>{ "The link itself holds everything. Nothing is sent anywhere. With other names: every name, label, annotation and text is another one, comments are left out. Ports, priorities, and the first and last parts of addresses stay." }</p>
                </div>
            </details>
            <details class="menu">
                <summary>{ "Download" }</summary>
                <div class="list">
                    <button onclick={ask.reform(|_| Msg::Yaml)}>{ "YAML" }</button>
                    <button onclick={send.reform(|_| Action::Script)}>{ "Rows as an ovn-nbctl script" }</button>
                    <button onclick={send.reform(|_| Action::Svg)}>{ "Picture as SVG" }</button>
                    <button onclick={ask.reform(|_| Msg::Png)}>{ "Picture as PNG" }</button>
                </div>
            </details>
            <button id="theme" onclick={send.reform(|_| Action::Theme)} title={title.clone()} aria-label={title}>{ theme }</button>
            <span class="version" title="version of the engine">{ ringfence_view::wire::VERSION }</span>
        </>
    }
}
