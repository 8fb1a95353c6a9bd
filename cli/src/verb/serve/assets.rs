//! The files of the page, which are part of the program.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};
use std::borrow::Cow;

/// What `cargo xtask web` has built.
#[derive(Embed)]
#[folder = "../target/playground"]
struct Assets;

/// The page itself.
const INDEX: &str = "index.html";

/// Tells the page where the files are that it begins with.
const FILES: &str = "<meta name=\"ringfence-files\" content=\"files.json\">";

/// Nothing from elsewhere, no script in the page, no other page around it. The page says the same of itself, for servers
/// that send no such header; only the last part is understood in a header alone.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// Whether the page begins with files of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// With its gallery.
    Gallery,
    /// With the files that were named.
    Files,
}

/// Answers with a file, by its path below the page.
pub(super) fn answer(path: &str, asked: &HeaderMap, begin: Begin) -> Response {
    let name = match path.trim_start_matches('/') {
        "" => INDEX,
        name => name,
    };
    let Some(file) = Assets::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = kind(&file);
    if name == INDEX && begin == Begin::Files {
        return with_type(kind, Body::from(with_files(&file)), None);
    }
    match Assets::get(&format!("{name}.br")).filter(|_| takes_brotli(asked)) {
        Some(small) => with_type(kind, body(small), Some(HeaderValue::from_static("br"))),
        None => with_type(kind, body(file), None),
    }
}

fn with_type(kind: HeaderValue, body: Body, encoding: Option<HeaderValue>) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::VARY, HeaderValue::from(HeaderName::from_static("accept-encoding")));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, encoding);
    }
    response
}

fn kind(file: &EmbeddedFile) -> HeaderValue {
    let kind = file.metadata.mimetype();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() };
    HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn body(file: EmbeddedFile) -> Body {
    match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    }
}

/// The page, with the mark at the end of its head.
fn with_files(file: &EmbeddedFile) -> String {
    String::from_utf8_lossy(&file.data).replacen("</head>", &format!("{FILES}</head>"), 1)
}

fn takes_brotli(asked: &HeaderMap) -> bool {
    let values = asked.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    let mut names = values.flat_map(|value| value.split(','));
    names.any(|name| name.split(';').next().is_some_and(|name| name.trim() == "br"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_says_of_itself_what_the_header_says() {
        let index = Assets::get(INDEX).expect("a page");
        let own = POLICY.strip_suffix("; frame-ancestors 'self'").expect("the last part");
        assert!(String::from_utf8_lossy(&index.data).contains(own));
        assert!(with_files(&index).contains(FILES));
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        let asked = |value| HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]);
        assert!(takes_brotli(&asked("gzip, deflate, br;q=1")));
        assert!(!takes_brotli(&asked("gzip, brotlify")));
    }
}
