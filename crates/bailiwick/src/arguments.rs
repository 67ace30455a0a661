//! The command line.

mod outside;

use crate::exit::EXIT_CODES;
use clap::{Args, Parser, Subcommand, ValueEnum};
use decision::Verdict;
pub(crate) use outside::{Verify, WitnessCommand, WitnessServe};
use register::model::{DataClass, Instant, Purpose};
use std::path::PathBuf;
use territory::Place;

/// Where, and for whom, a model may be used: decided from contracts, law and house rules, and explained.
#[derive(Debug, Parser)]
#[command(name = "bailiwick", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// What holds for every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Folder of the register [default: the configuration's, else the current folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) register: Option<PathBuf>,
    /// Configuration of this installation [default: bailiwick.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print JSON on stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read a register, find every mistake in it, and run its tests
    Check {
        /// Folder of the register
        dir: Option<PathBuf>,
    },
    /// Format the files of a register
    Fmt {
        /// Folder of the register
        dir: Option<PathBuf>,
        /// Change nothing; fail if a file is not formatted
        #[arg(long)]
        check: bool,
    },
    /// Decide for one person and one model, and explain the answer
    Why(Why),
    /// List the models that a person may use
    Models {
        /// Who, where and when
        #[command(flatten)]
        question: Question,
        /// List refused models too, with the reason
        #[arg(long)]
        all: bool,
    },
    /// Run the tests and invariants of a register, or scenarios against it
    Test {
        /// File of scenarios to run instead
        #[arg(long, value_name = "FILE")]
        scenarios: Option<PathBuf>,
        /// Instant of tests that name none [default: now]
        #[arg(long, value_name = "DATE", value_parser = instant)]
        at: Option<Instant>,
    },
    /// Compare every decision that the tests ask for with Cedar's, in a build that has it
    Oracle {
        /// Folder to write the register into, as Cedar schema and policies
        #[arg(long, value_name = "DIR")]
        export: Option<PathBuf>,
        /// Instant of tests that name none, and of the policies [default: now]
        #[arg(long, value_name = "DATE", value_parser = instant)]
        at: Option<Instant>,
    },
    /// Write a small register and its configuration to begin with
    Init {
        /// Folder to write into
        dir: PathBuf,
    },
    /// Look at the configuration of this installation
    Config {
        /// What to do with it
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Give keys to people and services, and take them back
    Keys {
        /// Where keys are kept [default: the configuration's]
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
        /// What to do with them
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Bring people into the directory, and see what it lacks
    Directory {
        /// Where people are kept [default: the configuration's]
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
        /// What to do with it
        #[command(subcommand)]
        command: DirectoryCommand,
    },
    /// Read the ledger of this installation
    Ledger {
        /// Where it lies [default: the configuration's]
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
        /// What to do with it
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Check a ledger, a report, or a proof of one entry, by public keys and nothing else
    Verify(Verify),
    /// Witness ledgers that others keep: cosign what only grows
    Witness {
        /// What to do as a witness
        #[command(subcommand)]
        command: WitnessCommand,
    },
    /// Decide again what was decided, from the recorded facts and the register of then
    Replay(Replay),
    /// Put together what the register and the ledger say for somebody outside
    Report {
        /// What about
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Bring in the configuration of another gateway
    Import {
        /// Which gateway's
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Sign in at a gateway, with a browser, for the tools of this machine
    Login {
        /// Address of the gateway [default: that of the last sign-in, or `BAILIWICK_GATEWAY`]
        #[arg(long, value_name = "URL")]
        gateway: Option<String>,
    },
    /// Print a token of the sign-in, renewed where it is about to end
    Token,
    /// End the sign-in
    Logout,
    /// Point a tool of this machine at the gateway of the sign-in
    Setup(Setup),
    /// Run the gateway as configured
    Serve(Serve),
    /// Run everything on this machine with the register of an invented bank
    Demo(Demo),
    /// Print the JSON Schema of a register file, for editors
    Schema,
}

/// Which tool to set up, and how.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// The tool
    #[arg(value_enum)]
    pub(crate) tool: Tool,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Put its settings back as they were
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) undo: bool,
}

/// A tool that can be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tool {
    /// Claude Code, in its settings
    ClaudeCode,
    /// Codex, in its settings
    Codex,
    /// opencode, in its settings
    Opencode,
    /// Continue, in its settings
    Continue,
    /// aider, in its settings
    Aider,
    /// Copilot CLI, by lines of a shell
    Copilot,
    /// Gemini CLI, by lines of a shell
    Gemini,
    /// The command llm, by lines of a shell
    Llm,
    /// OpenAI's SDKs, by lines of a shell
    Openai,
    /// Anthropic's SDKs, by lines of a shell
    Anthropic,
}

impl Tool {
    /// Its name on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Opencode => "opencode",
            Self::Continue => "continue",
            Self::Aider => "aider",
            Self::Copilot => "copilot",
            Self::Gemini => "gemini",
            Self::Llm => "llm",
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// Its id among the client programs of a register.
    pub(crate) const fn program(self) -> &'static str {
        match self {
            Self::Copilot => "copilot-cli",
            Self::Gemini => "gemini-cli",
            Self::Openai => "openai-sdk",
            Self::Anthropic => "anthropic-sdk",
            other => other.as_str(),
        }
    }
}

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Print the code for the first administrator even where stderr is no terminal
    #[arg(long)]
    pub(crate) first_administrator: bool,
}

