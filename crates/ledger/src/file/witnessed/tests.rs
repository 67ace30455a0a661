//! A log among witnesses that answer, do not, and know better.
