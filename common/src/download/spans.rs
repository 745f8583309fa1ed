//! Sets of bytes of a document.

use serde::{Deserialize, Serialize};

/// Bytes `start..end` of a document, counted from zero; none when `end` is not above `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: i64,
    /// One past the last byte.
    pub end: i64,
}

impl Span {
    /// Bytes `start..end`.
    pub fn new(start: i64, end: i64) -> Self {
        Self { start, end }
    }

    /// How many bytes it has.
    pub fn size(self) -> i64 {
        self.end.saturating_sub(self.start).max(0)
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `byte` is one of them.
    pub fn contains(self, byte: i64) -> bool {
        self.start <= byte && byte < self.end
    }
}

/// A set of bytes as the fewest spans: in order, with a gap between any two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// How many bytes there are.
    pub fn size(&self) -> i64 {
        self.0.iter().copied().map(Span::size).sum()
    }

    /// How many spans it takes to say which.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The span that `byte` is in.
    pub fn at(&self, byte: i64) -> Option<Span> {
        self.0.iter().copied().find(|it| it.contains(byte))
    }

    /// The first byte of the set that is `byte` or a later one.
    pub fn first_from(&self, byte: i64) -> Option<i64> {
        let later = self.0.iter().find(|it| it.end > byte);
        later.map(|it| it.start.max(byte))
    }

    /// Adds the bytes of `span`.
    pub fn add(&mut self, span: Span) {
        if span.is_empty() {
            return;
        }
        let mut joined = span;
        self.0.retain(|it| {
            let touches = it.start <= joined.end && joined.start <= it.end;
            if touches {
                joined = Span::new(joined.start.min(it.start), joined.end.max(it.end));
            }
            !touches
        });
        let place = self.0.partition_point(|it| it.start < joined.start);
        self.0.insert(place, joined);
    }

    /// Removes the bytes of `span`.
    pub fn remove(&mut self, span: Span) {
        if span.is_empty() {
            return;
        }
        let left_of = |it: &Span| Span::new(it.start, it.end.min(span.start));
        let right_of = |it: &Span| Span::new(it.start.max(span.end), it.end);
        let rest = self.0.iter().flat_map(|it| [left_of(it), right_of(it)]);
        self.0 = rest.filter(|it| !it.is_empty()).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: i64 = 40;

    #[test]
    fn what_touches_becomes_one_span() {
        let mut spans = Spans::default();
        for (start, end) in [(0, 2), (4, 6), (8, 9), (2, 4), (3, 3)] {
            spans.add(Span::new(start, end));
        }
        assert_eq!(spans, Spans(vec![Span::new(0, 6), Span::new(8, 9)]));
        spans.remove(Span::new(1, 5));
        let rest = vec![Span::new(0, 1), Span::new(5, 6), Span::new(8, 9)];
        assert_eq!(spans, Spans(rest));
        assert_eq!(spans.at(5), Some(Span::new(5, 6)));
        assert_eq!(spans.at(6), None);
        assert_eq!(spans.first_from(6), Some(8));
        assert_eq!(spans.first_from(0), Some(0));
        assert_eq!(spans.first_from(9), None);
    }

    proptest! {
        #[test]
        fn the_set_has_what_a_list_of_flags_has(
            steps in prop::collection::vec((any::<bool>(), 0..SIZE, 0..SIZE), 0..30)
        ) {
            let mut spans = Spans::default();
            let mut flags = [false; 40];
            for (adds, start, end) in steps {
                let span = Span::new(start, end);
                if adds { spans.add(span) } else { spans.remove(span) }
                for (byte, flag) in (0..SIZE).zip(flags.iter_mut()) {
                    if span.contains(byte) {
                        *flag = adds;
                    }
                }
                for (byte, flag) in (0..SIZE).zip(flags) {
                    prop_assert_eq!(spans.at(byte).is_some(), flag);
                }
                let gaps = spans.0.windows(2).all(|pair| pair[0].end < pair[1].start);
                prop_assert!(gaps && spans.0.iter().all(|it| !it.is_empty()));
                let size: i64 = flags.iter().map(|flag| i64::from(*flag)).sum();
                prop_assert_eq!(spans.size(), size);
            }
        }
    }
}
