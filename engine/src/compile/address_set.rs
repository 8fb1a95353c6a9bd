//! What OVN makes of the elements of an address set.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::matching::element;
use crate::read::AddressSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The elements as the database has them. Nobody looks at them before ovn-controller, which leaves out what does not begin with an
/// address and takes of the others what they begin with (`expr_const_sets_add_integers`).
pub(super) fn elements(set: &AddressSet, out: &mut Vec<Diagnostic>) -> Vec<String> {
    let name = &set.name.value;
    for written in &set.addresses {
        let text = &written.value;
        let (message, help) = match element(text) {
            Some((_, "")) => continue,
            Some((_, rest)) => {
                let taken = text.strip_suffix(rest).unwrap_or(text).trim();
                (
                    format!("of `{text}` in address set `{name}` OVN takes `{taken}` alone: the rest does not count"),
                    "write each address or prefix as an element of its own, and a range as prefixes",
                )
            }
            None => (
                format!(
                    "`{text}` in address set `{name}` is no address: OVN leaves it out, and no row that names the set is about it"
                ),
                "write an address or a prefix, such as `10.0.0.1` or `10.0.0.0/24`",
            ),
        };
        let found = Diagnostic::new(Code::OutOfRange, message).severity(Severity::Warning);
        out.push(found.at(written.place).help(help));
    }
    set.addresses.iter().map(|address| address.value.clone()).collect()
}
