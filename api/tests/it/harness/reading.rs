//! Bodies that do not come to their end: their clients leave, or the service ends them.

use axum::http::StatusCode;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::Call;

/// As much of an answer as came.
pub(crate) struct Reading {
    pub(crate) status: StatusCode,
    pub(crate) bytes: Vec<u8>,
}

impl Call {
    /// Reads at most `most` bytes of the body, and leaves.
    pub(crate) async fn read(self, most: usize) -> Reading {
        let request = self.builder.body(self.body).expect("a request");
        let Ok(response) = self.router.oneshot(request).await;
        let (head, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        while bytes.len() < most {
            let Some(Ok(frame)) = body.frame().await else {
                break;
            };
            bytes.extend(frame.into_data().expect("no trailers"));
        }
        bytes.truncate(most);
        Reading {
            status: head.status,
            bytes,
        }
    }
}
