//! The server's catalog of databases. Each that comes and goes leaves dead rows in it, which every connection and every
//! look for a copy reads past.

use super::admin::Admin;
use super::name;

/// Autovacuum is off on a server of ours.
const VACUUM: &str = "VACUUM pg_database, pg_db_role_setting, pg_shdescription";

/// How many databases come and go, about, from one time to the next: 64 leave two pages.
const TIMES: i64 = 64;

/// Vacuums the catalog if it is the turn of this database. Should it fail, another one's turn comes.
pub(super) async fn vacuum_now_and_then(admin: &Admin, database: &str) {
    if admin.server.ours && is_its_turn(database) {
        drop(admin.execute(VACUUM.to_owned()).await);
    }
}

/// No process knows how many the others have dropped, so the name decides.
fn is_its_turn(database: &str) -> bool {
    name::lock_key(database) % TIMES == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_turn_of_about_every_sixty_fourth() {
        let names = (0..6_400).map(|number| format!("ph_01234567_test_{number}_0_{number:08x}"));
        let turns = names.filter(|name| is_its_turn(name)).count();
        assert!((50..200).contains(&turns), "{turns}");
    }
}
