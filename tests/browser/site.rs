//! The built page on a port of this machine: at the top, and below another address.

use axum::Router;
use std::net::Ipv4Addr;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::services::ServeDir;

/// A server that ends with us.
pub struct Site {
    _runtime: Runtime,
    /// Its address, with a slash at its end.
    pub address: String,
}

impl Site {
    /// Serves `target/playground`, at the top and at `docs/ringfence`; at `embedding` other pages that use it.
    pub fn open() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/playground");
        assert!(folder.join("index.html").exists(), "there is no page to serve: cargo xtask web");
        let runtime = Runtime::new().expect("threads");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let address = format!("http://{}/", listener.local_addr().expect("an address"));
        let files = ServeDir::new(folder);
        let pages = ServeDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/pages"));
        let routes = Router::new().nest_service("/docs/ringfence", files.clone()).nest_service("/embedding", pages);
        let package = ServeDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/javascript"));
        let routes = routes.nest_service("/javascript", package);
        let routes = routes.fallback_service(files);
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { _runtime: runtime, address }
    }
}
