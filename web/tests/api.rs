//! The functions for JavaScript, called in a browser.
//!
//! `cargo xtask test --only browser` builds and runs it in Chromium.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test stops where its own set-up is wrong")]

use js_sys::{Array, JSON, Reflect};
use ringfence_web::api::{analyze, check, compile, diff, explain, svg};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SEED: &str = include_str!("../../examples/kube-ovn-vm-isolation/subnet-acl-3.yaml");

fn files(text: &str) -> JsValue {
    let file = js_sys::Object::new();
    Reflect::set(&file, &"name".into(), &"seed.yaml".into()).unwrap();
    Reflect::set(&file, &"text".into(), &text.into()).unwrap();
    Array::of1(&file).into()
}

fn options(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

/// The value at a path such as `pairs.0.verdict`.
fn at(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, key| Reflect::get(&value, &key.into()).unwrap())
}

fn text(value: &JsValue, path: &str) -> String {
    at(value, path).as_string().unwrap_or_else(|| format!("no text at {path}"))
}

#[wasm_bindgen_test]
fn the_seed_has_an_answer_that_dies() {
    let reach = analyze(files(SEED), JsValue::UNDEFINED).ok().unwrap();
    assert_eq!(
        (text(&reach, "pairs.0.from"), text(&reach, "pairs.0.verdict")),
        ("default/vm1".into(), "one-way".into())
    );
    assert_eq!(Array::from(&at(&reach, "pairs")).length(), 42);
}

#[wasm_bindgen_test]
fn a_walk_is_told() {
    let why = explain(files(SEED), "vm1", "vm2", options(r#"{"on": "tcp/80"}"#)).ok().unwrap();
    assert_eq!((at(&why, "delivered"), at(&why, "answered")), (JsValue::TRUE, JsValue::FALSE));
    assert!(explain(files(SEED), "vm1", "nobody", JsValue::UNDEFINED).is_err());
    assert!(explain(files(SEED), "vm1", "vm2", options(r#"{"on": "carrots"}"#)).is_err());
}

#[wasm_bindgen_test]
fn one_claim_is_false() {
    let checked = check(files(SEED), JsValue::UNDEFINED).ok().unwrap();
    assert_eq!(
        (at(&checked, "expectations.0.holds"), at(&checked, "expectations.1.holds")),
        (JsValue::FALSE, JsValue::TRUE)
    );
}

#[wasm_bindgen_test]
fn one_word_repairs_it() {
    let repaired = SEED.replace("- action: drop", "- {action: allow-related, direction: from-lport, match: ip4.src == 172.20.10.2, priority: 1000}\n    - action: drop");
    let changes = diff(files(SEED), files(&repaired), JsValue::UNDEFINED, JsValue::UNDEFINED).ok().unwrap();
    assert_eq!(Array::from(&at(&changes, "pairs")).length(), 6);
}

#[wasm_bindgen_test]
fn rows_and_a_picture() {
    let rows = compile(files(SEED), JsValue::UNDEFINED).ok().unwrap();
    assert!(JSON::stringify(&rows).unwrap().as_string().unwrap().contains("ip4.dst == 172.20.10.2"));
    assert!(svg(files(SEED), JsValue::UNDEFINED).ok().unwrap().starts_with("<svg"));
}

#[wasm_bindgen_test]
fn one_text_is_a_file_too() {
    let reach = analyze(SEED.into(), JsValue::UNDEFINED).ok().unwrap();
    assert_eq!(Array::from(&at(&reach, "pairs")).length(), 42);
}

#[wasm_bindgen_test]
fn arguments_of_another_shape_are_refused() {
    assert!(analyze(5.into(), JsValue::UNDEFINED).is_err());
    assert!(analyze(files(SEED), "lenient".into()).is_err());
    assert!(analyze(files(SEED), options(r#"{"lenent": true}"#)).is_err());
    assert!(analyze(files(SEED), options(r#"{"profile": "kube-ovn/9.9"}"#)).is_err());
}
