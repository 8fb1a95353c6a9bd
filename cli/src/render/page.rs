//! The manual's page of each code, inside the program.

use ringfence_engine::diagnostic::Code;

macro_rules! pages {
    ($($name:literal)+) => {
        /// Names and pages.
        const PAGES: &[(&str, &str)] = &[
            $(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/lints/", $name, ".md"))),)+
        ];
    };
}

pages! {
    "RF001" "RF002" "RF003" "RF004" "RF005" "RF006" "RF007" "RF008" "RF009" "RF010"
    "RF011" "RF012" "RF013" "RF014" "RF015" "RF016" "RF017" "RF018" "RF019" "RF020"
    "RF021" "RF022" "RF023" "RF024" "RF025" "RF026" "RF027" "RF028" "RF029" "RF030" "RF101" "RF102" "RF103" "RF104" "RF105"
    "RF106" "RF107" "RF201" "RF202" "RF203" "RF204" "RF205" "RF206" "RF207" "RF208"
    "RF209" "RF210" "RF211" "RF212" "RF213" "RF214" "RF215" "RF216" "RF217" "RF218" "RF301"
}

/// The page of a code.
pub(crate) fn page(code: Code) -> &'static str {
    PAGES.iter().find(|(name, _)| *name == code.name()).map_or("", |(_, page)| page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page() {
        assert!(Code::ALL.iter().all(|code| page(*code).starts_with(&format!("# {}", code.name()))));
        assert_eq!(PAGES.len(), Code::ALL.len());
    }
}