/// A question about one model.
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// Model, by id or alias
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: String,
    /// Who, where and when
    #[command(flatten)]
    pub(crate) question: Question,
}

/// Who asks, where and when.
#[derive(Debug, Args)]
pub(crate) struct Question {
    /// Person of the register
    #[arg(long, value_name = "PERSON")]
    pub(crate) person: String,
    /// Place in which an office network sees the person; may be given again [default: the directory's place]
    #[arg(long, value_name = "PLACE", value_parser = place)]
    pub(crate) from: Vec<Place>,
    /// Date or instant of the decision [default: now]
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub(crate) at: Option<Instant>,
    /// Decide with what was known then [default: all that is known]
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub(crate) known_at: Option<Instant>,
    /// Purpose [default: the first of the person's application]
    #[arg(long, value_name = "PURPOSE", value_parser = purpose)]
    pub(crate) purpose: Option<Purpose>,
    /// Data class [default: the first of the person's application]
    #[arg(long, value_name = "CLASS", value_parser = data)]
    pub(crate) data: Option<DataClass>,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read it, and compare it with the register
    Check,
}

/// What to report.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// List the hosts of providers and of client programs, for the firm's proxy
    Egress {
        /// Print comma-separated values
        #[arg(long)]
        csv: bool,
        /// Print a proxy auto-configuration file for people's machines
        #[arg(long, conflicts_with = "csv")]
        pac: bool,
    },
    /// Make a pack for a licensor: use of its models, by place, with proofs
    Licensor {
        /// The licensor, as the register names the provider of its models
        name: String,
        /// When
        #[command(flatten)]
        period: Period,
        /// Place or region group about whose use a statement is wanted; may be given again
        #[arg(long, value_name = "TERRITORY")]
        territory: Vec<String>,
        /// Instrument whose clauses may be shown too; may be given again [default: those of its own, by the register]
        #[arg(long, value_name = "ID")]
        instrument: Vec<String>,
        /// Where to, and what of it
        #[command(flatten)]
        pack: Pack,
    },
    /// Make a pack for a regulator: decisions and administrative acts
    Regulator {
        /// When
        #[command(flatten)]
        period: Period,
        /// Where to, and what of it
        #[command(flatten)]
        pack: Pack,
    },
    /// Make a pack for a person: everything about them
    Person {
        /// Id of the person in the directory or the register
        id: String,
        /// First day or instant of the period [default: the beginning of the log]
        #[arg(long, value_name = "DATE", value_parser = instant)]
        from: Option<Instant>,
        /// First day or instant after it [default: now]
        #[arg(long, value_name = "DATE", value_parser = instant)]
        until: Option<Instant>,
        /// Where to, and what of it
        #[command(flatten)]
        pack: Pack,
    },
    /// Compare what providers say was used with what the log says
    Reconcile(Reconcile),
}

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// Usage as a provider exports it (OpenAI, Anthropic), or comma-separated values; may be given again
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(crate) usage: Vec<PathBuf>,
    /// Channel whose deployments the usage is of; may be given again [default: any]
    #[arg(long, value_name = "ID")]
    pub(crate) channel: Vec<String>,
    /// Show which fields of which entries are read, and compare nothing
    #[arg(long)]
    pub(crate) preview: bool,
    /// Where the log is kept [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// The period of a report.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Period {
    /// First day or instant of the period
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub(crate) from: Instant,
    /// First day or instant after it
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub(crate) until: Instant,
}

