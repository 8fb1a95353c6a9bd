//! What a row writes into the log of a packet that it matches (`ovn-nb(5)`, table ACL, Logging). It changes no verdict.

use alloc::string::String;
use core::fmt;

/// `log` is on; the name of the record is the row's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Log {
    /// `severity`; without one OVN takes `info`.
    pub severity: Option<Severity>,
    /// `meter`: which records are left out; without one none is.
    pub meter: Option<Meter>,
}

/// How grave a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `alert`.
    Alert,
    /// `warning`.
    Warning,
    /// `notice`.
    Notice,
    /// `info`.
    Info,
    /// `debug`.
    Debug,
}

impl Severity {
    /// As the database spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Warning => "warning",
            Self::Notice => "notice",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A row of the `Meter` table, of records a second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Meter {
    /// Its name.
    pub name: String,
    /// `rate`, in packets a second (`unit` is `pktps`).
    pub rate: u32,
    /// `burst_size`.
    pub burst: u32,
}
