//! A line of divan's table in cells, and a cell's text in numbers.
//!
//! Names may hold what separates cells, so a line is cut from the right, and never at fixed columns.

pub(super) const COLUMNS: usize = 6;

/// The cells of a line without the blanks around them. The first one still holds what is left of the table: the name.
pub(super) fn cut(line: &str) -> Option<[&str; COLUMNS]> {
    let mut from_the_right = line.rsplitn(COLUMNS, '│');
    let mut cells = [""; COLUMNS];
    for (at, cell) in cells.iter_mut().enumerate().rev() {
        let text = from_the_right.next()?;
        *cell = if at == 0 { text } else { text.trim() };
    }
    Some(cells)
}

/// A text that ends with a time: what is before it, and the nanoseconds.
pub(super) fn time_at_the_end(text: &str) -> Option<(&str, f64)> {
    let text = text.trim_end_matches(' ');
    let unit = text.rfind(' ')?;
    let start = text[..unit].rfind(' ').map_or(0, |blank| blank + 1);
    Some((&text[..start], nanoseconds(&text[start..])?))
}

/// `1.421 µs`, `674 ps`, `2 m`.
pub(super) fn nanoseconds(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    match unit {
        "ps" => scaled(number, -3),
        "ns" => scaled(number, 0),
        "µs" => scaled(number, 3),
        "ms" => scaled(number, 6),
        "s" => scaled(number, 9),
        "m" => Some(scaled(number, 9)? * 60.0),
        "h" => Some(scaled(number, 9)? * 3_600.0),
        "d" => Some(scaled(number, 9)? * 86_400.0),
        _ => None,
    }
}

/// `1.5 KB`, `1.464 KiB`.
pub(super) fn bytes(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let prefix = unit.strip_suffix('B')?;
    let (letter, is_binary) = match prefix.strip_suffix('i') {
        Some(letter) => (letter, true),
        None => (prefix, false),
    };
    let power = ["", "K", "M", "G", "T", "P"]
        .into_iter()
        .zip(0_i32..)
        .find_map(|(known, power)| (known == letter).then_some(power))?;
    match (is_binary, power) {
        (true, 0) => None,
        (true, _) => Some(scaled(number, 0)? * 1_024_f64.powi(power)),
        (false, _) => scaled(number, 3 * power),
    }
}

/// `8`, `0.333`.
pub(super) fn count(text: &str) -> Option<f64> {
    scaled(text, 0)
}

/// `25600`.
pub(super) fn whole<N: std::str::FromStr>(text: &str) -> Option<N> {
    let is_number = is_digits(text);
    is_number.then(|| text.parse().ok()).flatten()
}

/// What a throughput counts: `725.2 Mchar/s` counts `chars`.
pub(super) fn counted(text: &str) -> Option<&'static str> {
    const COUNTED: [(&str, &str); 4] = [
        ("item/s", "items"),
        ("char/s", "chars"),
        ("Hz", "cycles"),
        ("B/s", "bytes"),
    ];
    let (number, unit) = text.split_once(' ')?;
    let is_number = is_decimal(number) || ["inf", "NaN"].contains(&number);
    let (prefix, name) = COUNTED
        .into_iter()
        .find_map(|(suffix, name)| Some((unit.strip_suffix(suffix)?, name)))?;
    let prefix = match prefix.strip_suffix('i') {
        Some(binary) if name == "bytes" && !binary.is_empty() => binary,
        _ => prefix,
    };
    let is_prefix = ["", "K", "M", "G", "T", "P"].contains(&prefix);
    (is_number && is_prefix).then_some(name)
}

/// The number times a power of ten, as near as a float can be to what is written.
fn scaled(number: &str, power: i32) -> Option<f64> {
    is_decimal(number)
        .then(|| format!("{number}e{power}").parse().ok())
        .flatten()
}

fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
    is_digits(whole) && is_digits(fraction) && !has_leading_zero
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_nanoseconds_whatever_their_unit() {
        let check = |text, expected| assert_eq!(nanoseconds(text), expected, "{text}");
        check("0.674 ns", Some(0.674));
        check("250 ps", Some(0.25));
        check("1.421 µs", Some(1_421.0));
        check("2.088 ms", Some(2_088_000.0));
        check("1.1 s", Some(1_100_000_000.0));
        check("1.5 m", Some(90_000_000_000.0));
        check("2 h", Some(7_200_000_000_000.0));
        check("12345 d", Some(12_345.0 * 86_400_000_000_000.0));
        for wrong in [
            "", "ns", "1", "1ns", "1 us", "1  ns", "-1 ns", "1e3 ns", "01 ns", ".5 ns", "5. ns",
            "1.2.3 ns", "inf ns", "NaN ns", "+1 ns",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn sizes_are_bytes_whatever_their_unit() {
        let check = |text, expected| assert_eq!(bytes(text), expected, "{text}");
        check("33.33 B", Some(33.33));
        check("1.001 KB", Some(1_001.0));
        check("1.234 MB", Some(1_234_000.0));
        check("1.5 KiB", Some(1_536.0));
        check("1.25 GiB", Some(1.25 * 1_073_741_824.0));
        check("2 PB", Some(2e15));
        for wrong in ["1", "1 iB", "1 kB", "1 KB/s", "1 Kib", "x B", "inf B"] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_throughput_says_what_it_counts() {
        let check = |text, expected| assert_eq!(counted(text), expected, "{text}");
        check("12.14 GiB/s", Some("bytes"));
        check("0 B/s", Some("bytes"));
        check("725.2 Mchar/s", Some("chars"));
        check("inf item/s", Some("items"));
        check("NaN Titem/s", Some("items"));
        check("1.45 GHz", Some("cycles"));
        for wrong in ["1 iB/s", "1 Kiitem/s", "1 xB/s", "x B/s", "1 B", "B/s"] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_line_is_cut_from_the_right() {
        assert_eq!(
            cut("╰─ a │ b  7 ns │ 8 ns  │ 9 ns │ 1 ns │ 8  │ 24"),
            Some(["╰─ a │ b  7 ns ", "8 ns", "9 ns", "1 ns", "8", "24"])
        );
        assert_eq!(cut("1 │ 2 │ 3 │ 4 │ 5"), None);
        assert_eq!(time_at_the_end("a 7  8.5 ns "), Some(("a 7  ", 8.5)));
        assert_eq!(time_at_the_end("8.5 ns"), Some(("", 8.5)));
        assert_eq!(time_at_the_end("HELLO8.5 ns"), None);
    }
}