/// How a pack is made.
#[derive(Debug, Args)]
pub(crate) struct Pack {
    /// Folder to make
    #[arg(long, value_name = "DIR", required_unless_present = "preview")]
    pub(crate) out: Option<PathBuf>,
    /// Show which fields would be opened, and write nothing
    #[arg(long, conflicts_with = "out")]
    pub(crate) preview: bool,
    /// Field to open besides those that the figures need, such as `person`; may be given again
    #[arg(long, value_name = "FIELD")]
    pub(crate) open: Vec<String>,
    /// Where the log is kept [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// What to bring in.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Models and upstreams of a LiteLLM proxy, with a finding for each of its settings
    Litellm {
        /// Its configuration, a YAML file
        file: PathBuf,
        /// Folder to write register and bailiwick.toml into; without it nothing is written
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key and print it, this once
    #[command(visible_alias = "issue")]
    New {
        /// Person or service account of the directory or the register
        #[arg(long, value_name = "PERSON")]
        person: String,
        /// Application that the key is for [default: the person's own]
        #[arg(long, value_name = "APPLICATION")]
        application: Option<String>,
        /// First day or instant at which it is no longer taken [default: never]
        #[arg(long, value_name = "DATE", value_parser = instant)]
        expires: Option<Instant>,
    },
    /// List keys, by their public part
    List {
        /// Only those of this person or service account
        #[arg(long, value_name = "PERSON")]
        person: Option<String>,
    },
    /// Make a key in place of another, which is taken for a while longer
    Rotate {
        /// Key, by its public part
        key: String,
        /// First day or instant at which the old key is no longer taken [default: in 7 days]
        #[arg(long, value_name = "DATE", value_parser = instant)]
        until: Option<Instant>,
        /// First day or instant at which the new key is no longer taken [default: never]
        #[arg(long, value_name = "DATE", value_parser = instant)]
        expires: Option<Instant>,
    },
    /// End a key, everywhere and at once
    Revoke {
        /// Key, by its public part
        key: String,
    },
}

/// What to do with the directory.
#[derive(Debug, Subcommand)]
pub(crate) enum DirectoryCommand {
    /// Load people from comma-separated values or JSON; a file with a mistake changes nothing
    Import {
        /// The file
        file: PathBuf,
        /// Name of the source that sends it; people of other sources are left alone
        #[arg(long, value_name = "SOURCE", default_value = "hr")]
        source: String,
        /// The file lists everybody of its source: whoever it leaves out loses access, and the source is in step
        #[arg(long)]
        complete: bool,
        /// Change nothing; say what would change
        #[arg(long)]
        dry_run: bool,
    },
    /// Count what is missing of people, and say who goes dark when
    Gaps,
    /// Seal what lies under a former key under the present one, so that the former key can be put away
    Reseal,
}

/// How to run the demonstration.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Port on 127.0.0.1, 0 for any [default: 8080, or any if that is taken]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Only the labelled stand-in answers: no model is run and no provider called
    #[arg(long)]
    pub(crate) stand_in_only: bool,
    /// Date or instant that the demonstration's clock shows at its start
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub(crate) at: Option<Instant>,
    /// Where its ledger is kept [default: a folder that is removed at the end]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Python with the package xllamacpp, which serves the small model
    #[arg(
        long,
        value_name = "FILE",
        requires = "model_file",
        conflicts_with = "stand_in_only"
    )]
    pub(crate) model_python: Option<PathBuf>,
    /// Weights of the small model, a GGUF file
    #[arg(long, value_name = "FILE", requires = "model_python")]
    pub(crate) model_file: Option<PathBuf>,
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).map_err(|error| error.to_string())
}

