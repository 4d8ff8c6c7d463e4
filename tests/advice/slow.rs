//! Slow statements of a service, and what each is advised.

/// A statement that reads too much.
pub(crate) struct Slow {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
    pub(crate) values: &'static [&'static str],
    pub(crate) goal: &'static str,
    /// What is proposed.
    pub(crate) index: &'static [&'static str],
}

pub(crate) const SLOW: &[Slow] = &[
    Slow {
        name: "one value of many",
        sql: "SELECT id, title FROM articles WHERE views = $1",
        values: &["77"],
        goal: "reach articles",
        index: &["CREATE INDEX articles_views_idx ON articles (views)"],
    },
    Slow {
        name: "newest of a status",
        sql: "SELECT id, title FROM articles WHERE status = $1 ORDER BY created_at DESC LIMIT 20",
        values: &["draft"],
        goal: "reach articles",
        index: &[
            "CREATE INDEX articles_status_created_at_idx ON articles (status, created_at DESC)",
        ],
    },
    Slow {
        name: "newest of all",
        sql: "SELECT id, title FROM articles ORDER BY created_at DESC, id DESC LIMIT 20",
        values: &[],
        goal: "sorted",
        index: &["CREATE INDEX articles_created_at_id_idx ON articles (created_at DESC, id DESC)"],
    },
    Slow {
        name: "the page after a cursor",
        sql: "SELECT id, title FROM articles WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 20",
        values: &["2024-09-01 08:00:00+00", "240"],
        goal: "reach articles",
        index: &["CREATE INDEX articles_created_at_idx ON articles (created_at)"],
    },
    Slow {
        name: "a name without its case",
        sql: "SELECT id FROM users WHERE lower(email) = $1",
        values: &["user7@example.org"],
        goal: "reach users",
        index: &["CREATE INDEX users_lower_idx ON users (lower(email))"],
    },
    Slow {
        name: "a day of a timestamp",
        sql: "SELECT id, title FROM articles WHERE published_on::date = $1",
        values: &["2024-01-01"],
        goal: "use articles_published_on_idx",
        index: &["CREATE INDEX articles_published_on_idx1 ON articles (((published_on)::date))"],
    },
    Slow {
        name: "the beginning of a text",
        sql: "SELECT id FROM orders WHERE reference LIKE 'R-0000012%'",
        values: &[],
        goal: "reach orders",
        index: &["CREATE INDEX orders_reference_idx1 ON orders (reference text_pattern_ops)"],
    },
    Slow {
        name: "the middle of a text",
        sql: "SELECT id FROM articles WHERE title ILIKE $1",
        values: &["%a87ff679%"],
        goal: "reach articles",
        index: &["CREATE INDEX articles_title_idx ON articles USING gin (title gin_trgm_ops)"],
    },
    Slow {
        name: "words",
        sql: "SELECT id FROM articles WHERE to_tsvector('english', title) @@ to_tsquery('english', $1)",
        values: &["a87ff679"],
        goal: "reach articles",
        index: &[
            "CREATE INDEX articles_to_tsvector_idx ON articles USING gin (to_tsvector('english'::regconfig, title))",
        ],
    },
    Slow {
        name: "a part of a document",
        sql: "SELECT id FROM articles WHERE data @> $1",
        values: &["{\"source\": \"s7\"}"],
        goal: "reach articles",
        index: &["CREATE INDEX articles_data_idx ON articles USING gin (data jsonb_path_ops)"],
    },
    Slow {
        name: "a field of a document",
        sql: "SELECT id FROM articles WHERE data ->> 'source' = $1",
        values: &["s7"],
        goal: "reach articles",
        index: &["CREATE INDEX articles_expr_idx ON articles ((data ->> 'source'::text))"],
    },
    Slow {
        name: "a member of a list",
        sql: "SELECT id FROM articles WHERE tags @> $1",
        values: &["{t77}"],
        goal: "reach articles",
        index: &["CREATE INDEX articles_tags_idx ON articles USING gin (tags)"],
    },
    Slow {
        name: "ranges that overlap",
        sql: "SELECT id FROM bookings WHERE during && tstzrange($1, $2)",
        values: &["2024-01-03 00:00:00+00", "2024-01-03 02:00:00+00"],
        goal: "reach bookings",
        index: &["CREATE INDEX bookings_during_idx ON bookings USING gist (during)"],
    },
    Slow {
        name: "comments of one article",
        sql: "SELECT a.title, c.body FROM articles a JOIN comments c ON c.article_id = a.id WHERE a.id = $1",
        values: &["77"],
        goal: "reach comments",
        index: &["CREATE INDEX comments_article_id_idx ON comments (article_id)"],
    },
    Slow {
        name: "a join over many rows",
        sql: "SELECT a.title, count(*) FROM articles a JOIN comments c ON c.article_id = a.id WHERE a.author_id = $1 GROUP BY a.id",
        values: &["7"],
        goal: "reach comments",
        index: &["CREATE INDEX comments_article_id_idx ON comments (article_id)"],
    },
    Slow {
        name: "either of two columns",
        sql: "SELECT id FROM comments WHERE article_id = $1 OR author_id = $2",
        values: &["77", "8"],
        goal: "reach comments",
        index: &[
            "CREATE INDEX comments_article_id_idx ON comments (article_id)",
            "CREATE INDEX comments_author_id_idx ON comments (author_id)",
        ],
    },
    Slow {
        name: "orders of a customer since a day",
        sql: "SELECT id, total FROM orders WHERE customer_id = $1 AND placed_at >= $2",
        values: &["7", "2024-02-01"],
        goal: "reach orders",
        index: &["CREATE INDEX orders_customer_id_idx ON orders (customer_id)"],
    },
    Slow {
        name: "the largest",
        sql: "SELECT max(placed_at) FROM orders",
        values: &[],
        goal: "reach orders",
        index: &["CREATE INDEX orders_placed_at_idx ON orders (placed_at)"],
    },
    Slow {
        name: "a write",
        sql: "UPDATE comments SET body = '' WHERE author_id = $1",
        values: &["7"],
        goal: "reach comments",
        index: &["CREATE INDEX comments_author_id_idx ON comments (author_id)"],
    },
    Slow {
        name: "some of a list of values",
        sql: "SELECT id FROM comments WHERE author_id = ANY($1) AND created_at >= $2",
        values: &["{7,8,9}", "2024-09-20"],
        goal: "cheaper",
        index: &[
            "CREATE INDEX comments_author_id_created_at_idx ON comments (author_id, created_at)",
        ],
    },
];
