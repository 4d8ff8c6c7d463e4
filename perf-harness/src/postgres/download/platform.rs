//! The machine that the binaries must run on, as npm names it.

use std::path::Path;

use super::{INSTEAD, failed};
use crate::error::SetupError;

/// Those that there are binaries for.
pub(super) const PLATFORMS: &[&str] = &["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/// This machine's platform, if there are binaries for it.
pub(super) fn here() -> Result<&'static str, SetupError> {
    let platform = named(std::env::consts::OS, std::env::consts::ARCH)?;
    match loader(platform) {
        Some(file) if !Path::new(file).exists() => Err(no_glibc(file)),
        _ => Ok(platform),
    }
}

/// The platform of an operating system and a processor, as Rust names them.
fn named(os: &str, arch: &str) -> Result<&'static str, SetupError> {
    match (os, arch) {
        ("linux", "x86_64") => Ok("linux-x64"),
        ("linux", "aarch64") => Ok("linux-arm64"),
        ("macos", "x86_64") => Ok("darwin-x64"),
        ("macos", "aarch64") => Ok("darwin-arm64"),
        _ => Err(failed(
            format!(
                "there are no binaries for {os} on {arch}, only for {}",
                PLATFORMS.join(", ")
            ),
            INSTEAD,
        )),
    }
}

/// What starts a program that is linked to glibc.
fn loader(platform: &str) -> Option<&'static str> {
    match platform {
        "linux-x64" => Some("/lib64/ld-linux-x86-64.so.2"),
        "linux-arm64" => Some("/lib/ld-linux-aarch64.so.1"),
        _ => None,
    }
}

/// Alpine has musl, and NixOS has its libraries elsewhere.
pub(super) fn no_glibc(missing: &str) -> SetupError {
    failed(
        format!(
            "the binaries need glibc, and this system has no {missing} (musl, or glibc in another place)"
        ),
        format!("Alpine: apk add postgresql, then PERF_HARNESS_POSTGRES=local\nor {INSTEAD}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_without_binaries_is_named_with_those_that_have_some() {
        let error = named("windows", "x86_64").unwrap_err();
        assert_eq!(
            error.to_string(),
            "PostgreSQL could not be downloaded: there are no binaries for windows on x86_64, only for \
             linux-x64, linux-arm64, darwin-x64, darwin-arm64"
        );
        assert!(error.hint().contains("PERF_HARNESS_POSTGRES=local"));
    }

    #[test]
    fn every_platform_is_the_name_of_a_machine() {
        let machines = [
            ("linux", "x86_64"),
            ("linux", "aarch64"),
            ("macos", "x86_64"),
            ("macos", "aarch64"),
        ];
        let names: Vec<_> = machines.map(|(os, arch)| named(os, arch).unwrap()).into();
        assert_eq!(names, PLATFORMS);
    }

    #[test]
    fn without_glibc_the_loader_is_named() {
        let error = no_glibc("/lib64/ld-linux-x86-64.so.2");
        assert!(
            error.to_string().contains("no /lib64/ld-linux-x86-64.so.2"),
            "{error}"
        );
        assert!(error.hint().contains("apk add postgresql"));
    }
}
