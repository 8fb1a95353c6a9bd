//! A match, as tokens and as text.

use super::constant::{self, ADDRESS_SET, PORT, PORT_GROUP};
use super::symbol::{Kind, SYMBOLS, Symbol};
use crate::random::Random;

/// How often a generator writes what OVN is likely to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// Types, widths and levels are mostly right.
    Careful,
    /// Anything that looks like a match.
    Careless,
}

/// The tokens of a random match.
pub fn tokens(random: &mut Random, care: Care) -> Vec<String> {
    let mut writer = Writer { random, care, tokens: Vec::new() };
    let depth = writer.random.below(4);
    writer.expression(depth);
    writer.tokens
}

/// Tokens as text, with the blanks and comments that people and programs put between them.
pub fn text(random: &mut Random, tokens: &[String]) -> String {
    let plain = !random.once_in(4);
    let mut text = String::new();
    for token in tokens {
        text.push_str(token);
        text.push_str(if plain { " " } else { blank(random) });
    }
    if plain { text.trim_end().to_owned() } else { text }
}

fn blank(random: &mut Random) -> &'static str {
    const BLANKS: [&str; 12] =
        ["", "", " ", " ", "  ", "\t", "\n", "\r\n", " /* note */ ", " // note\n", "/**/", "\u{b}\u{c} "];
    BLANKS[random.below(BLANKS.len())]
}

struct Writer<'a> {
    random: &'a mut Random,
    care: Care,
    tokens: Vec<String>,
}

