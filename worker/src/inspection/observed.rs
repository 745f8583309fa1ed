//! The span of an inspection.

use dossier_common::file::{File, Inspection};
use dossier_common::trace::{Span, SpanKind};

use super::InspectionError;

/// What `inspecting`, the inspection of `file`, comes to; it is a part of the present task's trace.
pub(super) async fn observed(
    file: &File,
    inspecting: impl Future<Output = Result<Inspection, InspectionError>>,
) -> Result<Inspection, InspectionError> {
    let mut span = Span::child(SpanKind::Internal, "inspect document");
    if span.is_recorded() {
        span.set("dossier.file.id", file.id.to_string());
        span.set("dossier.file.size", file.size_bytes);
    }
    let context = span.context().clone();
    let inspected = context.scope(inspecting).await;
    match &inspected {
        Ok(inspection) => {
            if span.is_recorded() {
                let version = i64::from(inspection.rules_version);
                span.set("dossier.inspection.rules_version", version);
                span.set("dossier.inspection.verdict", verdict(inspection));
            }
            span.succeed();
        }
        Err(error) => span.fail(error.kind()),
    }
    inspected
}

/// The kind, or the code of the reason.
fn verdict(inspection: &Inspection) -> String {
    match &inspection.outcome {
        Ok(kind) => kind.as_str().to_owned(),
        Err(rejection) => rejection.code.clone(),
    }
}
