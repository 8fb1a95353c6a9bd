//! The worker that answers the page.

use ringfence_web::service::Service;

fn main() {
    let mut service = Service::new();
    ringfence_web::worker::serve(move |ask| service.ask(ask));
}
