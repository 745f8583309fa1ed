//! [`TraceContext`]: which trace something belongs to, and under which of its spans.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// The header, and the key in a job's metadata, of the trace and the span.
pub const TRACEPARENT: &str = "traceparent";

/// The header, and the key in a job's metadata, of what vendors add.
pub const TRACESTATE: &str = "tracestate";

/// The length of a `traceparent` of the version that we know.
const LENGTH: usize = 55;

/// The lengths of its parts: version, trace, span, flags.
const PARTS: [usize; 4] = [2, 32, 16, 2];

/// So much of a `tracestate` everybody has to pass on (W3C Trace Context §3.3.1.5); more is not taken.
const MAX_STATE_CHARS: usize = 512;

/// So many members a `tracestate` has at most (§3.3.1.1).
const MAX_STATE_MEMBERS: usize = 32;

tokio::task_local! {
    static PRESENT: TraceContext;
}

/// Which trace something belongs to, and under which of its spans, as W3C Trace Context has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext(SpanContext);

impl TraceContext {
    /// A new trace. It says that it may be recorded: each process decides by itself whether it exports.
    pub fn begin() -> Self {
        Self(SpanContext::new(
            TraceId::from(rand::random::<u128>().max(1)),
            SpanId::from(rand::random::<u64>().max(1)),
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        ))
    }

    /// Reads the values of both headers, or of both keys of a job. Nothing for a `traceparent` that is
    /// not valid; a `tracestate` that is not valid, or longer than it may be, is left out.
    pub fn parse(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let (trace_id, span_id, flags) = read_parent(traceparent)?;
        let state = tracestate.and_then(read_state).unwrap_or(TraceState::NONE);
        let context = SpanContext::new(trace_id, span_id, flags, true, state);
        context.is_valid().then_some(Self(context))
    }

    /// What the present task belongs to, if anything.
    pub fn present() -> Option<Self> {
        PRESENT.try_with(Self::clone).ok()
    }

    /// Runs `work` as a part of this. What it spawns is none.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        PRESENT.scope(self, work).await
    }

    /// The value of `traceparent`.
    pub fn traceparent(&self) -> String {
        let flags = (self.0.trace_flags() & TraceFlags::SAMPLED).to_u8();
        let (trace_id, span_id) = (self.0.trace_id(), self.0.span_id());
        format!("00-{trace_id}-{span_id}-{flags:02x}")
    }

    /// The value of `tracestate`, if there is one.
    pub fn tracestate(&self) -> Option<String> {
        Some(self.0.trace_state().header()).filter(|state| !state.is_empty())
    }

    /// The id of the trace, in 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        self.0.trace_id().to_string()
    }

    /// Of a span that is recorded.
    pub(super) fn of_span(span: &SpanContext) -> Option<Self> {
        span.is_valid().then(|| Self(span.clone()))
    }

    pub(super) fn span_context(&self) -> &SpanContext {
        &self.0
    }
}

/// The parts of a `traceparent` (§3.2): of our version, or of a later one that begins as ours does.
fn read_parent(text: &str) -> Option<(TraceId, SpanId, TraceFlags)> {
    let (known, rest) = text.split_at_checked(LENGTH)?;
    let parts: Vec<&str> = known.split('-').collect();
    let is_lower_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let is_well_formed = parts.iter().map(|part| part.len()).eq(PARTS)
        && known.bytes().all(|b| b == b'-' || is_lower_hex(b));
    if !is_well_formed {
        return None;
    }
    match (parts[0], rest) {
        ("ff", _) => return None,
        (_, "") => {}
        ("00", _) => return None,
        (_, rest) if rest.starts_with('-') => {}
        _ => return None,
    }
    let flags = u8::from_str_radix(parts[3], 16).ok()?;
    Some((
        TraceId::from_hex(parts[1]).ok()?,
        SpanId::from_hex(parts[2]).ok()?,
        // Flags that are not known are not passed on (§3.2.2.5.2).
        TraceFlags::new(flags) & TraceFlags::SAMPLED,
    ))
}

/// What vendors add, within its limits.
fn read_state(text: &str) -> Option<TraceState> {
    let members = text.split(',').filter(|member| !member.trim().is_empty());
    if text.len() > MAX_STATE_CHARS || members.count() > MAX_STATE_MEMBERS {
        return None;
    }
    let state: TraceState = text.parse().ok()?;
    let is_plain = |part: &str| part.bytes().all(|b| matches!(b, b' '..=b'~'));
    let mut members = (&state).into_iter();
    let is_good = members.all(|(key, value)| !key.is_empty() && is_plain(value));
    is_good.then_some(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn passed_on(traceparent: &str) -> Option<String> {
        TraceContext::parse(traceparent, None).map(|context| context.traceparent())
    }

    #[test]
    fn a_valid_context_is_passed_on() {
        let context = TraceContext::parse(PARENT, Some("congo=t61rcWkgMzE, rojo=1")).unwrap();
        assert_eq!(context.traceparent(), PARENT);
        assert_eq!(context.trace_id(), "0af7651916cd43dd8448eb211c80319c");
        let state = context.tracestate();
        assert_eq!(state.as_deref(), Some("congo=t61rcWkgMzE,rojo=1"));
    }

    #[test]
    fn a_later_version_is_read_as_ours_and_flags_that_are_not_known_are_dropped() {
        let later = PARENT.replacen("00-", "cc-", 1);
        assert_eq!(passed_on(&later).as_deref(), Some(PARENT));
        let later = format!("{later}-what-comes-then");
        assert_eq!(passed_on(&later).as_deref(), Some(PARENT));
        let flags = PARENT.replace("-01", "-ff");
        assert_eq!(passed_on(&flags).as_deref(), Some(PARENT));
        let unsampled = PARENT.replace("-01", "-00");
        assert_eq!(passed_on(&unsampled), Some(unsampled));
    }

    #[test]
    fn a_context_that_is_not_valid_is_none() {
        for traceparent in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333é-01",
        ] {
            assert_eq!(passed_on(traceparent), None, "{traceparent}");
        }
    }

    #[test]
    fn a_state_over_its_limits_is_left_out_and_the_trace_goes_on() {
        let state = |text: &str| {
            TraceContext::parse(PARENT, Some(text))
                .unwrap()
                .tracestate()
        };
        let many: Vec<String> = (0..33).map(|number| format!("k{number}=v")).collect();
        assert!(state(&many[..32].join(",")).is_some());
        let long = format!("k={}", "v".repeat(511));
        for text in [
            &*many.join(","),
            &*long,
            "no-value",
            "K=v",
            "=v",
            "k=a=b",
            "k=\u{e9}",
            "",
        ] {
            assert_eq!(state(text), None, "{text}");
        }
    }

    #[test]
    fn a_new_trace_is_a_valid_one() {
        let (one, other) = (TraceContext::begin(), TraceContext::begin());
        assert_eq!(passed_on(&one.traceparent()), Some(one.traceparent()));
        assert_ne!(one.trace_id(), other.trace_id());
    }
}
