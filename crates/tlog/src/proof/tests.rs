//! Notes: the specification's own, and what is refused.
