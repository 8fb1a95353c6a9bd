//! Messages on a stream: JSON objects, one after the other, with nothing between them.
//!
//! A message ends where its braces do. What is not yet a whole message stays in the buffer, which is bounded.

use bytes::{Buf, BufMut, BytesMut};
use serde_json::Value;
use thiserror::Error;
use tokio_util::codec::{Decoder, Encoder};

/// How much a peer may send in one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one message.
    pub bytes: usize,
    /// Arrays and objects within each other; the JSON reader itself ends at 127.
    pub depth: usize,
}

impl Default for Limits {
    /// 256 MiB and 64 levels: ovsdb-server nests about ten.
    fn default() -> Self {
        Self { bytes: 256 << 20, depth: 64 }
    }
}

/// What is wrong with what a peer sent.
#[derive(Debug, Error)]
pub enum CodecError {
    /// A message starts with something else than a brace.
    #[error("the peer sent no OVSDB message but `{0}`")]
    NotAMessage(String),
    /// A message is too long.
    #[error("the peer sent a message of more than {0} bytes")]
    TooLong(usize),
    /// A message is nested too deeply.
    #[error("the peer sent a message nested more than {0} levels deep")]
    TooDeep(usize),
    /// The braces fit, but it is no JSON.
    #[error("the peer sent bad JSON ({error}): `{start}`")]
    BadJson {
        /// What the JSON reader says.
        error: serde_json::Error,
        /// How the message starts.
        start: String,
    },
    /// The stream ended within a message.
    #[error("the peer closed the connection in the middle of a message")]
    Cut,
    /// The stream failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Finds the ends of messages.
#[derive(Debug, Clone, Default)]
pub struct Codec {
    limits: Limits,
    scanned: usize,
    depth: usize,
    text: Text,
    length: usize,
}

/// Whether a byte is part of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

impl Codec {
    /// A codec with limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// How long the last message was.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// The length of the first message, when it is whole.
    fn end(&mut self, buffer: &[u8]) -> Result<Option<usize>, CodecError> {
        for byte in buffer.iter().skip(self.scanned) {
            self.scanned += 1;
            if self.scanned > self.limits.bytes {
                return Err(CodecError::TooLong(self.limits.bytes));
            }
            match (self.text, byte) {
                (Text::Escaped, _) => self.text = Text::Inside,
                (Text::Inside, b'\\') => self.text = Text::Escaped,
                (Text::Inside, b'"') => self.text = Text::Outside,
                (Text::Inside, _) => {}
                (Text::Outside, b'"') => self.text = Text::Inside,
                (Text::Outside, b'{' | b'[') => self.depth += 1,
                (Text::Outside, b'}' | b']') => self.depth = self.depth.saturating_sub(1),
                (Text::Outside, _) => {}
            }
            if self.depth > self.limits.depth {
                return Err(CodecError::TooDeep(self.limits.depth));
            }
            if self.depth == 0 && self.text == Text::Outside {
                return Ok(Some(self.scanned));
            }
        }
        Ok(None)
    }
}

/// The first bytes of something unexpected, fit to be printed.
fn excerpt(bytes: &[u8]) -> String {
    let start = bytes.get(..60).unwrap_or(bytes);
    String::from_utf8_lossy(start).escape_debug().to_string()
}

impl Decoder for Codec {
    type Item = Value;
    type Error = CodecError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Value>, CodecError> {
        if self.scanned == 0 {
            let blank = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            buffer.advance(blank);
            match buffer.first() {
                None => return Ok(None),
                Some(b'{') => {}
                Some(_) => return Err(CodecError::NotAMessage(excerpt(buffer))),
            }
        }
        let Some(end) = self.end(buffer)? else { return Ok(None) };
        let message = buffer.split_to(end);
        *self = Self { length: end, ..Self::new(self.limits) };
        let bad = |error| CodecError::BadJson { error, start: excerpt(&message) };
        serde_json::from_slice(&message).map(Some).map_err(bad)
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> Result<Option<Value>, CodecError> {
        match self.decode(buffer)? {
            Some(message) => Ok(Some(message)),
            None if buffer.is_empty() => Ok(None),
            None => Err(CodecError::Cut),
        }
    }
}

impl Encoder<Value> for Codec {
    type Error = CodecError;

    fn encode(&mut self, message: Value, buffer: &mut BytesMut) -> Result<(), CodecError> {
        let io = |error: serde_json::Error| CodecError::Io(error.into());
        serde_json::to_writer(buffer.writer(), &message).map_err(io)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn all(codec: &mut Codec, bytes: &[u8], step: usize) -> Result<Vec<Value>, CodecError> {
        let mut buffer = BytesMut::new();
        let mut found = Vec::new();
        for part in bytes.chunks(step) {
            buffer.extend_from_slice(part);
            while let Some(message) = codec.decode(&mut buffer)? {
                found.push(message);
            }
        }
        codec.decode_eof(&mut buffer).map(|last| found.into_iter().chain(last).collect())
    }

    #[test]
    fn messages_end_where_their_braces_do() {
        let messages = [json!({"a": "}\\\"{"}), json!({"b": [[], {"c": {}}]})];
        let bytes = format!("{}\n {}", messages[0], messages[1]);
        for step in 1..bytes.len() {
            assert_eq!(all(&mut Codec::default(), bytes.as_bytes(), step).unwrap(), messages);
        }
    }

    #[test]
    fn what_is_no_message_is_shown() {
        let error = |bytes: &[u8]| all(&mut Codec::default(), bytes, 7).unwrap_err().to_string();
        assert!(error(b"HTTP/1.1 400 Bad Request\r\n").contains("HTTP/1"));
        assert!(error(b"{\"a\":").contains("middle of a message"));
        assert!(error(b"{]").contains("bad JSON"));
        assert!(error("{\"a\":".repeat(70).as_bytes()).contains("64 levels"));
        let small = Limits { bytes: 1000, ..Limits::default() };
        let long = format!("{{\"a\":\"{}", "x".repeat(2000));
        assert!(matches!(all(&mut Codec::new(small), long.as_bytes(), 10), Err(CodecError::TooLong(1000))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), step in 1usize..9) {
            let _ = all(&mut Codec::default(), &bytes, step);
        }
    }
}
