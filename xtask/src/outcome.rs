//! What a check found, and how it is printed.

use std::fmt;

/// Figures worth reading, and findings that make the check fail.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Measured figures, one per line, printed whether or not the check holds.
    pub figures: Vec<String>,
    /// What must change, one per line, each naming its file or crate; empty when the check holds.
    pub findings: Vec<String>,
}

impl Outcome {
    /// Whether the check holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for figure in &self.figures {
            writeln!(f, "  {figure}")?;
        }
        for finding in &self.findings {
            writeln!(f, "  FINDING {finding}")?;
        }
        Ok(())
    }
}
