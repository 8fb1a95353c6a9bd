//! The worker that looks for what lints find.

use ringfence_web::service::Reviewer;

fn main() {
    let mut reviewer = Reviewer::new();
    ringfence_web::worker::serve(move |ask| reviewer.ask(ask));
}
