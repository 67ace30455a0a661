//! Edits by example, and against objects of which every part is known.

use super::*;
use proptest::prelude::*;

/// Finds the only occurrence of a text.
fn span(body: &str, text: &str) -> Range<usize> {
    let start = body.find(text).unwrap();
    assert_eq!(body.rfind(text), Some(start), "`{text}` must occur once");
    start..start + text.len()
}

fn check(body: &str, edit: impl FnOnce(&mut Edits), expected: &str) {
    let mut edits = Edits::of(Bytes::copy_from_slice(body.as_bytes()));
    edit(&mut edits);
    let done = edits.apply().unwrap();
    assert_eq!(done.len(), expected.len());
    assert_eq!(String::from_utf8(done.to_vec()).unwrap(), expected, "{body}");
}

fn check_cut(body: &str, values: &[&str], expected: &str) {
    check(
        body,
        |edits| {
            values
                .iter()
                .for_each(|value| edits.cut_member(span(body, value)))
        },
        expected,
    );
}

fn check_refused(body: &str, edit: impl FnOnce(&mut Edits), expected: EditError) {
    let mut edits = Edits::of(Bytes::copy_from_slice(body.as_bytes()));
    edit(&mut edits);
    assert_eq!(edits.apply(), Err(expected), "{body}");
}

