//! The two ends of the line between the page and its worker.

use crate::protocol::{Answer, Ask};
use js_sys::{Uint8Array, global};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Answers whatever the page asks, until the page is gone.
pub fn serve(answer: impl FnMut(Ask) -> Answer + 'static) {
    let Ok(scope) = global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let service = RefCell::new(answer);
    let line = scope.clone();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(ask) = read::<Ask>(&event) else { return };
        let start = js_sys::Date::now();
        let mut answer = (service.borrow_mut())(ask);
        answer.took = js_sys::Date::now() - start;
        if let Some(bytes) = written(&answer) {
            // A page that is gone needs no answer.
            let _ = line.post_message(&bytes);
        }
    });
    scope.set_onmessage(Some(listen.as_ref().unchecked_ref()));
    listen.forget();
    // The page holds its questions back until somebody listens.
    let _ = scope.post_message(&JsValue::from_str("ready"));
}

/// The page's end of the line.
pub struct Line {
    worker: Worker,
    waiting: Rc<RefCell<Option<Vec<Ask>>>>,
    _listen: Closure<dyn FnMut(MessageEvent)>,
    _fail: Closure<dyn FnMut(Event)>,
}

impl Line {
    /// Starts a worker; each of its answers is handed on, and so is that it could not be loaded, or broke down.
    ///
    /// # Errors
    ///
    /// What the browser says against it.
    pub fn open(script: &str, answered: impl Fn(Answer) + 'static, lost: impl Fn() + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(script, &options)?;
        let waiting: Rc<RefCell<Option<Vec<Ask>>>> = Rc::new(RefCell::new(Some(Vec::new())));
        let (held, other) = (Rc::clone(&waiting), worker.clone());
        let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if event.data().is_string() {
                held.borrow_mut().take().into_iter().flatten().for_each(|ask| send(&other, &ask));
            } else if let Some(answer) = read::<Answer>(&event) {
                answered(answer);
            }
        });
        worker.set_onmessage(Some(listen.as_ref().unchecked_ref()));
        let fail = Closure::<dyn FnMut(Event)>::new(move |_: Event| lost());
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        Ok(Self { worker, waiting, _listen: listen, _fail: fail })
    }

    /// Asks.
    pub fn ask(&self, ask: Ask) {
        match self.waiting.borrow_mut().as_mut() {
            Some(waiting) => waiting.push(ask),
            None => send(&self.worker, &ask),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Nobody listens to what it has to say any more.
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn send(worker: &Worker, ask: &Ask) {
    if let Some(bytes) = written(ask) {
        let _ = worker.post_message(&bytes);
    }
}

/// A value as bytes; both ends are built together, so that nothing else needs to read them.
fn written(value: &impl Serialize) -> Option<Uint8Array> {
    postcard::to_allocvec(value).ok().map(|bytes| Uint8Array::from(bytes.as_slice()))
}

fn read<T: DeserializeOwned>(event: &MessageEvent) -> Option<T> {
    let bytes = event.data().dyn_into::<Uint8Array>().ok()?.to_vec();
    postcard::from_bytes(&bytes).ok()
}
