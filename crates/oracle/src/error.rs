//! Why there is no second opinion.

/// A second opinion that could not be given. Cedar skips a policy that fails, and with it a denial, so that a failure
/// is never an opinion.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// The deployment is not in the register.
    #[error("`{id}` is no deployment of the register")]
    NoDeployment {
        /// What was asked for.
        id: String,
    },
    /// The generated schema is no Cedar schema.
    #[error("the generated schema is refused: {reason}")]
    Schema {
        /// What Cedar said.
        reason: String,
    },
    /// The generated policies are refused by Cedar's parser or by its strict validation.
    #[error("the generated policies are refused: {reason}")]
    Policies {
        /// What Cedar said.
        reason: String,
    },
    /// The request or its entities do not fit the generated schema.
    #[error("the request does not fit the generated schema: {reason}")]
    Request {
        /// What Cedar said.
        reason: String,
    },
    /// A policy failed while it was evaluated, or Cedar and its reasons contradict each other.
    #[error("a generated policy failed: {reason}")]
    Evaluation {
        /// What Cedar said.
        reason: String,
    },
}

impl OracleError {
    /// What can be done about it, as one sentence.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NoDeployment { .. } => Some("name a deployment that the register lists"),
            _ => {
                Some("this is a defect of the generator: report the register and the request that led to it")
            }
        }
    }
}

/// Keeps a message of Cedar on one line.
pub(crate) fn one_line(message: &impl ToString) -> String {
    message
        .to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
