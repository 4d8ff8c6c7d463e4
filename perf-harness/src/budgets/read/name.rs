//! What an entry may be called: a method and a route, or any name.

use crate::nearest::nearest;

/// Those that a route can have: RFC 9110, section 9, and RFC 5789.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
];

/// Why a name is none, and what to write in its place.
pub(super) fn objection(name: &str) -> Option<(&'static str, String)> {
    if name.trim().is_empty() {
        return Some(("has no name", "name an endpoint, or what is done: [budgets.\"GET /api/users/\"], [budgets.nightly_report]".to_owned()));
    }
    if name.trim() != name {
        return Some((
            "has blanks around its name",
            format!("write it without them: [budgets.{:?}]", name.trim()),
        ));
    }
    let (method, route) = parts(name)?;
    let is_method = METHODS.contains(&method);
    let is_plain = name == format!("{method} {route}");
    if is_method && is_plain {
        return None;
    }
    let meant = nearest(&method.to_uppercase(), METHODS);
    let cure = match meant {
        Some(meant) => format!("did you mean [budgets.\"{meant} {route}\"]?"),
        None if method.is_empty() => {
            format!("an endpoint begins with its method: [budgets.\"GET {route}\"]")
        }
        None => format!("the methods are {}", METHODS.join(", ")),
    };
    let cause = if is_method {
        "does not have one blank between its method and its route"
    } else {
        "does not begin with a method"
    };
    Some((cause, cure))
}

/// Does it name a route?
pub(super) fn is_endpoint_like(name: &str) -> bool {
    parts(name).is_some()
}

/// What stands before a route, and the route.
fn parts(name: &str) -> Option<(&str, &str)> {
    let begin = name.find('/')?;
    let (method, route) = name.split_at(begin);
    let method = method.trim();
    let is_word = method.chars().all(|c| c.is_ascii_alphabetic());
    is_word.then_some((method, route))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_an_endpoint_s_or_any_other() {
        for name in [
            "GET /api/users/",
            "DELETE /a/{id}",
            "nightly_report",
            "the report of 5/7",
            "größte Liste",
        ] {
            assert_eq!(objection(name), None, "{name}");
        }
        let check = |name: &str, cause: &str, cure: &str| {
            assert_eq!(objection(name), Some((cause, cure.to_owned())), "{name}");
        };
        let begin = "does not begin with a method";
        check("get /a", begin, "did you mean [budgets.\"GET /a\"]?");
        check("GETT /a", begin, "did you mean [budgets.\"GET /a\"]?");
        check(
            "/a",
            begin,
            "an endpoint begins with its method: [budgets.\"GET /a\"]",
        );
        check("FETCH /a", begin, "did you mean [budgets.\"PATCH /a\"]?");
        check(
            "SUBSCRIBE /a",
            begin,
            "the methods are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, CONNECT, TRACE",
        );
        let blank = "does not have one blank between its method and its route";
        check("GET/a", blank, "did you mean [budgets.\"GET /a\"]?");
        check("GET  /a", blank, "did you mean [budgets.\"GET /a\"]?");
        check(
            " a",
            "has blanks around its name",
            "write it without them: [budgets.\"a\"]",
        );
        assert_eq!(objection("").unwrap().0, "has no name");
    }
}
