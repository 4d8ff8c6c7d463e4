//! The same relay in a test that asks for plans. It changes what passes, and nothing else does:
//!
//! - while something is recorded, a statement of the recorder's own goes to the server before what the program sends, where
//!   the server has nothing else to do, and its answer goes no further;
//! - the notices by which `auto_explain` tells a plan go no further.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{CHUNK, Watch};
use crate::clock;
use crate::record::wire::Direction::{Received, Sent};
use crate::record::wire::explained::{Filter, Piece, Switch};

/// Forwards in both directions until each has an end.
pub(super) async fn relay(
    (from_program, to_program): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    (from_server, to_server): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    watch: &Watch<'_>,
) {
    watch.session().expect_plans();
    let between = Between {
        watch,
        told: Mutex::default(),
    };
    tokio::join!(
        between.program(from_program, to_server),
        between.server(from_server, to_program),
    );
}

/// What is known of one connection's plans.
#[derive(Debug, Default)]
struct Told {
    switch: Switch,
    filter: Filter,
}

/// Between the two ends of a connection. Both directions are one task, so no two of its locks are ever wanted at once.
struct Between<'a> {
    watch: &'a Watch<'a>,
    told: Mutex<Told>,
}

impl Between<'_> {
    async fn program(&self, from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        // The other end sees what happened when its own half is shut.
        drop(self.program_all(from, &mut to).await);
        drop(to.shutdown().await);
    }

    async fn server(&self, from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        drop(self.server_all(from, &mut to).await);
        let rest = self.told().filter.rest();
        drop(to.write_all(&rest).await);
        drop(to.shutdown().await);
    }

    async fn program_all(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        loop {
            let count = from.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            if let Some(switch) = self.sent(&buffer[..count]) {
                to.write_all(&switch).await?;
            }
            to.write_all(&buffer[..count]).await?;
        }
    }

    async fn server_all(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        let mut passing = Vec::with_capacity(CHUNK);
        loop {
            let count = from.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            passing.clear();
            self.received(&buffer[..count], &mut passing);
            to.write_all(&passing).await?;
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The program sends something. Gives what the server is to have before it.
    fn sent(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let switch = self.switch(bytes);
        self.watch.see(Sent, bytes);
        switch
    }

    fn switch(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let wanted = self.watch.log.lock().is_open();
        if !Switch::may_precede(bytes) || !self.watch.session().is_at_rest() {
            return None;
        }
        let mut told = self.told();
        let switch = told.switch.turn(wanted)?;
        told.filter.await_switch();
        Some(switch)
    }

    /// The server sends something. `passing` gets what goes on.
    fn received(&self, bytes: &[u8], passing: &mut Vec<u8>) {
        let Told { switch, filter } = &mut *self.told();
        filter.feed(bytes, |piece| match piece {
            Piece::Pass(bytes) => {
                self.watch.see(Received, bytes);
                passing.extend_from_slice(bytes);
            }
            Piece::Plan(plan) => self.watch.plan(plan),
            Piece::Switched(answer) => {
                switch.answered(answer.is_ok());
                if let Err(why) = answer {
                    let mut log = self.watch.log.lock();
                    log.without_plans(self.watch.connection, &why);
                }
            }
        });
        let given_back = self.watch.session().take_given_back();
        if given_back.all {
            switch.reset();
        }
        if given_back.role {
            switch.another_role();
        }
    }
}

impl Watch<'_> {
    fn plan(&self, plan: Option<&str>) {
        let mut log = self.log.lock();
        let mut session = self.session();
        session.plan(plan, clock::now(), |event| {
            log.event(self.connection, &event);
        });
    }
}
