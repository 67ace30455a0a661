//! Segments as they are written, torn and damaged.
