//! How well one figure tells two groups apart.

/// The probability that a figure of `ones` is larger than one of `others`, ties counted half: the area
/// under the ROC curve (Hanley and McNeil 1982). 0.5 says that the figure tells nothing, 0 and 1 that
/// it tells everything.
///
/// ```
/// assert_eq!(dossier_bench::area_under_curve(&[1.0, 2.0], &[1.0, 2.0]), 0.5);
/// assert_eq!(dossier_bench::area_under_curve(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
/// assert_eq!(dossier_bench::area_under_curve(&[], &[1.0]), 0.5);
/// ```
pub fn area_under_curve(ones: &[f64], others: &[f64]) -> f64 {
    let mut sorted = others.to_vec();
    sorted.sort_by(f64::total_cmp);
    let larger = ones.iter().map(|one| {
        let below = sorted.partition_point(|other| other < one);
        let not_above = sorted.partition_point(|other| other <= one);
        (below + not_above) as f64 / 2.0
    });
    let pairs = (ones.len() * others.len()) as f64;
    if pairs == 0.0 {
        return 0.5;
    }
    larger.sum::<f64>() / pairs
}
