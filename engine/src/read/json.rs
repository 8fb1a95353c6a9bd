//! JSON is YAML, and told apart at sight: a parser that knows nothing else finds the same values at the same places in a
//! fraction of the time. What YAML's parser may take otherwise is left to it.

use super::node::Style;
use super::tree::{Builder, Built};
use hifijson::num::LexWrite as _;
use hifijson::str::LexAlloc as _;
use hifijson::token::Lex as _;
use hifijson::{Expect, Read as _, SliceLexer};

/// The value of a document, if that is JSON within all limits. What is wrong with any other text is for YAML to say.
pub(super) fn built(mut builder: Builder<'_, '_>) -> Option<Built> {
    let text = builder.document.text;
    let mut lexer = SliceLexer::new(text.as_bytes());
    lexer.exactly_one(SliceLexer::ws_peek, |next, lexer| value(next, lexer, &mut builder)).ok()?;
    builder.root
}

/// YAML has a limit for the length of keys.
const LONGEST: usize = 60_000;

/// YAML has such characters as escapes only.
fn is_unprintable(char: char) -> bool {
    matches!(char, '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Why a text is no JSON: nobody is told.
struct Other;

impl From<Expect> for Other {
    fn from(_: Expect) -> Self {
        Self
    }
}

fn value(next: u8, lexer: &mut SliceLexer<'_>, builder: &mut Builder<'_, '_>) -> Result<(), Other> {
    let start = at(lexer, builder);
    match next {
        b'{' => {
            builder.start_mapping(start, 0).map_err(|_| Other)?;
            lexer.discarded().seq(b'}', SliceLexer::ws_peek, |next, lexer| {
                let key = at(lexer, builder);
                text(next, lexer, builder)?;
                if at(lexer, builder) - key > LONGEST {
                    return Err(Other);
                }
                // To YAML, what stands behind a blank and a colon belongs to the colon.
                let is_apart = lexer.peek_next() != Some(b':');
                lexer.expect(SliceLexer::ws_peek, b':').ok_or(Other)?;
                if is_apart && lexer.peek_next().is_none_or(|next| !next.is_ascii_whitespace()) {
                    return Err(Other);
                }
                value(lexer.ws_peek().ok_or(Other)?, lexer, builder)
            })?;
            builder.end(at(lexer, builder)).map_err(|_| Other)
        }
        b'[' => {
            builder.start_sequence(start, 0).map_err(|_| Other)?;
            lexer.discarded().seq(b']', SliceLexer::ws_peek, |next, lexer| value(next, lexer, builder))?;
            builder.end(at(lexer, builder)).map_err(|_| Other)
        }
        b'"' => text(next, lexer, builder),
        b'a'..=b'z' => {
            lexer.null_or_bool().ok_or(Other)?;
            plain(start, lexer, builder)
        }
        _ => {
            lexer.num_string().validated().map_err(|_| Other)?;
            plain(start, lexer, builder)
        }
    }
}

/// A text in quotes: of a value, or of a key.
fn text(next: u8, lexer: &mut SliceLexer<'_>, builder: &mut Builder<'_, '_>) -> Result<(), Other> {
    let start = at(lexer, builder);
    lexer.expect(|_| Some(next), b'"').ok_or(Other)?;
    let text = lexer.str_string().map_err(|_| Other)?;
    let end = at(lexer, builder);
    let written = builder.document.text.get(start..end).ok_or(Other)?;
    if written.contains(is_unprintable) {
        return Err(Other);
    }
    let place = builder.document.place(start, end);
    builder.scalar(&text, Style::Text, place, 0).map_err(|_| Other)
}

/// A number or a word.
fn plain(start: usize, lexer: &SliceLexer<'_>, builder: &mut Builder<'_, '_>) -> Result<(), Other> {
    let end = at(lexer, builder);
    let place = builder.document.place(start, end);
    let text = builder.document.text.get(start..end).ok_or(Other)?;
    builder.scalar(text, Style::Plain, place, 0).map_err(|_| Other)
}

/// How many bytes of the document have been read.
fn at(lexer: &SliceLexer<'_>, builder: &Builder<'_, '_>) -> usize {
    builder.document.text.len() - lexer.as_slice().len()
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::*;
    use crate::read::document::documents;
    use crate::source::Sources;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;
    use serde_json::Value;

    /// What JSON's parser makes of a text, and what YAML's does.
    fn both(text: &str) -> [(Option<String>, Vec<String>); 2] {
        let mut sources = Sources::new();
        let id = sources.add("a", text);
        let documents = documents(id, sources.get(id).unwrap());
        let document = documents.first().unwrap();
        [false, true].map(|json| {
            let (mut words, mut said) = (Words::default(), Vec::new());
            let mut builder = Builder::of(document, &mut words, &mut said);
            let built = match json {
                true => built(builder),
                false => builder.run().ok().and(builder.root),
            };
            (
                built.map(|built| alloc::format!("{:?}", built.node)),
                said.iter().map(|one| alloc::format!("{one:?}")).collect(),
            )
        })
    }

    fn same(text: &str) {
        let [yaml, json] = both(text);
        assert!(json.0.is_some(), "no JSON: {text}");
        assert_eq!(yaml, json, "{text}");
    }

    fn value() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            r##"[ -~äß漢"\\/#:,{}\[\]\n\t]{0,12}"##.prop_map(Value::from),
        ];
        scalar.prop_recursive(5, 40, 5, |inner| {
            let key = r##"[a-c<~: "#\\]{0,3}"##;
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec((key, inner), 0..5)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn yaml_and_json_find_the_same(value in value()) {
            same(&alloc::format!("[{value}]"));
            same(&alloc::format!("[{value:#}]"));
        }
    }

    #[test]
    fn corners_are_the_same() {
        for text in [
            "{}",
            "[ ]",
            "\n\n  {\"a\" : [1 , 2.5e-3,-0, true,false, null]}\n",
            r#"{"a":1,"a":2,"b":{"<<":{"c":1},"d":1}}"#,
            r#"{"a":"\u00e4\"\\\/\b\f\n\r\t"}"#,
            "{\"a\":\r\n\"b\"}",
            "{\"a\" : 1, \"b\" :\n2}",
            "{\"a\":1}\n---\nb: 1",
        ] {
            same(text);
        }
    }

    #[test]
    fn what_is_no_json_is_left_to_yaml() {
        for text in [
            "{\"a\" :1}",
            "{\"a\":\"\u{7f}\"}",
            "{a: 1}",
            "{'a': 1}",
            "[1, 2] # two",
            "[1,]",
            "[01]",
            "{\"a\":1}}",
            "[*a]",
        ] {
            let [_, json] = both(text);
            assert!(json.0.is_none(), "{text}");
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(both(&deep)[1].0.is_none());
    }
}
