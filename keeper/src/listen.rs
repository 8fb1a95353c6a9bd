//! `/metrics`, `/healthz` and `/readyz`.

use crate::status::Status;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Answers until the task is ended.
pub(crate) async fn listen(listener: TcpListener, status: Arc<Status>) -> std::io::Result<()> {
    let [for_metrics, for_life, for_readiness] = [(); 3].map(|()| Arc::clone(&status));
    let router = Router::new()
        .route("/metrics", get(move || async move { metrics(&for_metrics) }))
        .route("/healthz", get(move || async move { said(for_life.is_alive()) }))
        .route("/readyz", get(move || async move { said(for_readiness.is_ready()) }));
    axum::serve(listener, router).await
}

fn metrics(status: &Status) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], status.text()).into_response()
}

fn said(well: bool) -> (StatusCode, &'static str) {
    if well { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ok\n") }
}