fn place(text: &str) -> Result<Place, String> {
    Place::parse(text).map_err(|error| {
        let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
        format!("{error}{help}")
    })
}

fn purpose(text: &str) -> Result<Purpose, String> {
    Purpose::parse(text).ok_or_else(|| one_of(Purpose::ALL.iter().map(|word| word.as_str())))
}

fn data(text: &str) -> Result<DataClass, String> {
    DataClass::parse(text).ok_or_else(|| one_of(DataClass::ALL.iter().map(|word| word.as_str())))
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("it is one of {}", words.collect::<Vec<_>>().join(", "))
}

/// Which decisions are made again.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Number of the entry, or a receipt as answers carry it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(crate) entry: Option<String>,
    /// Every decision that is recorded
    #[arg(long)]
    pub(crate) all: bool,
    /// With --all: only decisions from this instant or day on
    #[arg(long, value_name = "WHEN", requires = "all", value_parser = instant)]
    pub(crate) since: Option<Instant>,
    /// Where the ledger lies [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// Which entries are looked for; what is not given does not matter.
#[derive(Debug, Args)]
pub(crate) struct FindEntries {
    /// Id of a person
    #[arg(long, value_name = "ID")]
    pub(crate) person: Option<String>,
    /// What was decided
    #[arg(long)]
    pub(crate) verdict: Option<FindVerdict>,
    /// Id of a model
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Who licenses the model
    #[arg(long, value_name = "NAME")]
    pub(crate) licensor: Option<String>,
    /// Id of a decision, as answers carry it
    #[arg(long, value_name = "ID")]
    pub(crate) decision: Option<String>,
    /// Code of a place that the facts named
    #[arg(long, value_name = "CODE")]
    pub(crate) place: Option<String>,
    /// A clause among the reasons: instrument and reference
    #[arg(long, value_name = "CLAUSE")]
    pub(crate) clause: Option<String>,
    /// What happened besides decisions, such as `register_activated`
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// From this instant or day on
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) since: Option<Instant>,
    /// Before this instant or day
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) until: Option<Instant>,
    /// Only entries before this number
    #[arg(long, value_name = "N")]
    pub(crate) before: Option<u64>,
    /// Most entries, the newest
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u32,
}

/// A verdict that is looked for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FindVerdict {
    /// Permitted
    Permit,
    /// Refused
    Deny,
    /// Left to a person
    Review,
}

impl FindVerdict {
    /// As entries say it.
    pub(crate) fn verdicts(self) -> Vec<String> {
        let verdicts: &[Verdict] = match self {
            Self::Permit => &[Verdict::Permit, Verdict::PermitWithObligations],
            Self::Deny => &[Verdict::Deny],
            Self::Review => &[Verdict::Review],
        };
        verdicts
            .iter()
            .map(|verdict| verdict.as_str().to_owned())
            .collect()
    }
}

/// What can be done with a ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Print the public keys by which others check the ledger
    Key {
        /// Those that signed once, too
        #[arg(long)]
        all: bool,
    },
    /// Let a new key sign for the ledger, beside the one that did
    Rotate,
    /// Let only the newest key sign for the ledger
    Retire,
    /// Find entries by what they say
    Find(Box<FindEntries>),
    /// Read the whole ledger into the index by which entries are found
    Reindex,
    /// Print entries with what they say
    Tail {
        /// Number of the first entry [default: the last ten]
        #[arg(long, value_name = "N")]
        from: Option<u64>,
        /// Go on with what comes, until stopped
        #[arg(long)]
        follow: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_place_that_is_none_is_refused_with_help() {
        let parse = |from: &str| {
            Arguments::try_parse_from(["x", "why", "--person", "p", "--model", "m", "--from", from])
        };
        assert!(parse("HK").is_ok());
        assert!(
            parse("Hong Kong")
                .unwrap_err()
                .to_string()
                .contains("did you mean `HK` (Hong Kong)?")
        );
    }
}
