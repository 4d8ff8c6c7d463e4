//! Is the Python that the port's documentation quotes what the original says, statement by statement?

use std::path::Path;

use crate::django;
use crate::files::python_files;

const APPS: [&str; 4] = ["users", "dashboard", "articles", "projects"];

/// The statements of a Python text, each in one line, without comments.
fn statements(python: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut open = String::new();
    for line in python.lines() {
        let code = line.split_once("# ").map_or(line, |(code, _)| code);
        open = if open.is_empty() {
            code.trim().to_owned()
        } else {
            format!("{open} {}", code.trim())
        };
        if !open.is_empty() && is_whole(&open) {
            statements.push(std::mem::take(&mut open));
        }
    }
    statements
}

/// No bracket is left open.
fn is_whole(statement: &str) -> bool {
    statement.matches(['(', '[', '{']).count() <= statement.matches([')', ']', '}']).count()
}

/// A statement whichever way it is broken into lines, and whichever quotes it has.
fn shape(statement: &str) -> String {
    let mut shape: String = statement.split_whitespace().collect();
    for (written, meant) in [("'", "\""), (",)", ")"), (",]", "]"), (",}", "}")] {
        shape = shape.replace(written, meant);
    }
    shape
}

/// The blocks of Python in the documentation of a Rust file.
fn quotes(rust: &str) -> Vec<String> {
    let mut quotes = Vec::new();
    let mut open: Option<String> = None;
    for line in rust.lines() {
        let line = line.trim_start();
        let told = line.strip_prefix("///").or(line.strip_prefix("//!"));
        match (told.map(str::trim), &mut open) {
            (Some("```python"), _) => open = Some(String::new()),
            (Some("```"), Some(quote)) => {
                quotes.push(std::mem::take(quote));
                open = None;
            }
            (Some(told), Some(quote)) => quote.extend([told, "\n"]),
            _ => {}
        }
    }
    quotes
}

/// What is quoted and not said. `...` is what a quote leaves out.
fn unsaid(quote: &str, original: &[String]) -> Vec<String> {
    let mut quoted = statements(quote);
    quoted.retain(|statement| statement != "..." && !original.contains(&shape(statement)));
    quoted
}

fn rust_files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn each_statement_that_the_port_quotes_is_one_of_the_original() {
    let mut quoted = 0;
    for app in APPS {
        let mut files = Vec::new();
        python_files(&django::project().join(app), &mut files);
        let read = |file: &String| std::fs::read_to_string(django::project().join(file)).unwrap();
        let original: Vec<_> = files
            .iter()
            .flat_map(|file| statements(&read(file)))
            .collect();
        let original: Vec<_> = original.iter().map(|statement| shape(statement)).collect();
        let mut port = Vec::new();
        let folder = django::project()
            .join("../../example-service/src")
            .join(app);
        rust_files(&folder, &mut port);
        for (file, text) in port {
            for quote in quotes(&text) {
                quoted += statements(&quote).len();
                let unsaid = unsaid(&quote, &original);
                assert!(
                    unsaid.is_empty(),
                    "{file} quotes what {app} does not say: {unsaid:#?}"
                );
            }
        }
    }
    println!("{quoted} quoted statements are those of the original");
    assert!(quoted > 200, "{quoted}");
}

/// What the test above is for.
#[test]
fn a_quote_that_the_original_does_not_say_is_seen() {
    let original = "
class UserList(ListAPIView):
    # Of all.
    fields = [
        \"id\",
        \"username\",
    ]
    queryset = User.objects.order_by(\"id\")
";
    let original: Vec<_> = statements(original)
        .iter()
        .map(|said| shape(said))
        .collect();
    let rust =
        |quote: &str| format!("//! A list.\n/// ```python\n/// {quote}\n/// ```\nfn list() {{}}");
    for (quote, is_said) in [
        ("class UserList(ListAPIView):", true),
        ("    fields = ['id', 'username']  # two of them", true),
        ("    queryset = User.objects.order_by('id')", true),
        ("    ...", true),
        ("class UserList(ListCreateAPIView):", false),
        ("    fields = ['id']", false),
        ("    queryset = User.objects.order_by('-id')", false),
    ] {
        let quotes = quotes(&rust(quote));
        assert_eq!(quotes.len(), 1, "{quote}");
        assert_eq!(unsaid(&quotes[0], &original).is_empty(), is_said, "{quote}");
    }
}
