//! The editor: CodeMirror, which `web/editor` bundles and the page puts at `globalThis.ringfenceEditor`.

use crate::protocol::{Analysis, Edit, Finding};
use crate::session::Action;
use crate::vocabulary::vocabulary;
use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;
use yew::Callback;

#[wasm_bindgen]
extern "C" {
    type Handle;

    #[wasm_bindgen(js_namespace = ringfenceEditor, js_name = createEditor)]
    fn create_editor(parent: &HtmlElement, callbacks: &Object) -> Handle;

    #[wasm_bindgen(method)]
    fn show(this: &Handle, name: &str, text: &str);
    #[wasm_bindgen(method)]
    fn forget(this: &Handle);
    #[wasm_bindgen(method)]
    fn replace(this: &Handle, edits: &JsValue);
    #[wasm_bindgen(method)]
    fn diagnostics(this: &Handle, found: &JsValue);
    #[wasm_bindgen(method)]
    fn light(this: &Handle, lines: &Array);
    #[wasm_bindgen(method)]
    fn reveal(this: &Handle, line: usize);
    #[wasm_bindgen(method)]
    fn outdate(this: &Handle, words: bool);
    #[wasm_bindgen(method)]
    fn text(this: &Handle) -> String;
    #[wasm_bindgen(method)]
    fn find(this: &Handle);
    #[wasm_bindgen(method)]
    fn undo(this: &Handle);
    #[wasm_bindgen(method)]
    fn redo(this: &Handle);
}

/// An analysis, and which of its files is shown.
type OfFile = (Rc<Analysis>, usize);
type Known = Rc<RefCell<Option<OfFile>>>;

/// The editor on the page.
pub(super) struct Editor {
    handle: Handle,
    /// What is known of which file, for whoever points at a word or completes one.
    known: Known,
    _words: Closure<dyn Fn() -> JsValue>,
    _notes: Closure<dyn Fn() -> JsValue>,
    _change: Closure<dyn Fn(String)>,
    _edit: Closure<dyn Fn(usize, usize, String, usize)>,
    _format: Closure<dyn Fn()>,
}

/// A finding as the editor takes it.
#[derive(Serialize)]
struct Mark<'a> {
    from: usize,
    to: usize,
    severity: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    code: &'a str,
    fix: Option<Vec<Change<'a>>>,
}

#[derive(Serialize)]
struct Change<'a> {
    from: usize,
    to: usize,
    insert: &'a str,
}

#[derive(Serialize)]
struct Remark<'a> {
    from: usize,
    to: usize,
    text: &'a str,
}

impl Editor {
    /// Opens the editor in an element.
    pub(super) fn open(parent: &HtmlElement, send: &Callback<Action>) -> Self {
        let (typed, edited, formatted) = (send.clone(), send.clone(), send.clone());
        let change = Closure::<dyn Fn(String)>::new(move |text| typed.emit(Action::Typed(text)));
        let edit = Closure::<dyn Fn(usize, usize, String, usize)>::new(move |from, to, insert, size| {
            edited.emit(Action::Edited { from, to, insert, size });
        });
        let format = Closure::<dyn Fn()>::new(move || formatted.emit(Action::Format));
        let known: Known = Rc::default();
        let (of_words, of_notes) = (Rc::clone(&known), Rc::clone(&known));
        let words = Closure::<dyn Fn() -> JsValue>::new(move || words(of_words.borrow().as_ref()));
        let notes = Closure::<dyn Fn() -> JsValue>::new(move || notes(of_notes.borrow().as_ref()));
        let callbacks = Object::new();
        let set = |name: &str, function: &JsValue| {
            // A plain object takes every key.
            let _ = Reflect::set(&callbacks, &JsValue::from_str(name), function);
        };
        set("change", change.as_ref());
        set("edit", edit.as_ref());
        set("format", format.as_ref());
        set("words", words.as_ref());
        set("notes", notes.as_ref());
        let handle = create_editor(parent, &callbacks);
        Self { handle, known, _words: words, _notes: notes, _change: change, _edit: edit, _format: format }
    }

    /// Shows a file.
    pub(super) fn show(&self, name: &str, text: &str) {
        self.handle.show(name, text);
    }

    /// Forgets the history of all files.
    pub(super) fn forget(&self) {
        self.handle.forget();
    }

    /// Changes the text, as one step that can be undone.
    pub(super) fn replace(&self, edits: &[Edit]) {
        let changes: Vec<Change<'_>> =
            edits.iter().map(|edit| Change { from: edit.from, to: edit.to, insert: &edit.insert }).collect();
        self.handle.replace(&plain(&changes));
    }

    /// Knows what can be said of a file, for whoever points at it or completes a word.
    pub(super) fn remark(&self, analysis: &Rc<Analysis>, file: usize) {
        let last = self.known.replace(Some((Rc::clone(analysis), file)));
        self.handle.outdate(last.is_none_or(|(last, _)| last.names != analysis.names));
    }

    /// Shows what was found in a file.
    pub(super) fn find_fault<'a>(&self, findings: impl Iterator<Item = &'a Finding>, file: usize) {
        let marks: Vec<Mark<'_>> = findings.filter_map(|found| mark(found, file)).collect();
        self.handle.diagnostics(&plain(&marks));
    }

    /// Lights up lines.
    pub(super) fn light(&self, lines: &[usize]) {
        self.handle.light(&lines.iter().map(|line| JsValue::from_f64(*line as f64)).collect());
    }

    /// Puts the cursor on a line.
    pub(super) fn reveal(&self, line: usize) {
        self.handle.reveal(line);
    }

    /// All that is in it.
    pub(super) fn text(&self) -> String {
        self.handle.text()
    }

    /// Opens the search.
    pub(super) fn find(&self) {
        self.handle.find();
    }

    /// Takes the last step back.
    pub(super) fn undo(&self) {
        self.handle.undo();
    }

    /// Takes it again.
    pub(super) fn redo(&self) {
        self.handle.redo();
    }
}

/// What can be written here.
fn words(known: Option<&OfFile>) -> JsValue {
    plain(&vocabulary(known.map(|(analysis, _)| analysis.names.to_vec()).unwrap_or_default()))
}

/// What can be said of pieces of the file that is shown.
fn notes(known: Option<&OfFile>) -> JsValue {
    let notes = known.into_iter().flat_map(|(analysis, file)| {
        let here = analysis.notes.iter().filter(move |note| note.file == *file);
        here.map(|note| Remark { from: note.from, to: note.to, text: &note.text })
    });
    plain(&notes.collect::<Vec<_>>())
}

fn mark(found: &Finding, file: usize) -> Option<Mark<'_>> {
    let (from, to) = found.span?;
    found.place.filter(|place| place.file == file)?;
    let change = |edit: &'_ Edit| edit.file == file;
    let fix = found.fix.as_ref().filter(|edit| change(edit));
    Some(Mark {
        from,
        to,
        severity: &found.severity,
        message: &found.message,
        help: found.help.as_deref(),
        code: &found.code,
        fix: fix.map(|edit| vec![Change { from: edit.from, to: edit.to, insert: &edit.insert }]),
    })
}

/// A value as JavaScript has it.
fn plain(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}
