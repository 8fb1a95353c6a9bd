//! Where tools and found inputs live between runs: outside the checkout.

use std::path::PathBuf;

/// A folder of `$XDG_CACHE_HOME/ringfence`, or of `~/.cache/ringfence`.
pub fn folder(name: &str) -> PathBuf {
    let stated = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/tmp".into())).join(".cache");
    stated.unwrap_or_else(home).join("ringfence").join(name)
}
