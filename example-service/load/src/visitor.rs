//! What a user of the service asks for, and what they remember of the answers. Pure: sends nothing.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

/// How much there is in the database: ids are from 1 to these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) users: u32,
    pub(crate) projects: u32,
}

/// One kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    UsersList,
    UsersDetail,
    /// The first page of the user's own.
    Dashboard,
    /// The same by `If-None-Match`.
    DashboardKnown,
    ArticlesList,
    ArticlesNext,
    /// In one of a thousand articles.
    SearchRare,
    /// In one of six.
    SearchCommon,
    /// In none, and nearly a word of some titles.
    SearchMisspelt,
    ProjectsList,
    ProjectsDetail,
    NewItem,
    ChangedItem,
}

/// What a user does; how often is the weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Users,
    Dashboard,
    Articles,
    Search,
    Projects,
    Write,
}

/// A request to be sent, with the user's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// A path, or the absolute URL of a link that the service gave.
    pub(crate) path: String,
    pub(crate) if_none_match: Option<String>,
    pub(crate) body: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Patch,
}

/// A user with a token of their own.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    id: u32,
    prefix: String,
    sizes: Sizes,
    chance: StdRng,
    /// How often each topic came up.
    turns: [u32; Topic::ALL.len()],
    etag: Option<String>,
    items: Vec<i64>,
    next_articles: Option<String>,
}

impl Ask {
    pub(crate) const ALL: [Self; 13] = [
        Self::UsersList,
        Self::UsersDetail,
        Self::Dashboard,
        Self::DashboardKnown,
        Self::ArticlesList,
        Self::ArticlesNext,
        Self::SearchRare,
        Self::SearchCommon,
        Self::SearchMisspelt,
        Self::ProjectsList,
        Self::ProjectsDetail,
        Self::NewItem,
        Self::ChangedItem,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UsersList => "users-list",
            Self::UsersDetail => "users-detail",
            Self::Dashboard => "dashboard",
            Self::DashboardKnown => "dashboard-known",
            Self::ArticlesList => "articles-list",
            Self::ArticlesNext => "articles-next",
            Self::SearchRare => "search-rare",
            Self::SearchCommon => "search-common",
            Self::SearchMisspelt => "search-misspelt",
            Self::ProjectsList => "projects-list",
            Self::ProjectsDetail => "projects-detail",
            Self::NewItem => "item-new",
            Self::ChangedItem => "item-changed",
        }
    }
}

impl Topic {
    pub(crate) const ALL: [Self; 6] = [
        Self::Users,
        Self::Dashboard,
        Self::Articles,
        Self::Search,
        Self::Projects,
        Self::Write,
    ];

    pub(crate) fn weight(self) -> usize {
        match self {
            Self::Users | Self::Dashboard => 3,
            Self::Articles | Self::Search | Self::Projects => 2,
            Self::Write => 1,
        }
    }
}

impl Visitor {
    /// The user of this number, from 0: users of different numbers are different ones, up to as many as there are.
    pub(crate) fn new(number: u32, prefix: &str, sizes: Sizes) -> Self {
        let id = number % sizes.users + 1;
        Self {
            id,
            prefix: prefix.to_owned(),
            sizes,
            chance: StdRng::seed_from_u64(number.into()),
            // Users that come at once do not do the same in the same order.
            turns: [number; Topic::ALL.len()],
            etag: None,
            items: Vec::new(),
            next_articles: None,
        }
    }

    /// As the port's `seed::tokens` makes it.
    pub(crate) fn authorization(&self) -> String {
        format!("Token {:040x}", self.id)
    }

    /// What this user asks for next, of this topic.
    pub(crate) fn ask(&mut self, topic: Topic) -> Ask {
        let turn = &mut self.turns[topic as usize];
        *turn += 1;
        let turn = *turn;
        let is_even = turn.is_multiple_of(2);
        match topic {
            Topic::Users if is_even => Ask::UsersList,
            Topic::Users => Ask::UsersDetail,
            Topic::Dashboard if is_even && self.etag.is_some() => Ask::DashboardKnown,
            Topic::Dashboard => Ask::Dashboard,
            Topic::Articles if self.next_articles.is_some() => Ask::ArticlesNext,
            Topic::Articles => Ask::ArticlesList,
            Topic::Search => match turn % 3 {
                0 => Ask::SearchRare,
                1 => Ask::SearchCommon,
                _ => Ask::SearchMisspelt,
            },
            Topic::Projects if is_even => Ask::ProjectsList,
            Topic::Projects => Ask::ProjectsDetail,
            Topic::Write if is_even && !self.items.is_empty() => Ask::ChangedItem,
            Topic::Write => Ask::NewItem,
        }
    }

