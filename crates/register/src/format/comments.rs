//! Comments, which stand in the blank space between words.

use toml_edit::RawString;

/// Blank space as text.
pub(super) fn text(raw: Option<&RawString>) -> &str {
    raw.and_then(RawString::as_str).unwrap_or_default()
}

/// The comments before something, each on a line of its own. Before a table, one blank line between comments, and
/// after them, stays: it tells what belongs to the file from what belongs to the table.
pub(super) fn before(blank: &str, keep_gaps: bool) -> String {
    let mut out = String::new();
    let mut gap = false;
    // What follows the last line break is indentation.
    for line in blank.split('\n').map(str::trim) {
        if line.is_empty() {
            gap = true;
            continue;
        }
        if gap && keep_gaps && !out.is_empty() {
            out.push('\n');
        }
        gap = false;
        out.push_str(line);
        out.push('\n');
    }
    // The last line is what stands directly before the table; an empty one before that is a gap.
    let ends_with_gap = blank
        .rsplit('\n')
        .nth(1)
        .is_some_and(|line| line.trim().is_empty());
    if keep_gaps && ends_with_gap && !out.is_empty() {
        out.push('\n');
    }
    out
}

/// The comment behind something, on its line.
pub(super) fn after(blank: &str) -> String {
    let comment = blank.trim();
    if comment.is_empty() {
        String::new()
    } else {
        format!(" {comment}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_between_comments_stay_before_tables_only() {
        let check = |blank: &str, tables: &str, keys: &str| {
            assert_eq!(before(blank, true), tables, "{blank:?}");
            assert_eq!(before(blank, false), keys, "{blank:?}");
        };
        check("", "", "");
        check("\n\n\n", "", "");
        check("\n# a\n", "# a\n", "# a\n");
        check("# a\n\n\n  # b  \n", "# a\n\n# b\n", "# a\n# b\n");
        check("# a\n\n", "# a\n\n", "# a\n");
        check("# a\r\n\r\n", "# a\n\n", "# a\n");
    }
}
