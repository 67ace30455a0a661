//! The log on stderr: lines for people, or a JSON object each for programs.
//!
//! What is logged while a request is worked on carries the id that the request's answer has in `x-request-id`.

use crate::config::LogFormat;
use gateway::current_request;
use register::model::Instant;
use serde_json::{Map, Value, json};
use std::fmt;
use std::io::IsTerminal as _;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The field that has the id of the request.
const REQUEST: &str = "request_id";

/// Begins to log what a filter lets through. A second start in one process keeps the first log.
pub(crate) fn begin(format: LogFormat, filter: &str) -> anyhow::Result<()> {
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && format == LogFormat::Text);
    let _kept = match format {
        LogFormat::Text => log.with_target(false).fmt_fields(WithRequest).try_init(),
        LogFormat::Json => log.event_format(JsonLines).try_init(),
    };
    Ok(())
}

/// Fields as they are, and behind them the id of the request.
struct WithRequest;

impl<'w> FormatFields<'w> for WithRequest {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        DefaultFields::new().format_fields(writer.by_ref(), fields)?;
        match current_request() {
            Some(id) => write!(writer, " {REQUEST}={id}"),
            None => Ok(()),
        }
    }
}

/// One JSON object a line: time, level, target, message, the id of the request, and the fields by their names.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let mut line = Line(Map::new());
        line.put("time", json!(now()));
        line.put("level", json!(metadata.level().as_str()));
        line.put("target", json!(metadata.target()));
        if let Some(id) = current_request() {
            line.put(REQUEST, json!(id.to_string()));
        }
        event.record(&mut line);
        writeln!(writer, "{}", Value::Object(line.0))
    }
}

/// The program's time, in whole seconds.
fn now() -> String {
    let now: Instant = crate::clock::now();
    now.to_string()
}

struct Line(Map<String, Value>);

impl Line {
    /// The first value of a name stays: no field of an event may say that it is from another time or request.
    fn put(&mut self, name: &str, value: Value) {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), value);
        }
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), json!(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), json!(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_an_object_whose_own_names_no_field_can_take() {
        let kept = Kept::default();
        let writer = kept.clone();
        let log = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .event_format(JsonLines)
            .finish();
        tracing::subscriber::with_default(log, || {
            let text = "two\nlines \"quoted\"";
            tracing::warn!(count = 3_u64, is_so = true, level = "none", text, shown = %7, "a message");
            tracing::info!("another");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2, "{text}");
        let first = &lines[0];
        assert_eq!(
            (&first["level"], &first["message"]),
            (&json!("WARN"), &json!("a message"))
        );
        assert_eq!(
            (&first["count"], &first["is_so"], &first["shown"]),
            (&json!(3), &json!(true), &json!("7"))
        );
        assert_eq!(first["text"], "two\nlines \"quoted\"");
        assert!(first["time"].is_string() && first.get(REQUEST).is_none());
    }
}
