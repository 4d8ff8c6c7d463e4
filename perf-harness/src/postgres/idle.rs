//! The end of a server of ours: it watches itself and stops when no one has used it for a while.
//!
//! One of its own backends runs a loop. Its client may be gone: it goes on. No process of ours is needed.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::url::{connect, connect_as};

/// What processes that share a server agree upon: its locks, and what the loop is called.
pub(super) const FORMAT: u32 = 2;

/// Held shared by everyone who uses the server, and alone by the loop once it has decided to stop it.
pub(super) const IN_USE: i64 = 0x7065_7266_6861_7201;

/// Held alone by the loop for as long as it runs. To ask for it costs who joins less than to look for the loop among the
/// sessions.
const WATCHED: i64 = IN_USE + 1;

/// How long the loop waits for those who ask.
const ASKED: &str = "5s";

/// What connections call themselves that are no users: the loop's own, and those that ask how the server is.
pub(super) const NO_USER: &str = "perf-harness watch";

/// What the loop's connection calls itself, followed by how long the server was idle and how long it may be.
pub(super) const NAME: &str = "perf-harness watch: idle";

/// How long a server stays at least that holds databases of failed tests: someone will want to look.
const WITH_KEPT: Duration = Duration::from_hours(1);

/// Databases of failed tests, as a pattern for `LIKE`.
pub(super) const KEPT: &str = r"ph\_%\_failed\_%";

/// A connection that keeps a server from stopping.
pub(super) struct Joined {
    pub(super) connection: PgConnection,
    /// Does the loop run? It does not where the process that started the server was killed too early.
    pub(super) is_watched: bool,
}

