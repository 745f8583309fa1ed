//! Percentiles.

/// The `percent`-th percentile of `figures` (nearest rank); zero when there are none.
///
/// ```
/// let figures: Vec<f64> = (1..=200).map(f64::from).collect();
/// assert_eq!(dossier_bench::percentile(&figures, 99.0), 198.0);
/// assert_eq!(dossier_bench::percentile(&figures, 100.0), 200.0);
/// ```
pub fn percentile(figures: &[f64], percent: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    match sorted.len() {
        0 => 0.0,
        n => sorted[rank.clamp(1, n) - 1],
    }
}
