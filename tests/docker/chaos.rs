//! Processes that are killed at any moment leave no container behind.

use std::time::Instant;

use crate::dice::Dice;
use crate::engine::Engine;
use crate::life::{Killed, container_of, probe};

/// How many processes are killed in all, and how many run at once.
const ROUNDS: u32 = 48;
const AT_ONCE: usize = 4;
/// Idle times that are short and no other test's: each is a container of its own, which is started several times.
const IDLE: [&str; 2] = ["2", "4"];

/// Before the engine is asked, while a container starts, and while tests run in it: milliseconds.
const WITHIN: [u64; 3] = [100, 1_500, 6_000];

#[test]
fn killed_processes_leave_no_container_behind() {
    let Some(engine) = Engine::of_test("killed_processes_leave_no_container_behind") else {
        return;
    };
    let mut dice = Dice::of_this_process();
    let mut alive: Vec<(Instant, Killed)> = Vec::new();
    for round in 0..ROUNDS {
        if alive.len() == AT_ONCE {
            kill_the_next(&mut alive);
        }
        let idle = IDLE[usize::try_from(round / 12).unwrap() % IDLE.len()];
        let mut victim = probe(&engine, idle);
        let victim = victim.env(crate::STAYS, "yes").spawn().unwrap();
        alive.push((Instant::now() + dice.moment(&WITHIN), Killed(victim)));
    }
    while !alive.is_empty() {
        kill_the_next(&mut alive);
    }
    for idle in IDLE {
        // The next run passes, on the one container of its kind, and that goes when nobody uses it.
        let id = container_of(&engine, &mut probe(&engine, idle));
        let key = engine.key(&id);
        engine.until("no container of the dead remains", || {
            engine.of_key(&key).iter().all(|other| *other == id)
        });
        engine.until("no container remains", || engine.of_key(&key).is_empty());
    }
}

fn kill_the_next(alive: &mut Vec<(Instant, Killed)>) {
    alive.sort_by_key(|(moment, _)| *moment);
    let (moment, mut victim) = alive.remove(0);
    std::thread::sleep(moment.saturating_duration_since(Instant::now()));
    let ended = victim.0.try_wait().unwrap();
    assert!(ended.is_none(), "a victim ended by itself: {ended:?}");
}
