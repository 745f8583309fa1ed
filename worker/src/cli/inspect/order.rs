//! Lines in the order in which their files were given.

use std::collections::BTreeMap;

use super::line::Line;

/// Lines in the order in which their files were given, however they come.
#[derive(Default)]
pub(super) struct InOrder {
    waiting: BTreeMap<usize, Line>,
    next: usize,
}

impl InOrder {
    /// Adds the line of the file that was given at `place`.
    pub(super) fn add(&mut self, place: usize, line: Line) {
        self.waiting.insert(place, line);
    }

    /// The next line, if it is there.
    pub(super) fn take_next(&mut self) -> Option<Line> {
        let line = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(line)
    }

    /// All others, whatever is missing between them.
    pub(super) fn into_rest(self) -> impl Iterator<Item = Line> {
        self.waiting.into_values()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn line(name: &str) -> Line {
        Line::failed(Path::new(name), "INTERNAL", String::new())
    }

    fn names(lines: impl Iterator<Item = Line>) -> Vec<String> {
        lines.map(|line| line.row()[0].clone()).collect()
    }

    #[test]
    fn a_line_waits_for_those_before_it_but_not_at_the_end() {
        let mut in_order = InOrder::default();
        in_order.add(1, line("b"));
        in_order.add(3, line("d"));
        assert!(in_order.take_next().is_none());
        in_order.add(0, line("a"));
        let ready = std::iter::from_fn(|| in_order.take_next());
        assert_eq!(names(ready), ["a", "b"]);
        assert_eq!(names(in_order.into_rest()), ["d"]);
    }
}
