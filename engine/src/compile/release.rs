//! Which profile is that of the Kube-OVN that runs, by the tag of its controller's image.

use super::profile::{PROFILES, Profile};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::read::Placed;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A release: its major and its minor number.
type Release = (u32, u32);

/// The profile of an image's release, or of the release next to it; what is said of it goes to `out`.
pub(super) fn running(
    image: Option<&Placed<String>>,
    asked: Option<&'static Profile>,
    out: &mut Vec<Diagnostic>,
) -> Option<&'static Profile> {
    let image = image?;
    let mut say = |severity, message: String, help: &str| {
        out.push(Diagnostic::new(Code::RunningRelease, message).severity(severity).at(image.place).help(help));
    };
    let Some((major, minor)) = release(&image.value) else {
        if asked.is_none() {
            let message = format!("the image `{}` of Kube-OVN's controller tells no release", image.value);
            say(Severity::Warning, message, "say which one runs, for example `--profile kube-ovn/1.16`");
        }
        return None;
    };
    let (known, profile) = nearest((major, minor))?;
    match asked {
        Some(asked) if asked != profile => {
            let message = format!(
                "Kube-OVN {major}.{minor} runs, of profile `{}`, and `{}` was asked for",
                profile.name, asked.name
            );
            say(Severity::Info, message, "leave out `--profile` to see what the running release does");
        }
        Some(_) => {}
        None if known == (major, minor) => {
            let message = format!("profile `{}`: Kube-OVN {major}.{minor} runs", profile.name);
            say(Severity::Info, message, "`--profile` asks for another");
        }
        None => {
            let message = format!(
                "Kube-OVN {major}.{minor} runs, of which nothing is known; `{}` is the nearest that is",
                profile.name
            );
            say(Severity::Warning, message, "see what its release notes say of ACLs and policies since");
        }
    }
    Some(profile)
}

/// The known release that is nearest: a later one behaves as the last, an earlier one as the first.
fn nearest(wanted: Release) -> Option<(Release, &'static Profile)> {
    let of = |profile: &'static Profile| Some((numbers(profile.name.strip_prefix("kube-ovn/")?)?, profile));
    let mut known = PROFILES.iter().filter_map(of);
    let first = known.next()?;
    Some(known.rfind(|(release, _)| *release <= wanted).unwrap_or(first))
}

/// `1.14` of `registry/kube-ovn:v1.14.5-amd64@sha256:…`.
fn release(image: &str) -> Option<Release> {
    let named = image.split('@').next()?;
    let (_, tag) = named.rsplit('/').next()?.split_once(':')?;
    numbers(tag.strip_prefix('v').unwrap_or(tag))
}

fn numbers(text: &str) -> Option<Release> {
    let (major, rest) = text.split_once('.')?;
    let minor = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_the_release() {
        assert_eq!(release("kubeovn/kube-ovn:v1.14.5"), Some((1, 14)));
        assert_eq!(release("host.example:5000/kube-ovn:1.12-debug"), Some((1, 12)));
        assert_eq!(release("kube-ovn:v1.16.0-amd64@sha256:00"), Some((1, 16)));
        for none in ["host.example:5000/kube-ovn", "kube-ovn@sha256:00", "kube-ovn:latest", "kube-ovn"] {
            assert_eq!(release(none), None, "{none}");
        }
    }

    #[test]
    fn releases_nobody_knows_have_a_neighbour() {
        let name = |release| nearest(release).map(|(_, profile)| profile.name);
        assert_eq!(name((1, 14)), Some("kube-ovn/1.14"));
        assert_eq!(name((1, 11)), Some("kube-ovn/1.12"));
        assert_eq!(name((2, 0)), Some("kube-ovn/1.17"));
    }
}
