//! Where a server listens, in the words of `ovsdb(7)`: `tcp:HOST:PORT`, `ssl:HOST:PORT`, `unix:PATH`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use thiserror::Error;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// In the clear; for loopback and for networks that are trusted.
    Tcp {
        /// A name or an address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// With TLS.
    Ssl {
        /// A name or an address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A socket in the file system.
    Unix {
        /// Its path.
        path: PathBuf,
    },
}

/// Why a text names no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// There is nothing.
    #[error("no endpoint is named: write tcp:HOST:PORT, ssl:HOST:PORT or unix:PATH")]
    Empty,
    /// The word before the first colon is none of ours.
    #[error("`{0}` is no endpoint: it must start with tcp:, ssl: or unix:")]
    Scheme(String),
    /// There is no host.
    #[error("`{0}` has no host")]
    Host(String),
    /// An address with colons needs brackets.
    #[error("`{0}` has more than one colon after the scheme: write an IPv6 address in brackets, as in tcp:[::1]:6641")]
    Brackets(String),
    /// The port is missing, or no number from 1 to 65535.
    #[error("`{0}` has no port from 1 to 65535: the Northbound database usually has 6641")]
    Port(String),
    /// There is no path.
    #[error("`{0}` has no path")]
    Path(String),
}

impl Endpoint {
    /// Reads a list with commas between the endpoints.
    pub fn list(text: &str) -> Result<Vec<Self>, EndpointError> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let list = parts.map(str::parse).collect::<Result<Vec<Self>, _>>()?;
        if list.is_empty() { Err(EndpointError::Empty) } else { Ok(list) }
    }

    /// Whether TLS is spoken there.
    pub fn is_tls(&self) -> bool {
        matches!(self, Self::Ssl { .. })
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let (scheme, rest) = text.split_once(':').ok_or_else(|| EndpointError::Scheme(text.to_owned()))?;
        match scheme {
            "tcp" => host_and_port(text, rest).map(|(host, port)| Self::Tcp { host, port }),
            "ssl" => host_and_port(text, rest).map(|(host, port)| Self::Ssl { host, port }),
            "unix" if rest.is_empty() => Err(EndpointError::Path(text.to_owned())),
            "unix" => Ok(Self::Unix { path: rest.into() }),
            _ => Err(EndpointError::Scheme(text.to_owned())),
        }
    }
}

fn host_and_port(text: &str, rest: &str) -> Result<(String, u16), EndpointError> {
    let bracketed = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host, port) = match bracketed {
        Some((host, after)) => (host, after.strip_prefix(':').unwrap_or_default()),
        None => rest.rsplit_once(':').unwrap_or((rest, "")),
    };
    if host.is_empty() {
        return Err(EndpointError::Host(text.to_owned()));
    }
    if bracketed.is_none() && host.contains(':') {
        return Err(EndpointError::Brackets(text.to_owned()));
    }
    match port.parse::<u16>() {
        Ok(port) if port > 0 => Ok((host.to_owned(), port)),
        _ => Err(EndpointError::Port(text.to_owned())),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut network = |scheme: &str, host: &str, port: u16| match host.contains(':') {
            true => write!(out, "{scheme}:[{host}]:{port}"),
            false => write!(out, "{scheme}:{host}:{port}"),
        };
        match self {
            Self::Tcp { host, port } => network("tcp", host, *port),
            Self::Ssl { host, port } => network("ssl", host, *port),
            Self::Unix { path } => write!(out, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_and_written() {
        for text in ["tcp:10.0.0.1:6641", "ssl:[fd00::1]:6641", "ssl:ovn-nb.example:6641", "unix:/run/ovn/a:b.sock"] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        assert_eq!(Endpoint::list("tcp:a:1, tcp:b:2").unwrap().len(), 2);
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| Endpoint::list(text).unwrap_err();
        assert_eq!(error(" , "), EndpointError::Empty);
        assert!(matches!(error("http://x"), EndpointError::Scheme(_)));
        assert!(matches!(error("tcp::1"), EndpointError::Host(_)));
        assert!(matches!(error("tcp:::1:6641"), EndpointError::Brackets(_)));
        assert!(matches!(error("tcp:a"), EndpointError::Port(_)));
        assert!(matches!(error("tcp:a:70000"), EndpointError::Port(_)));
        assert!(matches!(error("unix:"), EndpointError::Path(_)));
    }
}
