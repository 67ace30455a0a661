//! What providers say, against what a log says.
