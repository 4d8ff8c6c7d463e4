//! The order of it all: for each contender a copy of the database, a warm-up, one client, more and more users, and no pause.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::contest::Contender;
use super::database::Databases;
use super::generator::{Answers, Crowd, Generator, Target};
use super::machine::processors;
use super::options::Options;
use super::service::{Running, Services};
use super::{ceiling, processes};
use crate::error::SetupError;

/// All that is needed to measure.
pub(super) struct Rounds<'a> {
    root: &'a Path,
    options: &'a Options,
    services: Services,
    generator: Generator,
    databases: Databases,
}

/// All that was measured.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) contenders: Vec<Contender>,
    /// What was not measured, and why.
    pub(super) skipped: Vec<String>,
    /// Who did not come to the end.
    pub(super) failed: Vec<&'static str>,
    pub(super) steps: Vec<Step>,
    pub(super) alone: Vec<(Contender, Answers)>,
    /// Endpoints, and how often in a second their statements can be done.
    pub(super) ceilings: Vec<(&'static str, f64)>,
    /// A contender at an endpoint, nothing else asked for.
    pub(super) single: Vec<(Contender, &'static str, Answers)>,
}

/// So many users at once.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) contender: Contender,
    pub(super) users: u32,
    pub(super) think: bool,
    pub(super) answers: Answers,
    pub(super) peak_memory: Option<u64>,
    /// Seconds of processor time.
    pub(super) service: Option<f64>,
    pub(super) postgres: Option<f64>,
    pub(super) generator: Option<f64>,
    /// Seconds of all processors: as many as there were to be had.
    pub(super) available: f64,
}

impl<'a> Rounds<'a> {
    /// Builds, installs, and fills the database.
    pub(super) fn prepare(root: &'a Path, options: &'a Options) -> Result<Self, SetupError> {
        telling("building");
        let generator = Generator::build(root, options.is_quick)?;
        let services = Services::prepare(root, &options.contenders, options.is_quick)?;
        let mut databases = Databases::start(root)?;
        telling("filling the database");
        match services.python() {
            Some(python) => services.migrate(&python, &databases.filled)?,
            None => databases.migrate()?,
        }
        databases.fill(options.sizes())?;
        Ok(Self {
            root,
            options,
            services,
            generator,
            databases,
        })
    }

    pub(super) fn python(&self) -> Option<PathBuf> {
        self.services.python()
    }

    pub(super) fn server(&self) -> &str {
        &self.databases.server
    }

    pub(super) fn run(&mut self) -> Result<Measured, SetupError> {
        let mut measured = Measured::default();
        let pgbench = ceiling::version();
        if self.options.has_ceiling && pgbench.is_ok() {
            self.ceilings(&mut measured)?;
        }
        if let (true, Err(reason)) = (self.options.has_ceiling, &pgbench) {
            measured.skipped.push(format!("the upper bound: {reason}"));
        }
        for contender in &self.options.contenders {
            match &self.services.django {
                Err(reason) if contender.is_django() => {
                    let label = contender.label();
                    measured
                        .skipped
                        .push(format!("{label}: Django cannot be had: {reason}"));
                }
                _ => self.attempt(*contender, &mut measured)?,
            }
        }
        Ok(measured)
    }

    /// What others have shown by then is not lost by one that fails.
    fn attempt(&mut self, contender: Contender, measured: &mut Measured) -> Result<(), SetupError> {
        match self.contender(contender, measured) {
            Err(error) if !self.options.is_quick => {
                eprintln!("error: {error}");
                measured.failed.push(contender.label());
                Ok(())
            }
            ended => ended,
        }
    }

    fn ceilings(&mut self, measured: &mut Measured) -> Result<(), SetupError> {
        telling("pgbench");
        let database = self.databases.copy()?;
        let users = self.options.sizes().users;
        let seconds = self.options.ceiling_seconds();
        for endpoint in ceiling::ENDPOINTS {
            let rate = ceiling::rate(self.root, endpoint, &database, users, seconds)?;
            measured.ceilings.push((endpoint, rate));
        }
        Ok(())
    }

