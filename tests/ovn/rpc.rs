//! JSON-RPC 1.0 as `ovs-appctl` and OVSDB clients speak it.

use serde_json::de::IoRead;
use serde_json::{StreamDeserializer, Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// A connection to one daemon.
pub struct Connection {
    stream: UnixStream,
    replies: StreamDeserializer<'static, IoRead<Lossy<BufReader<UnixStream>>>, Value>,
    last: u64,
}

impl Connection {
    /// Connects to a socket.
    pub fn open(socket: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        let reader = BufReader::with_capacity(1 << 16, stream.try_clone()?);
        let replies =
            serde_json::Deserializer::from_reader(Lossy { inner: reader, ready: io::Cursor::default() }).into_iter();
        Ok(Self { stream, replies, last: 0 })
    }

    /// One request and its result; the error member of the reply becomes an error.
    pub fn call(&mut self, method: &str, params: Value) -> io::Result<Value> {
        let id = self.send(method, params)?;
        loop {
            let mut reply = self.receive()?;
            if reply["method"] == "echo" {
                self.write(&json!({ "id": reply["id"], "result": reply["params"], "error": null }))?;
            } else if reply["id"] == id {
                let error = reply["error"].take();
                return if error.is_null() { Ok(reply["result"].take()) } else { Err(failure(&error)) };
            }
        }
    }

    /// Many requests of one method with their results in order, sent ahead in one write.
    ///
    /// An error member is a result here: the text of it.
    pub fn call_all(&mut self, method: &str, params: &[Value]) -> io::Result<Vec<Result<Value, String>>> {
        let mut text = Vec::new();
        for params in params {
            self.last += 1;
            serde_json::to_writer(&mut text, &json!({ "id": self.last, "method": method, "params": params }))?;
        }
        self.stream.write_all(&text)?;
        params.iter().map(|_| self.receive().map(outcome)).collect()
    }

    fn send(&mut self, method: &str, params: Value) -> io::Result<u64> {
        self.last += 1;
        self.write(&json!({ "id": self.last, "method": method, "params": params }))?;
        Ok(self.last)
    }

    fn write(&mut self, message: &Value) -> io::Result<()> {
        self.stream.write_all(message.to_string().as_bytes())
    }

    fn receive(&mut self) -> io::Result<Value> {
        let end = || io::Error::new(io::ErrorKind::UnexpectedEof, "the daemon closed the connection");
        Ok(self.replies.next().ok_or_else(end)??)
    }
}

/// Text in which U+FFFD stands for what is no UTF-8: of a character that C prints with `%c` only the first byte comes.
struct Lossy<R> {
    inner: R,
    ready: io::Cursor<Vec<u8>>,
}

impl<R: BufRead> Read for Lossy<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let number = self.ready.read(buffer)?;
        if number > 0 || buffer.is_empty() {
            return Ok(number);
        }
        let mut bytes = self.inner.fill_buf()?.to_vec();
        self.inner.consume(bytes.len());
        // A character is whole when another one begins; no message ends within one.
        while bytes.last().is_some_and(|last| !last.is_ascii()) {
            let Some(next) = self.inner.fill_buf()?.first().copied() else { break };
            bytes.push(next);
            self.inner.consume(1);
        }
        self.ready = io::Cursor::new(String::from_utf8_lossy(&bytes).into_owned().into_bytes());
        self.ready.read(buffer)
    }
}

fn outcome(mut reply: Value) -> Result<Value, String> {
    let error = reply["error"].take();
    match error {
        Value::Null => Ok(reply["result"].take()),
        Value::String(text) => Err(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(error.to_string()),
    }
}

fn failure(error: &Value) -> io::Error {
    io::Error::other(error.as_str().map_or_else(|| error.to_string(), str::to_owned))
}

/// One command of a daemon's control socket, as `ovs-appctl` would give it.
pub fn command(socket: &Path, name: &str, arguments: &[&str]) -> io::Result<String> {
    let result = Connection::open(socket)?.call(name, json!(arguments))?;
    Ok(result.as_str().unwrap_or_default().to_owned())
}
