//! How work is told to end.

use tokio::sync::watch;

/// Tells work to take nothing new and to end what it has.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    pub(crate) fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Waits until the work has to end.
    pub async fn requested(mut self) {
        // An error means that the frame is gone, which is as good as a request.
        let _ = self.0.wait_for(|is_requested| *is_requested).await;
    }
}