impl Writer<'_> {
    fn say(&mut self, token: impl Into<String>) {
        self.tokens.push(token.into());
    }

    fn careless(&mut self, times: usize) -> bool {
        let times = if self.care == Care::Careful { times * 8 } else { times };
        self.random.once_in(times)
    }

    fn expression(&mut self, depth: usize) {
        if depth == 0 {
            return self.unary(0);
        }
        let connective = *self.random.pick(&["&&", "||"]);
        for index in 0..1 + self.random.below(3) {
            if index > 0 {
                let mixed = self.careless(30);
                self.say(if mixed { "||" } else { connective });
            }
            self.unary(depth - 1);
        }
    }

    fn unary(&mut self, depth: usize) {
        if self.random.once_in(5) {
            self.say("!");
            if self.random.once_in(3) {
                return self.flag();
            }
            return self.parenthesised(depth);
        }
        if depth > 0 && !self.random.once_in(6) { self.parenthesised(depth) } else { self.primary() }
    }

    fn parenthesised(&mut self, depth: usize) {
        self.say("(");
        self.expression(depth);
        self.say(")");
    }

    fn primary(&mut self) {
        match self.random.below(24) {
            0 => {
                let holds = self.random_bit();
                self.say(if holds { "1" } else { "0" });
            }
            1 if self.random.once_in(3) => self.resident(),
            1..=5 => self.flag(),
            6..=8 => self.port(),
            9..=10 => self.range(),
            11 => self.turned(),
            _ => self.comparison(),
        }
    }

    fn random_bit(&mut self) -> bool {
        self.random.once_in(2)
    }

    fn resident(&mut self) {
        let port = *self.random.pick(PORT);
        for token in ["is_chassis_resident", "("] {
            self.say(token);
        }
        self.say(format!("\"{port}\""));
        self.say(")");
    }

    fn symbol(&mut self, fits: fn(&Symbol) -> bool) -> Symbol {
        let several: Vec<&Symbol> =
            SYMBOLS.iter().filter(|symbol| self.care == Care::Careless || fits(symbol)).collect();
        **self.random.pick(&several)
    }

    /// Something of one bit, by itself.
    fn flag(&mut self) {
        let symbol = self.symbol(|symbol| symbol.kind == Kind::Predicate || symbol.kind == Kind::Number(1));
        let bit = self.symbol(|symbol| matches!(symbol.kind, Kind::Number(width) if width > 1 && !symbol.nominal));
        if self.random.once_in(4) {
            self.say(bit.name);
            self.subfield(bit, true);
        } else {
            self.say(symbol.name);
        }
    }

    fn port(&mut self) {
        let symbol = self.symbol(|symbol| symbol.kind == Kind::Port);
        self.say(symbol.name);
        let equal = !self.careless(4);
        self.say(if equal { "==" } else { "!=" });
        let group = self.random.once_in(3);
        if group {
            let name = self.existing(PORT_GROUP);
            return self.say(format!("@{name}"));
        }
        let constant = |writer: &mut Self| format!("\"{}\"", writer.random.pick(PORT));
        self.constants(constant, 4);
    }

    /// A name of a pool whose last one does not exist.
    fn existing(&mut self, pool: &[&'static str]) -> &'static str {
        let end = if self.careless(4) { pool.len() } else { pool.len() - 1 };
        pool[self.random.below(end)]
    }

    fn comparison(&mut self) {
        let (symbol, width) = self.field();
        let relop = self.relop(symbol, 4);
        self.say(relop);
        let equality = matches!(relop, "==" | "!=");
        self.values(width, if equality { 3 } else { 60 });
    }

    fn turned(&mut self) {
        let before = self.tokens.len();
        let (symbol, width) = self.field();
        let field: Vec<String> = self.tokens.drain(before..).collect();
        self.values(width, 60);
        let relop = self.relop(symbol, 4);
        self.say(relop);
        self.tokens.extend(field);
    }

    fn range(&mut self) {
        let before = self.tokens.len();
        let (_, width) = self.ordinal();
        let field: Vec<String> = self.tokens.drain(before..).collect();
        let up = ["<", "<="];
        let down = [">", ">="];
        let relops = if self.random_bit() { up } else { down };
        let other = if self.careless(20) { down } else { relops };
        self.values(width, 60);
        let first = *self.random.pick(&relops);
        self.say(first);
        self.tokens.extend(field);
        let second = *self.random.pick(&other);
        self.say(second);
        self.values(width, 60);
    }

    fn relop(&mut self, symbol: Symbol, times: usize) -> &'static str {
        let all = ["==", "!=", "<", "<=", ">", ">="];
        if symbol.nominal && !self.careless(times) { all[0] } else { all[self.random.below(all.len())] }
    }

    /// A number, or some of its bits; with its symbol's width, which is what constants are checked against.
    fn field(&mut self) -> (Symbol, u32) {
        let symbol = self.symbol(|symbol| matches!(symbol.kind, Kind::Number(_)));
        self.bits(symbol)
    }

    fn ordinal(&mut self) -> (Symbol, u32) {
        let symbol = self.symbol(|symbol| matches!(symbol.kind, Kind::Number(_)) && !symbol.nominal);
        self.bits(symbol)
    }

    fn bits(&mut self, symbol: Symbol) -> (Symbol, u32) {
        self.say(symbol.name);
        let Kind::Number(width) = symbol.kind else { return (symbol, 1) };
        let whole = !self.random.once_in(8) || (symbol.nominal && !self.careless(3));
        (symbol, if whole { width } else { self.subfield(symbol, false) })
    }

    /// `[low]` or `[low..high]`; gives the width of it.
    fn subfield(&mut self, symbol: Symbol, single: bool) -> u32 {
        let width = if let Kind::Number(width) = symbol.kind { width } else { 1 };
        let excess = usize::from(self.careless(6)) * 2;
        let mut bit = || u32::try_from(self.random.below(width as usize + excess)).unwrap();
        let (a, b) = (bit(), bit());
        let (low, high) = (a.min(b), a.max(b));
        let tokens = if single || low == high {
            vec!["[".into(), low.to_string(), "]".into()]
        } else if self.careless(12) {
            vec!["[".into(), high.to_string(), "..".into(), low.to_string(), "]".into()]
        } else {
            vec!["[".into(), low.to_string(), "..".into(), high.to_string(), "]".into()]
        };
        self.tokens.extend(tokens);
        if single { 1 } else { high - low + 1 }
    }

    fn values(&mut self, width: u32, set_once_in: usize) {
        if matches!(width, 32 | 128) && self.random.once_in(6) {
            let name = self.existing(ADDRESS_SET);
            let wrong = (name == "as6") != (width == 128);
            let name = if wrong && !self.careless(3) { "empty" } else { name };
            return self.say(format!("${name}"));
        }
        self.constants(|writer| constant::number(writer.random, width), set_once_in);
    }

    fn constants(&mut self, constant: impl Fn(&mut Self) -> String, set_once_in: usize) {
        if !self.random.once_in(set_once_in) {
            let constant = constant(self);
            return self.say(constant);
        }
        self.say("{");
        for index in 0..1 + self.random.below(4) {
            if index > 0 && !self.random.once_in(8) {
                self.say(",");
            }
            let constant = constant(self);
            self.say(constant);
        }
        if self.random.once_in(8) {
            self.say(",");
        }
        self.say("}");
    }
}
