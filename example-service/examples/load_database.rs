//! The databases of `cargo xtask load`: one that is filled once, and a copy of it for each service. Reads commands from stdin
//! and answers each with a line; the databases are gone when stdin ends.
//!
//! | command | answer |
//! | --- | --- |
//! | `migrate` | `done`: the port's own schema, where the original is not there to make it |
//! | `fill USERS ARTICLES ITEMS PROJECTS` | `done` |
//! | `copy` | the URL of a copy; the one before is removed |
#![expect(
    clippy::print_stdout,
    reason = "the answers are for the program that started this one"
)]

use std::io::{BufRead as _, Write as _};

use example_service::seed;
use perf_harness::{BoxError, ScratchDb};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbErr};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // Ctrl-C ends the program that started this one, and with it stdin: what is here is removed after that.
    let _interrupts = tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
    let filled = ScratchDb::create().await?;
    let copy = ScratchDb::create().await?;
    greet(&filled).await?;
    let served = serve(&filled, &copy).await;
    copy.remove().await?;
    filled.remove().await?;
    served
}

/// The filled database, its server, and the process whose children work for it.
async fn greet(filled: &ScratchDb) -> Result<(), BoxError> {
    let db = Database::connect(filled.url()).await?;
    let backend = text(&db, "SELECT pg_backend_pid()::text").await?;
    // While it is there: it ends with its connection.
    let postmaster = parent(&backend).unwrap_or_default();
    db.close().await?;
    answer(filled.url())?;
    answer(filled.server())?;
    answer(&postmaster)?;
    Ok(())
}

async fn serve(filled: &ScratchDb, copy: &ScratchDb) -> Result<(), BoxError> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        match *words.as_slice() {
            ["migrate"] => {
                let db = Database::connect(filled.url()).await?;
                seed::migrate(&db).await?;
                db.close().await?;
                answer("done")?;
            }
            ["fill", users, articles, items, projects] => {
                let sizes = [users, articles, items, projects].map(str::parse);
                let [users, articles, items, projects] = sizes;
                fill(filled.url(), [users?, articles?, items?, projects?]).await?;
                answer("done")?;
            }
            ["copy"] => {
                replace(filled, copy).await?;
                answer(copy.url())?;
            }
            _ => return Err(format!("unknown command: {line}").into()),
        }
    }
    Ok(())
}

async fn fill(url: &str, [users, articles, items, projects]: [u32; 4]) -> Result<(), DbErr> {
    let db = Database::connect(url).await?;
    seed::users(&db, users).await?;
    seed::tokens(&db).await?;
    seed::articles(&db, articles).await?;
    seed::items(&db, items).await?;
    seed::projects(&db, projects).await?;
    db.execute_unprepared("VACUUM (ANALYZE)").await?;
    db.close().await
}

/// A copy keeps the name of the database that stood in for it: so it is removed with it, whatever becomes of this process.
async fn replace(filled: &ScratchDb, copy: &ScratchDb) -> Result<(), BoxError> {
    let (server, filled) = split(filled.url())?;
    let (_, copy) = split(copy.url())?;
    let db = Database::connect(format!("{server}/postgres")).await?;
    db.execute_unprepared(&format!("DROP DATABASE IF EXISTS \"{copy}\" WITH (FORCE)"))
        .await?;
    db.execute_unprepared(&format!("CREATE DATABASE \"{copy}\" TEMPLATE \"{filled}\""))
        .await?;
    db.close().await?;
    Ok(())
}

/// The server and the database of a URL.
fn split(url: &str) -> Result<(&str, &str), BoxError> {
    let (server, rest) = url.rsplit_once('/').ok_or("a URL without a database")?;
    Ok((server, rest.split('?').next().unwrap_or(rest)))
}

async fn text(db: &DatabaseConnection, question: &str) -> Result<String, DbErr> {
    let question = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, question);
    let row = db.query_one_raw(question).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the server's own".to_owned()))?
        .try_get_by_index(0)
}

/// The process that started this one, where the server is on this machine and that a Linux.
fn parent(backend: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{backend}/status")).ok()?;
    if !status.starts_with("Name:\tpostgres") {
        return None;
    }
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    Some(line.trim().to_owned())
}

fn answer(line: &str) -> std::io::Result<()> {
    println!("{line}");
    std::io::stdout().flush()
}
