//! The worker that answers the page.

fn main() {
    ringfence_web::worker::serve();
}
