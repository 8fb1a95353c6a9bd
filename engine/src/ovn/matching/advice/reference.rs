//! Address sets and port groups that are not there.

use super::super::token::Punctuation;
use super::name::nearest;
use super::{Advice, Scene};
use alloc::format;

impl Scene<'_> {
    pub(super) fn address_set(&self) -> Advice {
        let name = self.token(0).map_or("", |token| token.text).trim_start_matches('$');
        if self.has_dash() {
            return Advice::help("a name with `-` cannot be written in a match: OVN reads the `-` as something else");
        }
        if self.context.port_groups().any(|group| group == name) {
            return Advice::help(format!(
                "`{name}` is a port group; its addresses are `${name}_ip4` and `${name}_ip6`"
            ));
        }
        match nearest(name, self.context.address_sets()) {
            Some(known) => Advice::help(format!("did you mean `${known}`?")),
            None => Advice::help(format!("there is no address set `{name}`; until there is one, OVN ignores the row")),
        }
    }

    pub(super) fn port_group(&self) -> Advice {
        let name = self.token(0).map_or("", |token| token.text).trim_start_matches('@');
        if self.has_dash() {
            return Advice::help("a name with `-` cannot be written in a match: OVN reads the `-` as something else");
        }
        if self.context.address_sets().any(|set| set == name) {
            return Advice::help(format!("`{name}` is an address set: compare `ip4.src` with `${name}`"));
        }
        match nearest(name, self.context.port_groups()) {
            Some(known) => Advice::help(format!("did you mean `@{known}`?")),
            None => Advice::help(format!("there is no port group `{name}`; until there is one, OVN ignores the row")),
        }
    }

    /// Whether the name goes on behind a dash, which no name can have.
    fn has_dash(&self) -> bool {
        self.is_mark(1, Punctuation::Minus) && self.is_adjacent(0)
    }
}
