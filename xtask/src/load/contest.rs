//! Who competes, and over how much.

/// A service, in one of its two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    DjangoNaive,
    DjangoTuned,
    RustNaive,
    RustTuned,
}

impl Contender {
    pub(super) const ALL: [Self; 4] = [
        Self::DjangoNaive,
        Self::DjangoTuned,
        Self::RustNaive,
        Self::RustTuned,
    ];

    /// As `--only` has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DjangoNaive => "django-naive",
            Self::DjangoTuned => "django-tuned",
            Self::RustNaive => "rust-naive",
            Self::RustTuned => "rust-tuned",
        }
    }

    /// As the tables have it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::DjangoNaive => "Django naive",
            Self::DjangoTuned => "Django tuned",
            Self::RustNaive => "Rust naive",
            Self::RustTuned => "Rust tuned",
        }
    }

    pub(super) fn is_django(self) -> bool {
        matches!(self, Self::DjangoNaive | Self::DjangoTuned)
    }

    pub(super) fn is_tuned(self) -> bool {
        matches!(self, Self::DjangoTuned | Self::RustTuned)
    }

    /// Before the paths of its endpoints.
    pub(super) fn prefix(self) -> &'static str {
        if self.is_tuned() { "" } else { "/naive" }
    }
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(super) users: u32,
    pub(super) articles: u32,
    pub(super) items: u32,
    pub(super) projects: u32,
}

impl Sizes {
    pub(super) const LARGE: Self = Self {
        users: 10_000,
        articles: 100_000,
        items: 200_000,
        projects: 10_000,
    };

    pub(super) const SMALL: Self = Self {
        users: 200,
        articles: 2_000,
        items: 2_000,
        projects: 50,
    };
}
