//! The colours of the page can be read: WCAG 2.2, level AA, in light and in dark.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops where it is wrong"
)]

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../page/style.css");

/// What is written, and what it is written on.
const WRITTEN: [&str; 11] =
    ["text", "faint", "accent", "open", "partial", "lost", "doubt", "closed", "key", "constant", "set"];
const GROUNDS: [&str; 3] = ["paper", "sheet", "lit"];

/// The least contrast of what shows where a control is.
const LEAST_EDGE: f64 = 3.0;

/// The least contrast of ordinary text.
const LEAST: f64 = 4.5;

/// The colours of a rule of the style sheet.
fn colours(selector: &str) -> BTreeMap<&'static str, [f64; 3]> {
    let rule = STYLE.split(selector).nth(1).unwrap().split('}').next().unwrap();
    let rule = rule.split('{').nth(1).unwrap();
    let declared = rule.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'));
    declared.filter_map(|(name, value)| Some((name, channels(value.trim().strip_prefix('#')?)))).collect()
}

fn channels(digits: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0)
}

/// The relative luminance of a colour.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_can_be_read_on_every_ground() {
    let mut weak = Vec::new();
    for (theme, selector) in [("light", ":root "), ("dark", ":root[data-theme=\"dark\"] ")] {
        let colours = colours(selector);
        for (written, ground) in WRITTEN.iter().flat_map(|written| GROUNDS.map(|ground| (*written, ground))) {
            let found = contrast(colours[written], colours[ground]);
            if found < LEAST {
                weak.push(format!("{theme}: {written} on {ground} has {found:.2}"));
            }
        }
    }
    assert!(weak.is_empty(), "less than {LEAST}:\n{}", weak.join("\n"));
}

#[test]
fn every_control_can_be_seen_on_every_ground() {
    let mut weak = Vec::new();
    for (theme, selector) in [("light", ":root "), ("dark", ":root[data-theme=\"dark\"] ")] {
        let colours = colours(selector);
        for ground in GROUNDS {
            let found = contrast(colours["edge"], colours[ground]);
            if found < LEAST_EDGE {
                weak.push(format!("{theme}: the edge on {ground} has {found:.2}"));
            }
        }
    }
    assert!(weak.is_empty(), "less than {LEAST_EDGE}:\n{}", weak.join("\n"));
    // Whatever is pressed, typed into or opened has that edge.
    for rule in ["button, .button, select, input:not([type=\"checkbox\"]) {", ".menu > summary {"] {
        let rule = STYLE.split(rule).nth(1).unwrap().split('}').next().unwrap();
        assert!(rule.contains("1px solid var(--edge)"), "{rule}");
    }
}

#[test]
fn the_darkness_of_the_system_is_that_of_the_switch() {
    assert_eq!(colours(":root:not([data-theme=\"light\"]) "), colours(":root[data-theme=\"dark\"] "));
}
