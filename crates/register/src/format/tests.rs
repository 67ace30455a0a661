//! What formatting makes of small files, word for word.

use super::*;
use crate::source::Source;

fn formatted(text: &str) -> String {
    format(&Source {
        path: "a.toml".to_owned(),
        text: text.to_owned(),
    })
    .unwrap()
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let once = formatted(text);
    assert_eq!(once, expected);
    assert_eq!(formatted(&once), once, "formatting twice changes something");
}

#[test]
fn keys_take_the_order_of_the_language_and_comments_go_along() {
    check(
        "# the file\n\n\n[instrument]\nlayer    = 'agreement' # as signed\n\n# as in the letter\nid = \"a\"\n[[clause]]\nplain=\"p\"\nref='1'\n# end\n",
        "# the file\n\n[instrument]\n# as in the letter\nid = \"a\"\nlayer = 'agreement' # as signed\n\n[[clause]]\nref = '1'\nplain = \"p\"\n\n# end\n",
    );
}

#[test]
fn keys_that_the_language_does_not_know_come_last() {
    check(
        "[firm]\nzebra=1\nask='a'\nname='n'\nant=2\n",
        "[firm]\nname = 'n'\nask = 'a'\nzebra = 1\nant = 2\n",
    );
}

#[test]
fn dotted_keys_and_inline_tables_are_ordered_too() {
    check(
        "[[clause]]\nfor.workers=['employee']\nfor.models=['a*']\nref='1'\ndeny={not_in={except=['US'],members=['*']}}\n",
        "[[clause]]\nref = '1'\nfor.models = ['a*']\nfor.workers = ['employee']\ndeny = { not_in = { members = ['*'], except = ['US'] } }\n",
    );
}

#[test]
fn claims_and_given_facts_are_ordered_inside_lists_and_tables() {
    check(
        "[[test]]\nexpect={lift='a 1',decision='deny'}\ngiven={egress='HK',end_users=['HK']}\nfrom=['GB',{place='HK',source='badge'}]\n",
        "[[test]]\nfrom = ['GB', { source = 'badge', place = 'HK' }]\ngiven = { end_users = ['HK'], egress = 'HK' }\nexpect = { decision = 'deny', lift = 'a 1' }\n",
    );
    let claim = "{ source = 'badge', place = 'HK', site = 'hong-kong', age_hours = 13 }";
    check(
        &format!("[[test]]\nfrom = [\"GB\",  {claim}, {claim}]\n"),
        &format!("[[test]]\nfrom = [\n    \"GB\",\n    {claim},\n    {claim},\n]\n"),
    );
    check(
        "[test.given]\negress='HK'\n\n# who reads\nend_users=['HK']\n",
        "[test.given]\n# who reads\nend_users = ['HK']\negress = 'HK'\n",
    );
}

#[test]
fn long_lists_fill_lines_and_tables_have_one_each() {
    let codes: Vec<String> = (0..30).map(|n| format!("\"C{n:02}\"")).collect();
    let text = format!("[groups.a]\nmembers = [{}]\n", codes.join(","));
    let lines: Vec<String> = [&codes[..15], &codes[15..]]
        .iter()
        .map(|line| format!("    {},", line.join(", ")))
        .collect();
    check(
        &text,
        &format!("[groups.a]\nmembers = [\n{}\n]\n", lines.join("\n")),
    );
    let status = "{ from = 2025-09-29, to = 2025-11-09, status = \"in-force\" }";
    check(
        &format!("[[clause]]\nstatus = [{status}, {status}, ]\n"),
        &format!("[[clause]]\nstatus = [\n    {status},\n    {status},\n]\n"),
    );
}

#[test]
fn a_list_with_comments_stays_as_it_is() {
    check(
        "[groups.a]\nmembers   = [\n  'CN', # mainland\n  'HK',\n]\nname='A'\n",
        "[groups.a]\nname = 'A'\nmembers = [\n  'CN', # mainland\n  'HK',\n]\n",
    );
}

#[test]
fn tables_inside_groups_and_headers_keep_their_words() {
    check(
        "[groups.\"greater china\".reading] # read\nby='legal'\n\n\n\n[groups.b]\n",
        "[groups.\"greater china\".reading] # read\nby = 'legal'\n\n[groups.b]\n",
    );
}

#[test]
fn syntax_errors_are_diagnosed() {
    let found = format(&Source {
        path: "a.toml".to_owned(),
        text: "a = \nb = 1\n".to_owned(),
    })
    .unwrap_err();
    assert_eq!((found.0[0].code, found.0[0].position.line), ("toml-syntax", 1));
}
