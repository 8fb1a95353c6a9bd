//! What crosses crates: the corpus and the comparisons with a real OVN.
