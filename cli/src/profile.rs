//! The enforcers whose behaviour can be asked about.

use clap::ValueEnum;
use ringfence_engine::ovn::network::Version;

/// One enforcer, by name. For now a profile chooses the OVN version and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Profile {
    /// Kube-OVN 1.12.
    #[value(name = "kube-ovn/1.12")]
    KubeOvn12,
    /// Kube-OVN 1.13.
    #[value(name = "kube-ovn/1.13")]
    KubeOvn13,
    /// Kube-OVN 1.14.
    #[value(name = "kube-ovn/1.14")]
    KubeOvn14,
    /// Kube-OVN 1.15.
    #[value(name = "kube-ovn/1.15")]
    KubeOvn15,
    /// Kube-OVN 1.16.
    #[default]
    #[value(name = "kube-ovn/1.16")]
    KubeOvn16,
    /// Kube-OVN 1.17.
    #[value(name = "kube-ovn/1.17")]
    KubeOvn17,
    /// OVN 23.03, whoever writes the rows.
    #[value(name = "ovn/23.03")]
    Ovn2303,
    /// OVN's main branch, whoever writes the rows.
    #[value(name = "ovn/main")]
    OvnMain,
}

impl Profile {
    /// As it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::KubeOvn12 => "kube-ovn/1.12",
            Self::KubeOvn13 => "kube-ovn/1.13",
            Self::KubeOvn14 => "kube-ovn/1.14",
            Self::KubeOvn15 => "kube-ovn/1.15",
            Self::KubeOvn16 => "kube-ovn/1.16",
            Self::KubeOvn17 => "kube-ovn/1.17",
            Self::Ovn2303 => "ovn/23.03",
            Self::OvnMain => "ovn/main",
        }
    }

    /// The OVN that evaluates the rows.
    pub(crate) fn version(self) -> Version {
        match self {
            Self::Ovn2303 => Version::V23_03,
            Self::KubeOvn12
            | Self::KubeOvn13
            | Self::KubeOvn14
            | Self::KubeOvn15
            | Self::KubeOvn16
            | Self::KubeOvn17
            | Self::OvnMain => Version::Main,
        }
    }

    /// The profile in force: the one that was asked for, else the one of the version that the input names.
    pub(crate) fn in_force(asked: Option<Self>, version: Version) -> Self {
        asked.unwrap_or(match version {
            Version::V23_03 => Self::Ovn2303,
            Version::Main => Self::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for profile in Profile::value_variants() {
            assert_eq!(profile.to_possible_value().unwrap().get_name(), profile.name());
        }
    }
}
