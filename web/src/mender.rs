//! The worker that is there when somebody asks for something.

use ringfence_web::service::Mender;

fn main() {
    let mut mender = Mender::new();
    ringfence_web::worker::serve(move |ask| mender.ask(ask));
}
