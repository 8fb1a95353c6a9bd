//! A new item of a list, in the syntax of what stands around it.

use crate::read::{FLOW, quoted, written};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// A number, as it is.
    Number(String),
    /// A text, in quotes where it needs them.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Keys and values.
    Mapping(Vec<(String, Self)>),
}

/// How keys and texts between braces are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Without quotes where YAML needs none.
    Yaml,
    /// Always in double quotes.
    Json,
}

impl Item {
    /// A text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A mapping of one key.
    pub(super) fn of(key: &str, value: Self) -> Self {
        Self::mapping([(key, value)])
    }

    /// A mapping.
    pub(super) fn mapping<'k>(entries: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        Self::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// On one line, between brackets and braces.
    pub(super) fn flow(&self, syntax: Syntax) -> String {
        let text = |text: &str| match syntax {
            Syntax::Yaml => written(text, FLOW),
            Syntax::Json => quoted(text),
        };
        match self {
            Self::Number(number) => number.clone(),
            Self::Text(one) => text(one),
            Self::List(items) => {
                format!("[{}]", items.iter().map(|item| item.flow(syntax)).collect::<Vec<_>>().join(", "))
            }
            Self::Mapping(entries) => {
                let entry = |(key, value): &(String, Self)| format!("{}: {}", text(key), value.flow(syntax));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The lines of an item of a block list; a mapping has each key on a line.
    pub(super) fn block(&self, indent: usize) -> String {
        let space = " ".repeat(indent);
        let value = |item: &Self| match item {
            Self::Text(text) => written(text, ""),
            Self::Number(_) | Self::List(_) | Self::Mapping(_) => item.flow(Syntax::Yaml),
        };
        let Self::Mapping(entries) = self else { return format!("{space}- {}\n", value(self)) };
        let line = |(at, (key, item)): (usize, &(String, Self))| {
            let dash = if at == 0 { "- " } else { "  " };
            format!("{space}{dash}{key}: {}\n", value(item))
        };
        entries.iter().enumerate().map(line).collect()
    }
}