    fn contender(
        &mut self,
        contender: Contender,
        measured: &mut Measured,
    ) -> Result<(), SetupError> {
        let database = self.databases.copy()?;
        let service = self.services.start(contender, &database)?;
        measured.contenders.push(contender);
        telling(&format!("{}: warming up", contender.label()));
        let warm_up = Crowd {
            users: 10,
            seconds: self.options.warm_up_seconds(),
            think: false,
            only: None,
        };
        self.users(&service, contender, warm_up)?;
        telling(&format!("{}: one client", contender.label()));
        let target = self.target(&service, contender);
        let alone = self.generator.alone(target, self.options.series())?;
        service.is_well(contender)?;
        measured.alone.push((contender, alone));
        let thinking = self.options.users.iter().map(|users| (*users, true));
        let steps: Vec<_> = thinking
            .chain([(self.options.saturating(), false)])
            .collect();
        for (users, think) in steps {
            telling(&format!("{}: {}", contender.label(), crowd(users, think)));
            let step = self.step(&service, contender, users, think)?;
            measured.steps.push(step);
        }
        if self.options.has_ceiling && contender.is_tuned() {
            for endpoint in ceiling::ENDPOINTS {
                telling(&format!("{}: {endpoint}", contender.label()));
                let crowd = Crowd {
                    users: self.options.saturating(),
                    seconds: self.options.ceiling_seconds(),
                    think: false,
                    only: Some(endpoint),
                };
                let answers = self.users(&service, contender, crowd)?;
                measured.single.push((contender, endpoint, answers));
            }
        }
        Self::tell_errors(contender, &service, measured);
        Ok(())
    }

    fn step(
        &self,
        service: &Running,
        contender: Contender,
        users: u32,
        think: bool,
    ) -> Result<Step, SetupError> {
        let postgres = || {
            self.databases
                .postmaster
                .and_then(processes::processor_seconds)
        };
        let now = || {
            let generator = processes::ended_children_seconds();
            [service.processor_seconds(), postgres(), generator]
        };
        let (before, begun) = (now(), Instant::now());
        let crowd = Crowd {
            users,
            seconds: self.options.seconds,
            think,
            only: None,
        };
        let answers = self.users(service, contender, crowd)?;
        let (after, wall) = (now(), begun.elapsed().as_secs_f64());
        let used = |at: usize| Some(after[at]? - before[at]?);
        let processors = u32::try_from(processors()).unwrap_or(1);
        Ok(Step {
            contender,
            users,
            think,
            answers,
            peak_memory: service.peak_memory(),
            service: used(0),
            postgres: used(1),
            generator: used(2),
            available: wall * f64::from(processors),
        })
    }

    fn users(
        &self,
        service: &Running,
        contender: Contender,
        crowd: Crowd<'_>,
    ) -> Result<Answers, SetupError> {
        let target = self.target(service, contender);
        let answers = self.generator.users(target, crowd)?;
        service.is_well(contender)?;
        Ok(answers)
    }

    fn target<'t>(&self, service: &'t Running, contender: Contender) -> Target<'t> {
        Target {
            address: &service.address,
            contender,
            sizes: self.options.sizes(),
        }
    }

    /// An error is in the tables; here is what the service said of it.
    fn tell_errors(contender: Contender, service: &Running, measured: &Measured) {
        if measured.first_bad_of(contender).is_some() {
            eprintln!(
                "{}, the last of its log:\n{}",
                contender.label(),
                service.last_words()
            );
        }
    }
}

impl Measured {
    /// The first answer that was none, of any.
    pub(super) fn first_bad(&self) -> Option<String> {
        let first = |contender: &Contender| {
            let bad = self.first_bad_of(*contender)?;
            Some(format!("{}: {bad}", contender.label()))
        };
        self.contenders.iter().find_map(first)
    }

    pub(super) fn first_bad_of(&self, contender: Contender) -> Option<&str> {
        let alone = self.alone.iter().map(|(of, answers)| (*of, answers));
        let steps = self
            .steps
            .iter()
            .map(|step| (step.contender, &step.answers));
        let single = self.single.iter().map(|(of, _, answers)| (*of, answers));
        let mut all = alone
            .chain(steps)
            .chain(single)
            .filter(|(of, _)| *of == contender);
        all.find_map(|(_, answers)| answers.first_bad.as_deref())
    }
}

/// `10 users`, or those who do not think.
pub(super) fn crowd(users: u32, think: bool) -> String {
    match (users, think) {
        (1, true) => "1 user".to_owned(),
        (_, true) => format!("{users} users"),
        (_, false) => format!("{users} clients, no pause"),
    }
}

/// It takes long: who waits is told of each step.
fn telling(what: &str) {
    eprintln!("load: {what}");
}
