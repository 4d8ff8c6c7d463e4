//! Is a file the one that was pinned? Asked before anything of it is unpacked.

use std::fs::File;
use std::io::{Read as _, Result};
use std::path::Path;

use sha2::{Digest as _, Sha512};

use super::package::Package;
use super::{INSTEAD, failed};
use crate::error::{SetupError, chain};

/// Removes the file and says so if it is another one than was pinned.
pub(super) fn verify(file: &Path, package: &Package) -> std::result::Result<(), SetupError> {
    let found = of(file)
        .map_err(|error| failed(format!("{}: {}", file.display(), chain(&error)), INSTEAD))?;
    if found == package.integrity() {
        return Ok(());
    }
    let bytes = std::fs::metadata(file).map_or(0, |found| found.len());
    // What is not what it says it is stays nowhere.
    drop(std::fs::remove_file(file));
    Err(failed(
        format!(
            "{} came as {bytes} bytes with {found}, and {} bytes with {} are pinned: what came was removed",
            package.spec(),
            package.bytes,
            package.integrity()
        ),
        format!(
            "a proxy or a registry of your own may hand out something else: npm view {} dist\nor {INSTEAD}",
            package.spec()
        ),
    ))
}

/// `sha512-<base64>`: Subresource Integrity, as npm's lock files have it.
fn of(file: &Path) -> Result<String> {
    let mut file = File::open(file)?;
    let mut hasher = Sha512::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(format!("sha512-{}", base64(&hasher.finalize())));
        }
        hasher.update(&piece[..read]);
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| usize::from(three.get(at).copied().unwrap_or(0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for digit in 0..4 {
            let shift = 18 - 6 * digit;
            let is_there = digit <= three.len();
            text.push(if is_there {
                char::from(DIGITS[(bits >> shift) & 63])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::package::pinned;
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let check = |text: &str, expected: &str| assert_eq!(base64(text.as_bytes()), expected);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
    }

    #[test]
    fn the_integrity_of_a_file_is_what_npm_says_of_it() {
        let file = std::env::temp_dir().join(format!("ph-integrity-{}", std::process::id()));
        std::fs::write(&file, "abc").unwrap();
        // FIPS 180-4's example, in base64.
        assert_eq!(
            of(&file).unwrap(),
            "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
        );
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn another_file_is_removed_and_both_checksums_are_named() {
        let file = std::env::temp_dir().join(format!("ph-mismatch-{}", std::process::id()));
        std::fs::write(&file, "abc").unwrap();
        let package = pinned(None, "linux-x64").unwrap();
        let error = verify(&file, package).unwrap_err().to_string();
        assert!(!file.exists());
        assert!(error.contains("3 bytes with sha512-3a81oZNh"), "{error}");
        assert!(error.contains(&package.integrity()), "{error}");
    }
}
