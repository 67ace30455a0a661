//! Made-up sources that the measures are shown on, each limit once on either side.

use super::*;

fn file(path: &str, text: &str) -> TextFile {
    TextFile {
        path: path.to_owned(),
        text: format!("//! A file that is made up.\n{text}"),
    }
}

/// A function of so many lines.
fn function(name: &str, lines: usize) -> String {
    format!("fn {name}() {{\n{}}}\n", "    work();\n".repeat(lines - 2))
}

fn measured(text: &str) -> FileMeasure {
    measure::measure(&file("crates/a/src/b.rs", text)).unwrap()
}

fn check(files: &[TextFile], expected: &[&str]) {
    assert_eq!(judge(files).findings, expected);
}

#[test]
fn inline_tests_are_not_counted() {
    let own = function("own", 10);
    let inline = format!(
        "/// Doc.\n#[cfg(test)]\nmod tests {{\n{}}}\n",
        function("helps", 20)
    );
    let measure = measured(&format!("{own}{inline}"));
    assert_eq!(
        (measure.lines, measure.test_lines, measure.own_lines()),
        (35, 24, 11)
    );
    let seen: Vec<_> = measure
        .functions
        .iter()
        .map(|f| (f.name.as_str(), f.line, f.lines, f.in_tests))
        .collect();
    assert_eq!(seen, [("own", 2, 10, false), ("helps", 15, 20, true)]);
}

#[test]
fn what_is_for_tests_is_told_from_what_is_not() {
    let check = |attribute: &str, expected: bool| {
        let measure = measured(&format!("{attribute}\nfn f() {{\n}}\n"));
        assert_eq!(measure.functions[0].in_tests, expected, "{attribute}");
        assert_eq!(measure.test_lines, if expected { 3 } else { 0 }, "{attribute}");
    };
    check("#[test]", true);
    check("#[tokio::test]", true);
    check("#[cfg(test)]", true);
    check("#[cfg(any(test, feature = \"testing\"))]", true);
    check("#[cfg(not(test))]", false);
    check("#[cfg(feature = \"latest\")]", false);
    check("#[inline]", false);
}

#[test]
fn methods_and_nested_functions_are_measured() {
    let text = "impl A {\n    #[cfg(test)]\n    fn a() {\n    }\n    fn b() {\n        fn c() {}\n    }\n}\n\
                trait T {\n    fn d();\n    fn e() {}\n}\n";
    let measure = measured(text);
    let seen: Vec<_> = measure
        .functions
        .iter()
        .map(|f| (f.name.as_str(), f.lines, f.in_tests))
        .collect();
    assert_eq!(
        seen,
        [("a", 2, true), ("b", 3, false), ("c", 1, false), ("e", 1, false)]
    );
    assert_eq!(measure.test_lines, 3);
}

#[test]
fn a_long_file_is_refused_but_for_its_inline_tests_or_when_it_is_generated() {
    let filler: Vec<TextFile> = (0..100)
        .map(|i| file(&format!("crates/a/src/f{i}.rs"), ""))
        .collect();
    let with = |path: &str, text: String| {
        let mut files = filler.clone();
        files.push(TextFile {
            path: path.to_owned(),
            text,
        });
        files
    };
    let head = "//! A file that is made up.\n";
    let long = "struct S;\n".repeat(800);
    check(
        &with(
            "crates/a/src/b.rs",
            format!("{head}{}", "struct S;\n".repeat(799)),
        ),
        &[],
    );
    let finding = "`crates/a/src/b.rs` has 801 lines, 800 is the limit";
    check(&with("crates/a/src/b.rs", format!("{head}{long}")), &[finding]);
    check(
        &with(
            "crates/a/src/b.rs",
            format!("{head}#[cfg(test)]\nmod tests {{\n{long}}}\n"),
        ),
        &[],
    );
    check(
        &with("crates/a/src/b.rs", format!("//! Generated from data.\n{long}")),
        &[],
    );
    let finding = "`crates/a/tests/b.rs` has 801 lines, 800 is the limit";
    check(&with("crates/a/tests/b.rs", format!("{head}{long}")), &[finding]);
}

#[test]
fn the_median_and_the_tail_of_files_are_bounded() {
    let of = |lines: usize| file("crates/a/src/b.rs", &"struct S;\n".repeat(lines - 1));
    check(&[of(150)], &[]);
    check(&[of(151)], &["the median file has 151 lines, 150 is the limit"]);
    check(
        &[of(10), of(10), of(451)],
        &["the file at the 95th percentile has 451 lines, 450 is the limit"],
    );
}

#[test]
fn long_functions_are_refused_outside_tests() {
    let check_one = |text: String, expected: &[&str]| {
        let short: String = (0..40).map(|i| function(&format!("f{i}"), 2)).collect();
        check(&[file("crates/a/src/b.rs", &format!("{text}{short}"))], expected);
    };
    check_one(
        function("f", 120),
        &["the median file has 201 lines, 150 is the limit"],
    );
    let both = [
        "the median file has 202 lines, 150 is the limit",
        "`f` in crates/a/src/b.rs:2 has 121 lines, 120 is the limit",
    ];
    check_one(function("f", 121), &both);
    check_one(format!("#[cfg(test)]\n{}", function("f", 121)), &[]);
    check(
        &[file("crates/a/src/b.rs", &function("f", 41))],
        &["the function at the 95th percentile has 41 lines, 40 is the limit"],
    );
}

#[test]
fn modules_for_tests_in_their_own_files_are_test_files() {
    let long = &function("f", 200);
    let declares = file("crates/a/src/b.rs", "#[cfg(test)]\nmod cases;\n");
    check(&[declares.clone(), file("crates/a/src/b/cases.rs", long)], &[]);
    check(
        &[declares.clone(), file("crates/a/src/b/cases/more.rs", long)],
        &[],
    );
    let at_root = file("crates/a/src/lib.rs", "#[cfg(test)]\nmod cases;\n");
    check(&[at_root, file("crates/a/src/cases.rs", long)], &[]);
    assert!(!judge(&[declares, file("crates/a/src/cases.rs", long)]).holds());
}

#[test]
fn what_does_not_parse_is_a_finding() {
    let findings = judge(&[file("crates/a/src/b.rs", "fn (")]).findings;
    assert_eq!(findings.len(), 1);
    assert!(
        findings[0].starts_with("crates/a/src/b.rs: is not Rust that can be parsed"),
        "{findings:?}"
    );
}

#[test]
fn percentiles_are_values_that_occur() {
    let check = |values: &[usize], percent: usize, expected: usize| {
        assert_eq!(
            percentile(&mut values.to_vec(), percent),
            expected,
            "{values:?} {percent}"
        );
    };
    check(&[], 50, 0);
    check(&[7], 95, 7);
    check(&[3, 1, 2], 50, 2);
    check(&[4, 3, 2, 1], 50, 2);
    check(&(1..=100).collect::<Vec<_>>(), 95, 95);
}
