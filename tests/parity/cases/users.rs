//! What is asked of the users.

use super::{
    Cases,
    pages::{List, wrong_pages},
};

pub(super) fn users(cases: &mut Cases) {
    cases.get("users: first page", "/api/users/");
    cases.follow("users: second page", "users: first page", "next");
    cases.follow("users: back again", "users: second page", "previous");
    cases.get("users: pages of 25", "/api/users/?page_size=25");
    cases.follow("users: second of 25", "users: pages of 25", "next");
    cases.follow("users: last of 25", "users: second of 25", "next");
    cases.follow("users: before the last", "users: last of 25", "previous");
    cases.get("users: all on one page", "/api/users/?page_size=100");
    cases.get(
        "users: a page too large",
        "/api/users/?page_size=1000&b=2&a=1",
    );
    for (name, size) in [
        ("users: a page of 0", "0"),
        ("users: a page of -1", "-1"),
        ("users: a page of ten", "ten"),
        ("users: a page of nothing", ""),
    ] {
        cases.get(name, &format!("/api/users/?page_size={size}"));
    }
    let list = List {
        name: "users",
        path: "/api/users/?",
        owner: None,
    };
    wrong_pages(list, cases);
    cases.get(
        "users: two fields",
        "/api/users/?fields=id,username&page_size=3",
    );
    cases.get(
        "users: in the order of the serializer",
        "/api/users/?fields=username,id",
    );
    cases.get(
        "users: an unknown field among them",
        "/api/users/?fields=id,password,nonsense",
    );
    cases.get(
        "users: unknown fields only",
        "/api/users/?fields=nonsense&page_size=2",
    );
    cases.get("users: no fields", "/api/users/?fields=&page_size=2");
    cases.get(
        "users: fields with blanks",
        "/api/users/?fields=%20id%20,%20groups%20&page_size=2",
    );
    cases.get(
        "users: one relation",
        "/api/users/?fields=permissions&page_size=5",
    );
    cases.get("users: the profile alone", "/api/users/?fields=profile");
    cases.get("user: one", "/api/users/4/");
    cases.get(
        "user: two of its fields",
        "/api/users/4/?fields=groups,email",
    );
    cases.get("user: unknown", "/api/users/99999/");
    cases.get("user: beyond integers", "/api/users/99999999999999999999/");
    cases.get("user: beyond the column", "/api/users/2147483648/");
    cases.get("user: no number", "/api/users/one/");
    cases.get("user: 0", "/api/users/0/");
}
