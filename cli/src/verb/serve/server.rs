//! The server: on this machine, for this machine.

use super::Arguments;
use super::assets::{self, Begin};
use super::shared::Shared;
use crate::console::Console;
use crate::status::Status;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt as _};

/// The port where nobody says another one.
const PORT: u16 = 8080;

/// The files as they are now.
type Listing = watch::Receiver<String>;

/// Serves until Ctrl-C.
pub(super) fn run(arguments: &Arguments, console: &mut Console) -> io::Result<Status> {
    runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(arguments, console))
}

async fn serve(arguments: &Arguments, console: &mut Console) -> io::Result<Status> {
    let listener = match bound(arguments.port).await {
        Ok(listener) => listener,
        Err(error) => {
            let port = arguments.port.unwrap_or(PORT);
            console.complain(&format!("cannot serve on port {port} of 127.0.0.1: {error}; name another by `--port`"));
            return Ok(Status::InputError);
        }
    };
    let address = format!("http://{}/", listener.local_addr()?);
    console.print(|out| writeln!(out, "{address}"))?;
    if arguments.open && console.desktop {
        // Whoever has no browser has the address.
        let _ = open::that_detached(&address);
    }
    let shared = Shared::new(&arguments.files);
    let (sender, listing) = watch::channel(shared.listing());
    let begin = if arguments.files.is_empty() { Begin::Gallery } else { Begin::Files };
    let routes = routes(begin, listing);
    // Pages that listen for changes never end by themselves: what is under way is dropped.
    tokio::select! {
        served = axum::serve(listener, routes).into_future() => served.map(|()| Status::Fine),
        () = shared.watch(sender), if begin == Begin::Files => Ok(Status::Fine),
        interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| Status::Fine),
    }
}

/// The port that was said; or else the usual one, or any.
async fn bound(port: Option<u16>) -> io::Result<TcpListener> {
    let on = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    match port {
        Some(port) => on(port).await,
        None => match on(PORT).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => on(0).await,
            bound => bound,
        },
    }
}

fn routes(begin: Begin, listing: Listing) -> Router {
    let asset = move |uri: Uri, headers: HeaderMap| async move { assets::answer(uri.path(), &headers, begin) };
    let routes = Router::new().fallback(get(asset));
    let routes = match begin {
        Begin::Gallery => routes,
        Begin::Files => routes
            .merge(Router::new().route("/files.json", get(files)).route("/changes", get(changes)).with_state(listing)),
    };
    routes.layer(middleware::from_fn(guarded))
}

async fn files(State(listing): State<Listing>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], listing.borrow().clone()).into_response()
}

/// A message for every time that the files are others.
async fn changes(State(listing): State<Listing>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = WatchStream::from_changes(listing).map(|_| Ok(Event::default().data("files.json")));
    Sse::new(changes).keep_alive(KeepAlive::default())
}

/// Answers those alone who ask this machine by its own name: a page from elsewhere may have had its name led to here.
async fn guarded(request: Request, next: Next) -> Response {
    if !request.headers().get(header::HOST).is_some_and(is_local) {
        return (StatusCode::MISDIRECTED_REQUEST, "ask for 127.0.0.1 or localhost").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(assets::POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn is_local(host: &HeaderValue) -> bool {
    let name = host.to_str().unwrap_or_default();
    let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_elsewhere_are_refused() {
        let local = |host| is_local(&HeaderValue::from_static(host));
        assert!(local("127.0.0.1:8080") && local("localhost") && local("localhost:1"));
        assert!(!local("example.org:8080") && !local("127.0.0.1.example.org") && !local(""));
    }
}