/// Joins a server. `None` when there is none to join: nobody answers, or it starts or stops.
pub(super) async fn join(options: &PgConnectOptions) -> sqlx::Result<Option<Joined>> {
    match connect(&to_its_end(options)).await {
        Ok(connection) => Ok(keep_alive(connection).await),
        Err(sqlx::Error::Io(error)) if is_gone(error.kind()) => Ok(None),
        Err(error) if is_between(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Nobody listens, or they hung up. Anything else, such as too many open files, is trouble of our own.
pub(super) fn is_gone(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind::{
        BrokenPipe, ConnectionRefused, ConnectionReset, NotFound, UnexpectedEof,
    };

    matches!(
        kind,
        BrokenPipe | ConnectionRefused | ConnectionReset | NotFound | UnexpectedEof
    )
}

/// Starting up or shutting down: `57P03`, or `57P01` when it ends while we ask.
fn is_between(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    matches!(code.as_deref(), Some("57P03" | "57P01"))
}

/// A statement goes on when the process that sent it ends: the server would otherwise look whether it is still there.
pub(crate) fn to_its_end(options: &PgConnectOptions) -> PgConnectOptions {
    let setting = [("client_connection_check_interval", "0")];
    options.clone().options(setting)
}

/// Holds the server for this connection, or `None` if it has decided to stop.
async fn keep_alive(mut connection: PgConnection) -> Option<Joined> {
    // One exchange for both, and no table in it: every test process asks.
    let asked = format!(
        "SELECT pg_try_advisory_lock_shared({IN_USE}), pg_try_advisory_lock_shared({WATCHED})"
    );
    let row = sqlx::raw_sql(AssertSqlSafe(asked))
        .fetch_one(&mut connection)
        .await;
    // A server that ends while it is asked is one that is ending.
    let row = row.ok()?;
    let (held, is_unwatched): (bool, bool) = (row.try_get(0).ok()?, row.try_get(1).ok()?);
    if is_unwatched {
        let given_back = format!("SELECT pg_advisory_unlock_shared({WATCHED})");
        let given_back = sqlx::raw_sql(AssertSqlSafe(given_back));
        given_back.execute(&mut connection).await.ok()?;
    }
    held.then_some(Joined {
        connection,
        is_watched: !is_unwatched,
    })
}

/// Starts the loop in a backend of its own, unless it runs. After `idle` without a user it runs the shell command
/// `stop`, which must go on by itself: the server that runs it ends. When it runs, the server makes the file `marker`.
pub(super) async fn watch(
    options: &PgConnectOptions,
    idle: Duration,
    stop: &str,
    marker: Option<&str>,
) -> sqlx::Result<()> {
    let name = format!("{NAME} 0 of {} s", idle.as_secs());
    let mut connection = connect_as(&to_its_end(options), &name).await?;
    if !is_the_only_one(&mut connection).await? {
        return connection.close().await;
    }
    let script = AssertSqlSafe(script(idle, stop, marker));
    tokio::spawn(async move {
        // It answers only when the server ends.
        drop(sqlx::raw_sql(script).execute(&mut connection).await);
        drop(connection.close_hard().await);
    });
    Ok(())
}

/// Two who join at the same moment may both find that no loop runs.
async fn is_the_only_one(connection: &mut PgConnection) -> sqlx::Result<bool> {
    let claim = format!(
        "SET lock_timeout = '{ASKED}'; SELECT pg_advisory_lock({WATCHED}); SET lock_timeout = 0"
    );
    match sqlx::raw_sql(AssertSqlSafe(claim))
        .execute(connection)
        .await
    {
        Ok(_) => Ok(true),
        Err(error) if is_locked(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// `lock_not_available`
fn is_locked(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    error.is_some_and(|error| error.code().as_deref() == Some("55P03"))
}

fn script(idle: Duration, stop: &str, marker: Option<&str>) -> String {
    let program = literal(stop);
    let mark = marker.map_or_else(String::new, |path| {
        format!("COPY (SELECT 1) TO {};", literal(path))
    });
    let (seconds, with_kept) = (idle.as_secs(), idle.max(WITH_KEPT).as_secs());
    format!(
        "DO $reaper$
DECLARE
    unused integer := 0;
    enough integer;
BEGIN
    {mark}
    LOOP
        PERFORM pg_sleep(1);
        PERFORM pg_stat_clear_snapshot();
        unused := unused + 1;
        IF EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND NOT starts_with(application_name, '{NO_USER}')) THEN
            unused := 0;
        END IF;
        enough := CASE WHEN EXISTS (SELECT FROM pg_database WHERE datname LIKE '{KEPT}') THEN {with_kept} ELSE {seconds} END;
        PERFORM set_config('application_name', format('{NAME} %s of %s s', unused, enough), false);
        IF unused >= enough AND pg_try_advisory_lock({IN_USE}) THEN
            COPY (SELECT 1) TO PROGRAM {program};
            PERFORM pg_sleep(60);
        END IF;
        COMMIT;
    END LOOP;
END $reaper$"
    )
}

/// A command that stops the server with this `postmaster.pid` and then does `afterwards`. The signals are ignored
/// because a server that stops sends them to its backends' children as well. The shell alone does it, but for `sleep`:
/// an image may have little else.
pub(super) fn stop_command(pid_file: &str, afterwards: &str) -> String {
    let pid_file = quoted(pid_file);
    format!(
        "( trap '' HUP INT QUIT TERM; read -r pid <{pid_file} && kill -INT \"$pid\" && tries=0; \
         while kill -0 \"$pid\" 2>/dev/null && [ \"$tries\" -lt 300 ]; do sleep 0.1; tries=$((tries + 1)); done; \
         {afterwards} ) </dev/null >/dev/null 2>&1 &"
    )
}

/// A command that ends the server `$server` and then does `afterwards`, unless the file `marker` is there within so
/// many seconds: the process that started the server may be killed before it could set its end.
pub(super) fn guard_command(marker: &str, seconds: u64, afterwards: &str) -> String {
    let marker = quoted(marker);
    format!(
        "( cd /; trap '' HUP INT QUIT TERM; tries=0; while [ \"$tries\" -lt {seconds} ]; do sleep 1; \
         if [ -e {marker} ] || ! kill -0 \"$server\"; then exit; fi; tries=$((tries + 1)); done; \
         kill -QUIT \"$server\" && {afterwards} ) </dev/null >/dev/null 2>&1 &"
    )
}

/// One word for the shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// One string constant for SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_path_with_quotes_stays_one_word_and_one_constant() {
        let word = quoted("/srv/o'brien; rm -rf x");
        assert_eq!(word, r"'/srv/o'\''brien; rm -rf x'");
        let script = script(Duration::from_secs(7), &word, Some("/srv/o'brien/watched"));
        assert!(script.contains("ELSE 7 END"), "{script}");
        assert!(
            script.contains(r"'''/srv/o''\''''brien; rm -rf x'''"),
            "{script}"
        );
        assert!(
            script.contains("COPY (SELECT 1) TO '/srv/o''brien/watched';\n    LOOP"),
            "{script}"
        );
    }

    /// What becomes of a process and of a directory that a guard is set for.
    fn check_guard(is_watched: bool) {
        let name = format!("ph-guard-{is_watched}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory).unwrap();
        let marker = directory.join("watched");
        if is_watched {
            std::fs::write(&marker, "").unwrap();
        }
        let mut server = Command::new("sleep").arg("600").spawn().unwrap();
        let removal = format!("rm -rf {}", quoted(directory.to_str().unwrap()));
        let guard = guard_command(marker.to_str().unwrap(), 1, &removal);
        let script = format!("server={}; {guard} wait", server.id());
        // It is waited for here; who launches a server does not.
        let guarded = Command::new("sh").args(["-c", &script]).status().unwrap();
        assert!(guarded.success());
        // What is told to end takes a moment; what is not told stays.
        let mut is_alive = true;
        for _ in 0..if is_watched { 1 } else { 1_000 } {
            is_alive = server.try_wait().unwrap().is_none();
            if !is_alive {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!((is_alive, directory.exists()), (is_watched, is_watched));
        drop(server.kill());
        server.wait().unwrap();
        drop(std::fs::remove_dir_all(directory));
    }

    #[test]
    fn a_server_that_nobody_came_to_watch_ends_and_takes_its_directory_along() {
        check_guard(false);
    }

    #[test]
    fn a_server_that_is_watched_is_left_alone_by_its_guard() {
        check_guard(true);
    }
}
