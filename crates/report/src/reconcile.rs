//! What providers say was used, against what the log says.
