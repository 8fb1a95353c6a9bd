//! The workers: started when somebody asks, and anew where one was lost.

use crate::protocol::{Ask, Worker};
use crate::session::Action;
use crate::worker::Line;
use yew::Callback;

/// The lines to the workers.
pub(super) struct Staff {
    lines: Vec<(Worker, Line)>,
    send: Callback<Action>,
}

impl Staff {
    /// Nobody yet; what they answer is an action.
    pub(super) fn new(send: Callback<Action>) -> Self {
        Self { lines: Vec::new(), send }
    }

    /// Starts a worker, unless it is there; whether it is there now.
    pub(super) fn start(&mut self, worker: Worker) -> bool {
        if self.line(worker).is_some() {
            return true;
        }
        let (answers, losses) = (self.send.clone(), self.send.clone());
        let answered = move |answer| answers.emit(Action::Answered(answer));
        let opened = Line::open(script(worker), answered, move || losses.emit(Action::Lost(worker)));
        self.lines.extend(opened.ok().map(|line| (worker, line)));
        self.line(worker).is_some()
    }

    /// Asks whoever answers such questions.
    pub(super) fn ask(&mut self, ask: Ask) {
        let worker = ask.request.worker();
        if self.start(worker) {
            self.line(worker).into_iter().for_each(|line| line.ask(ask.clone()));
        }
    }

    /// Lets a worker go: the next question starts another one.
    pub(super) fn dismiss(&mut self, worker: Worker) {
        self.lines.retain(|(known, _)| *known != worker);
    }

    fn line(&self, worker: Worker) -> Option<&Line> {
        self.lines.iter().find(|(known, _)| *known == worker).map(|(_, line)| line)
    }
}

/// The address of its script, beside the page.
fn script(worker: Worker) -> &'static str {
    match worker {
        Worker::Answerer => "./worker.js",
        Worker::Reviewer => "./review.js",
        Worker::Mender => "./mend.js",
    }
}
