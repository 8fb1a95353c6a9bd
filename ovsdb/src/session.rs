//! One connection: requests and their answers, notices in between, echoes both ways.

use crate::codec::{Codec, CodecError, Limits};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_util::codec::Framed;

/// A byte stream, whatever carries it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Why a connection is of no more use.
#[derive(Debug, Error)]
pub enum Lost {
    /// The peer closed it.
    #[error("the server closed the connection")]
    Closed,
    /// The peer answers no echo.
    #[error("the server says nothing any more")]
    Silent,
    /// A request took too long.
    #[error("no answer within {} seconds", .0.as_secs_f32())]
    Late(Duration),
    /// Notices pile up faster than they are read.
    #[error("the server sent more notices than can be kept")]
    Flood,
    /// What came is no message.
    #[error("{0}")]
    Codec(#[from] CodecError),
}

/// What came of a request.
#[derive(Debug, Error)]
pub(crate) enum CallError {
    /// The server answered with an error.
    #[error("the server answers {0}")]
    Answer(Value),
    /// There is no answer.
    #[error("{0}")]
    Lost(#[from] Lost),
}

/// Something that the server says unasked.
#[derive(Debug)]
pub(crate) struct Notice {
    pub(crate) method: String,
    pub(crate) params: Vec<Value>,
    bytes: usize,
}

/// One connection.
pub(crate) struct Session {
    framed: Framed<Box<dyn Stream>, Codec>,
    limits: Limits,
    probe: Duration,
    patience: Duration,
    last: u64,
    notices: VecDeque<Notice>,
}

impl Session {
    pub(crate) fn new(stream: Box<dyn Stream>, limits: Limits, probe: Duration, patience: Duration) -> Self {
        let framed = Framed::new(stream, Codec::new(limits));
        Self { framed, limits, probe, patience, last: 0, notices: VecDeque::new() }
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Result<Value, CallError> {
        let patience = self.patience;
        match timeout(patience, self.ask(method, params)).await {
            Ok(answer) => answer,
            Err(_) => Err(Lost::Late(patience).into()),
        }
    }

    async fn ask(&mut self, method: &str, params: Value) -> Result<Value, CallError> {
        self.last += 1;
        let id = json!(self.last);
        self.send(json!({"method": method, "params": params, "id": id})).await?;
        loop {
            let (mut message, bytes) = self.receive().await?;
            if message.get("method").is_some() {
                self.keep(message, bytes)?;
            } else if message.get("id") == Some(&id) {
                return match message.get_mut("error").map(Value::take) {
                    None | Some(Value::Null) => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
                    Some(error) => Err(CallError::Answer(error)),
                };
            }
        }
    }

    /// The next notice, as soon as there is one.
    pub(crate) async fn notice(&mut self) -> Result<Notice, Lost> {
        loop {
            if let Some(notice) = self.notices.pop_front() {
                return Ok(notice);
            }
            let (message, bytes) = self.receive().await?;
            self.keep(message, bytes)?;
        }
    }

    fn keep(&mut self, mut message: Value, bytes: usize) -> Result<(), Lost> {
        let Some(method) = message.get("method").and_then(Value::as_str).map(str::to_owned) else { return Ok(()) };
        let params = match message.get_mut("params").map(Value::take) {
            Some(Value::Array(params)) => params,
            _ => Vec::new(),
        };
        let kept: usize = self.notices.iter().map(|notice| notice.bytes).sum();
        if kept + bytes > self.limits.bytes || self.notices.len() >= MOST_NOTICES {
            return Err(Lost::Flood);
        }
        self.notices.push_back(Notice { method, params, bytes });
        Ok(())
    }

    async fn send(&mut self, message: Value) -> Result<(), Lost> {
        Ok(self.framed.send(message).await?)
    }

    /// The next message that is no echo, and its length. Asks for an echo when nothing comes.
    async fn receive(&mut self) -> Result<(Value, usize), Lost> {
        let mut probed = false;
        loop {
            let before = self.framed.read_buffer().len();
            let Ok(next) = timeout(self.probe, self.framed.next()).await else {
                let grows = self.framed.read_buffer().len() > before;
                if probed && !grows {
                    return Err(Lost::Silent);
                }
                probed = true;
                self.send(json!({"method": "echo", "params": [], "id": "echo"})).await?;
                continue;
            };
            probed = false;
            let message = next.ok_or(Lost::Closed)??;
            match (message.get("method").and_then(Value::as_str), message.get("id")) {
                (Some("echo"), Some(id)) => {
                    let params = message.get("params").cloned().unwrap_or(json!([]));
                    self.send(json!({"id": id, "result": params, "error": null})).await?;
                }
                (None, Some(Value::String(id))) if id == "echo" => {}
                _ => return Ok((message, self.framed.codec().length())),
            }
        }
    }
}

/// How many notices are kept while an answer is waited for.
const MOST_NOTICES: usize = 10_000;
