//! Medians.

/// The median of `figures`; zero when there are none.
///
/// ```
/// assert_eq!(dossier_bench::median(&[3.0, 1.0, 2.0]), 2.0);
/// assert_eq!(dossier_bench::median(&[4.0, 1.0]), 2.5);
/// ```
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}
