//! The page.

fn main() {
    ringfence_web::page::open();
}