#[test]
fn a_member_takes_its_comma_along() {
    check_cut(r#"{"a":1, "b":2 , "c":3 }"#, &["1"], r#"{"b":2 , "c":3 }"#);
    check_cut(r#"{"a":1, "b":2 , "c":3 }"#, &["2"], r#"{"a":1, "c":3 }"#);
    check_cut(r#"{"a":1, "b":2 , "c":3 }"#, &["3"], r#"{"a":1, "b":2  }"#);
    check_cut(r#"{"a":1, "b":2 , "c":3 }"#, &["1", "2"], r#"{"c":3 }"#);
    check_cut(r#"{"a":1, "b":2 , "c":3 }"#, &["3", "2"], r#"{"a":1 }"#);
    check_cut(r#"{"a":1, "b":2 , "c":3 }"#, &["3", "1"], r#"{"b":2  }"#);
    check_cut(r#"{ "a":1, "b":2 , "c":3 }"#, &["3", "1", "2"], r#"{  }"#);
}

#[test]
fn keys_may_be_written_oddly() {
    check_cut(r#"{"x":1,"\"a\\" : 2}"#, &["2"], r#"{"x":1}"#);
    check_cut(r#"{"\\":2,"x":1}"#, &["2"], r#"{"x":1}"#);
    check_cut("{\"mo\\u0064el\"\n:\t2,\"x\":1}", &["2"], r#"{"x":1}"#);
}

#[test]
fn elements_are_cut_from_arrays_inside() {
    let body = r#"{"tools":[{"n":1},{"n":2}],"z":{}}"#;
    let cut = |element: &'static str| move |edits: &mut Edits| edits.cut_element(span(body, element));
    check(body, cut(r#"{"n":1}"#), r#"{"tools":[{"n":2}],"z":{}}"#);
    check(body, cut(r#"{"n":2}"#), r#"{"tools":[{"n":1}],"z":{}}"#);
    let both = |edits: &mut Edits| {
        edits.cut_element(span(body, r#"{"n":2}"#));
        edits.cut_element(span(body, r#"{"n":1}"#));
    };
    check(body, both, r#"{"tools":[],"z":{}}"#);
}

#[test]
fn members_are_put_in_front() {
    let two = |edits: &mut Edits| {
        edits.insert("a", b"1");
        edits.insert("b\"", b"[2]");
    };
    check(r#" { "x":1}"#, two, r#" {"a":1,"b\"":[2], "x":1}"#);
    check("{ }", two, r#"{"a":1,"b\"":[2] }"#);
    let inside = |edits: &mut Edits| {
        edits.insert_in(5, "y", b"null");
        edits.cut_member(11..12);
    };
    check(r#"{"x":{"z" :0}}"#, inside, r#"{"x":{"y":null}}"#);
    let instead = |edits: &mut Edits| {
        edits.cut_member(5..6);
        edits.insert("v", b"2");
    };
    check(r#"{"x":1}"#, instead, r#"{"v":2}"#);
    check(r#"{"x":1,"y":3}"#, instead, r#"{"v":2,"y":3}"#);
}

#[test]
fn what_cannot_be_done_is_refused() {
    let outside = EditError::Outside { start: 1, end: 9 };
    check_refused("{}", |edits| edits.replace(1..9, Bytes::new()), outside);
    check_refused("{}", |edits| edits.cut_element(1..9), outside);
    check_refused(
        r#"{"a":1}"#,
        |edits| edits.cut_member(1..4),
        EditError::NotThere { at: 1 },
    );
    check_refused(
        r#"{"a":1}"#,
        |edits| edits.cut_element(5..6),
        EditError::NotThere { at: 5 },
    );
    check_refused(
        r#"{"a":12}"#,
        |edits| edits.cut_member(5..6),
        EditError::NotThere { at: 1 },
    );
    check_refused(
        "[1]",
        |edits| edits.insert("a", b"1"),
        EditError::NoObject { at: 0 },
    );
    check_refused("", |edits| edits.insert("a", b"1"), EditError::NoObject { at: 0 });
    let twice = |edits: &mut Edits| {
        edits.cut_member(5..6);
        edits.replace(5..6, Bytes::from_static(b"2"));
    };
    check_refused(r#"{"a":1}"#, twice, EditError::Overlap { at: 5 });
}

/// A member of a made-up object.
#[derive(Clone, Debug)]
struct Member {
    key: String,
    value: String,
    space: [String; 4],
    fate: Fate,
}

#[derive(Clone, Debug)]
enum Fate {
    Kept,
    Cut,
    Replaced(String),
}

fn members() -> impl Strategy<Value = Vec<Member>> {
    let space = || "[ \n\t]{0,2}";
    let value = prop_oneof![
        Just("1.0e2".to_owned()),
        Just("[1, {\"a\":\"}\"}]".to_owned()),
        Just("{ }".to_owned()),
        ".{0,12}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    let fate = prop_oneof![
        Just(Fate::Kept),
        Just(Fate::Cut),
        ".{0,9}".prop_map(|text| Fate::Replaced(serde_json::Value::from(text).to_string())),
    ];
    let member = (".{0,6}", value, [space(), space(), space(), space()], fate);
    let member = member.prop_map(|(key, value, space, fate)| Member {
        key: serde_json::Value::from(key).to_string(),
        value,
        space,
        fate,
    });
    prop::collection::vec(member, 0..7)
}

/// The text of an object, and where the values of its members stand.
fn written(members: &[Member]) -> (String, Vec<Range<usize>>) {
    let (mut text, mut spans) = ("{".to_owned(), Vec::new());
    for (index, member) in members.iter().enumerate() {
        let [a, b, c, d] = &member.space;
        let comma = if index == 0 { "" } else { "," };
        text.push_str(&format!("{comma}{a}{}{b}:{c}", member.key));
        spans.push(text.len()..text.len() + member.value.len());
        text.push_str(&format!("{}{d}", member.value));
    }
    text.push('}');
    (text, spans)
}

/// What stands between two structural characters, with the space inside and without the space around.
fn texts(members: &[Member]) -> Vec<String> {
    let kept = members.iter().filter_map(|member| {
        let [_, b, c, _] = &member.space;
        let value = match &member.fate {
            Fate::Cut => return None,
            Fate::Kept => &member.value,
            Fate::Replaced(value) => value,
        };
        Some(format!("{}{b}:{c}{value}", member.key))
    });
    kept.collect()
}

proptest! {
    #[test]
    fn everything_else_is_byte_identical(members in members(), inserted in 0..3_usize) {
        let (text, spans) = written(&members);
        let body = Bytes::from(text);
        let mut edits = Edits::of(body.clone());
        for (member, span) in members.iter().zip(spans).rev() {
            match &member.fate {
                Fate::Kept => {}
                Fate::Cut => edits.cut_member(span),
                Fate::Replaced(with) => edits.replace(span, Bytes::copy_from_slice(with.as_bytes())),
            }
        }
        (0..inserted).for_each(|number| edits.insert(&number.to_string(), b"0"));
        let done = edits.apply().unwrap();
        let whole = String::from_utf8(done.to_vec()).unwrap();
        // the members that stay stand there in their order, letter by letter, and nothing but commas and space around
        let mut rest = whole.strip_prefix('{').unwrap();
        let new: Vec<String> = (0..inserted).map(|number| format!("\"{number}\":0")).collect();
        for (index, member) in new.iter().cloned().chain(texts(&members)).enumerate() {
            let space = |rest: &str| rest.trim_start_matches([' ', '\n', '\t']).to_owned();
            let mut found = space(rest);
            if index > 0 {
                found = space(found.strip_prefix(',').unwrap());
            }
            let behind = found.strip_prefix(member.as_str());
            prop_assert!(behind.is_some(), "`{member}` is not at `{found}` in {whole}");
            rest = rest.split_at(rest.len() - behind.unwrap().len()).1;
        }
        prop_assert_eq!(rest.trim_matches([' ', '\n', '\t']), "}");
        // and what stays is not copied
        let source = body.as_ptr_range();
        let copied: usize = done.into_parts().filter(|part| !source.contains(&part.as_ptr())).map(|part| part.len()).sum();
        let replaced: usize = members.iter().map(|member| match &member.fate {
            Fate::Replaced(with) => with.len(),
            _ => 0,
        }).sum();
        let commas = if inserted == 0 { 0 } else { inserted - usize::from(texts(&members).is_empty()) };
        prop_assert_eq!(copied, replaced + new.concat().len() + commas);
    }

    #[test]
    fn nothing_asked_for_breaks_it(body in "[{}\\[\\]\",: a1\\\\]{0,30}", spans in prop::collection::vec((0..32_usize, 0..32_usize, 0..4_u8), 0..5)) {
        let mut edits = Edits::of(Bytes::from(body));
        for (start, end, what) in spans {
            match what {
                0 => edits.cut_member(start..end),
                1 => edits.cut_element(start..end),
                2 => edits.replace(start..end, Bytes::from_static(b"x")),
                _ => edits.insert_in(start, "k", b"1"),
            }
        }
        let _either = edits.apply();
    }
}
