//! Puts turns into the order that all protocols accept.
//!
//! Two of the three protocols want the results of tools right behind the turn that called them, and nothing in between;
//! the third takes them anywhere. So between two turns of the model, results come first.

use super::model::{Part, Role, Turn};

/// Joins turns of the model that follow each other, and moves results to the front of what answers them.
pub(super) fn arrange(turns: Vec<Turn>) -> Vec<Turn> {
    let mut arranged: Vec<Turn> = Vec::new();
    let mut answers: Vec<Turn> = Vec::new();
    for turn in turns.into_iter().filter(|turn| !turn.parts.is_empty()) {
        if turn.role != Role::Assistant {
            answers.push(turn);
            continue;
        }
        settle(&mut arranged, &mut answers);
        match arranged.last_mut() {
            Some(last) if last.role == Role::Assistant => last.parts.extend(turn.parts),
            _ => arranged.push(turn),
        }
    }
    settle(&mut arranged, &mut answers);
    arranged
}

/// Puts what the system says in the middle of a conversation into the user's mouth, marked as a reminder.
///
/// Many models take messages of the system at the beginning only, and refuse the whole request otherwise. Says whether
/// there were any.
pub(super) fn system_as_reminders(turns: &mut Vec<Turn>) -> bool {
    let (mut arranged, mut any): (Vec<Turn>, bool) = (Vec::new(), false);
    for turn in turns.drain(..) {
        let is_opening = arranged.iter().all(|before| before.role == Role::System);
        if turn.role != Role::System || is_opening {
            arranged.push(turn);
            continue;
        }
        any = true;
        let text = turn.texts().collect::<Vec<_>>().join("\n\n");
        let reminder = Part::Text(format!("<system-reminder>\n{text}\n</system-reminder>"));
        match arranged.last_mut() {
            Some(last) if last.role == Role::User => last.parts.push(reminder),
            _ => arranged.push(Turn {
                role: Role::User,
                parts: vec![reminder],
            }),
        }
    }
    *turns = arranged;
    any
}

fn settle(arranged: &mut Vec<Turn>, answers: &mut Vec<Turn>) {
    let is_result = |part: &Part| matches!(part, Part::Result(_));
    let mut results = Vec::new();
    let mut rest = Vec::new();
    for Turn { role, parts } in answers.drain(..) {
        let (of_tools, others): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(is_result);
        results.extend(of_tools);
        if !others.is_empty() {
            rest.push(Turn { role, parts: others });
        }
    }
    if !results.is_empty() {
        arranged.push(Turn {
            role: Role::User,
            parts: results,
        });
    }
    arranged.append(&mut rest);
}

#[cfg(test)]
mod tests {
    use super::super::model::ToolResult;
    use super::*;

    fn result(call: &str) -> Part {
        Part::Result(ToolResult {
            call: call.to_owned(),
            parts: Vec::new(),
            failed: false,
        })
    }

    #[test]
    fn what_the_system_says_in_the_middle_keeps_its_place() {
        let mut turns = vec![
            Turn::text(Role::System, "a"),
            Turn::text(Role::System, "b"),
            Turn::text(Role::User, "c"),
            Turn::text(Role::System, "d"),
            Turn::text(Role::Assistant, "e"),
            Turn::text(Role::System, "f"),
        ];
        assert!(system_as_reminders(&mut turns));
        let texts: Vec<Vec<&str>> = turns.iter().map(|turn| turn.texts().collect()).collect();
        let reminder = |text: &str| format!("<system-reminder>\n{text}\n</system-reminder>");
        let (d, f) = (reminder("d"), reminder("f"));
        assert_eq!(
            texts,
            [vec!["a"], vec!["b"], vec!["c", &d], vec!["e"], vec![f.as_str()]]
        );
        assert!(!system_as_reminders(&mut turns));
    }

    #[test]
    fn results_come_first_and_the_model_speaks_once() {
        let turns = vec![
            Turn::text(Role::User, "a"),
            Turn::text(Role::Assistant, "b"),
            Turn::text(Role::Assistant, "c"),
            Turn::text(Role::System, "d"),
            Turn {
                role: Role::User,
                parts: vec![Part::Text("e".to_owned()), result("1")],
            },
            Turn {
                role: Role::User,
                parts: vec![result("2")],
            },
        ];
        let arranged = arrange(turns);
        let roles: Vec<Role> = arranged.iter().map(|turn| turn.role).collect();
        let (user, system, assistant) = (Role::User, Role::System, Role::Assistant);
        assert_eq!(roles, [user, assistant, user, system, user]);
        assert_eq!(arranged[1].texts().collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(arranged[2].parts, [result("1"), result("2")]);
        assert_eq!(arranged[4].parts, [Part::Text("e".to_owned())]);
    }
}