    pub(crate) fn request(&mut self, ask: Ask) -> Request {
        match ask {
            Ask::UsersList => self.get("/api/users/"),
            Ask::UsersDetail => {
                let id = self.chance.random_range(1..=self.sizes.users);
                self.get(&format!("/api/users/{id}/"))
            }
            Ask::Dashboard => self.get("/api/dashboard/"),
            Ask::DashboardKnown => Request {
                if_none_match: self.etag.clone(),
                ..self.get("/api/dashboard/")
            },
            Ask::ArticlesList => self.get("/api/articles/"),
            Ask::ArticlesNext => match self.next_articles.take() {
                Some(path) => Request { path, ..get() },
                None => self.get("/api/articles/"),
            },
            Ask::SearchRare => self.get("/api/articles/?search=zugzwang"),
            Ask::SearchCommon => self.get("/api/articles/?search=bitmap"),
            Ask::SearchMisspelt => self.get("/api/articles/?search=watermrk"),
            Ask::ProjectsList => self.get("/api/v1/projects/"),
            Ask::ProjectsDetail => {
                let id = self.chance.random_range(1..=self.sizes.projects);
                self.get(&format!("/api/v1/projects/{id}/"))
            }
            Ask::NewItem => Request {
                method: Method::Post,
                body: Some(json!({"title": "Written under load", "priority": 2}).to_string()),
                ..self.get("/api/dashboard/")
            },
            Ask::ChangedItem => {
                let at = self.chance.random_range(0..self.items.len().max(1));
                let id = self.items.get(at).copied().unwrap_or(0);
                let priority = self.chance.random_range(1..=5);
                Request {
                    method: Method::Patch,
                    body: Some(json!({"priority": priority}).to_string()),
                    ..self.get(&format!("/api/dashboard/{id}/"))
                }
            }
        }
    }

    /// Remembers what later requests need.
    pub(crate) fn learn(&mut self, ask: Ask, etag: Option<&str>, body: &str) {
        match ask {
            Ask::Dashboard => {
                self.etag = etag.map(str::to_owned);
                let page = read(body);
                let items = page["results"].as_array().into_iter().flatten();
                self.items = items.filter_map(|item| item["id"].as_i64()).collect();
            }
            Ask::ArticlesList => {
                self.next_articles = read(body)["next"].as_str().map(str::to_owned);
            }
            _ => {}
        }
    }

    fn get(&self, path: &str) -> Request {
        Request {
            path: format!("{}{path}", self.prefix),
            ..get()
        }
    }
}

fn get() -> Request {
    Request {
        method: Method::Get,
        path: String::new(),
        if_none_match: None,
        body: None,
    }
}

/// What is no JSON is nothing to remember.
fn read(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes {
        users: 200,
        projects: 50,
    };

    fn asks(visitor: &mut Visitor, topic: Topic) -> [&'static str; 4] {
        [(); 4].map(|()| visitor.ask(topic).name())
    }

    #[test]
    fn each_user_has_a_token_and_there_are_as_many_as_in_the_database() {
        let token = |number| Visitor::new(number, "", SIZES).authorization();
        assert_eq!(token(0), "Token 0000000000000000000000000000000000000001");
        assert_eq!(token(199), "Token 00000000000000000000000000000000000000c8");
        assert_eq!(token(200), token(0));
    }

    #[test]
    fn a_user_who_remembers_nothing_asks_for_what_needs_no_memory() {
        let mut visitor = Visitor::new(0, "", SIZES);
        assert_eq!(asks(&mut visitor, Topic::Dashboard), ["dashboard"; 4]);
        assert_eq!(asks(&mut visitor, Topic::Articles), ["articles-list"; 4]);
        assert_eq!(asks(&mut visitor, Topic::Write), ["item-new"; 4]);
    }

    #[test]
    fn half_of_the_dashboards_name_the_one_that_is_known_and_half_of_the_writes_change_one() {
        let mut visitor = Visitor::new(0, "", SIZES);
        let page = r#"{"results":[{"id":7}]}"#;
        visitor.learn(Ask::Dashboard, Some("\"abc\""), page);
        let expected = [
            "dashboard",
            "dashboard-known",
            "dashboard",
            "dashboard-known",
        ];
        assert_eq!(asks(&mut visitor, Topic::Dashboard), expected);
        let known = visitor.request(Ask::DashboardKnown);
        assert_eq!(known.if_none_match.as_deref(), Some("\"abc\""));
        let expected = ["item-new", "item-changed", "item-new", "item-changed"];
        assert_eq!(asks(&mut visitor, Topic::Write), expected);
        let change = visitor.request(Ask::ChangedItem);
        assert_eq!(
            (change.method, &*change.path),
            (Method::Patch, "/api/dashboard/7/")
        );
    }

    #[test]
    fn the_next_page_is_the_one_of_the_link_and_once_only() {
        let mut visitor = Visitor::new(0, "/naive", SIZES);
        let link = "http://127.0.0.1:1/naive/api/articles/?page=2";
        visitor.learn(Ask::ArticlesList, None, &json!({"next": link}).to_string());
        assert_eq!(visitor.ask(Topic::Articles), Ask::ArticlesNext);
        assert_eq!(visitor.request(Ask::ArticlesNext).path, link);
        assert_eq!(visitor.ask(Topic::Articles), Ask::ArticlesList);
        assert_eq!(
            visitor.request(Ask::ArticlesList).path,
            "/naive/api/articles/"
        );
    }

    #[test]
    fn each_ask_is_asked_by_somebody() {
        let mut visitor = Visitor::new(3, "", SIZES);
        visitor.learn(Ask::Dashboard, Some("\"abc\""), r#"{"results":[{"id":7}]}"#);
        let mut asked = Vec::new();
        for topic in Topic::ALL.into_iter().cycle().take(60) {
            let ask = visitor.ask(topic);
            let next = json!({"next": "http://127.0.0.1:1/api/articles/?cursor=x"});
            let body = if ask == Ask::ArticlesNext {
                String::new()
            } else {
                next.to_string()
            };
            visitor.request(ask);
            if ask != Ask::Dashboard {
                visitor.learn(ask, None, &body);
            }
            asked.push(ask);
        }
        for ask in Ask::ALL {
            assert!(asked.contains(&ask), "{}", ask.name());
        }
    }
}
