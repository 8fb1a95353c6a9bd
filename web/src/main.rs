//! The playground: the page, or the worker that answers it, depending on where the module is loaded.

fn main() {
    ringfence_web::start();
}
