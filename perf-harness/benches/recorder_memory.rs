//! What the recorder keeps in memory: for a connection, and for a query of a recording.
//!
//! A program of its own, because its allocator counts. `cargo xtask bench-recorder` runs it after the times.
//!
//! ```text
//! memory <bytes> <of what>
//! allocations <count> <for what>
//! ```
#![expect(clippy::print_stdout, reason = "a bench prints")]
#![expect(clippy::print_stderr, reason = "and says why it could not")]

#[path = "recorder/client.rs"]
mod client;
#[path = "recorder/memory.rs"]
mod memory;
#[path = "recorder/work.rs"]
#[expect(dead_code, reason = "the bench of times asks for more")]
mod work;

use std::io;
use std::process::ExitCode;

use perf_harness::{PerfDb, PerfTest};
use work::Work;

fn main() -> ExitCode {
    let told = match PerfTest::new("recorder_memory").run(act) {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(error)) => error.to_string(),
        Err(failure) => failure.to_string(),
    };
    eprintln!("error: {told}");
    ExitCode::FAILURE
}

async fn act(db: PerfDb) -> io::Result<()> {
    let mut client = memory::recorded(&db)?;
    for (work, told) in [
        (Work::SelectOne, "`SELECT 1`"),
        (Work::Prepared, "`SELECT $1::int`, prepared"),
    ] {
        let [kept, counted] = memory::of_query(&db, &mut client, work).await?;
        println!("memory {kept} {told}, one of the first {}", memory::KEPT);
        println!("memory {counted} {told}, one after those");
    }
    let (few, many) = db
        .record(async {
            let few = memory::allocations(&mut client, 1_000)?;
            Ok::<_, io::Error>((few, memory::allocations(&mut client, 1_000_000)?))
        })
        .await
        .into_output()?;
    println!("allocations {few} 1,000 rows");
    println!("allocations {many} 1,000,000 rows");
    println!("memory {} a connection", memory::of_connection(&db)?);
    Ok(())
}
