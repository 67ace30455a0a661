//! The matrix is worth its name only if it notices when deciding goes wrong: each deliberate mistake changes it.

use crate::matrix;
use decision::mutation;

#[test]
fn golden_matrix_notices_each_mistake() {
    let (right, _) = matrix::written();
    let unnoticed: Vec<u8> = (1..=mutation::COUNT)
        .filter(|mistake| {
            mutation::choose(*mistake);
            let (wrong, _) = matrix::written();
            mutation::choose(0);
            wrong == right
        })
        .collect();
    assert_eq!(unnoticed, Vec::<u8>::new());
}
