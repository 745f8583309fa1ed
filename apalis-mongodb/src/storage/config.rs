//! What apalis asks about the backend: its configuration, codec and outermost layer.

use apalis_core::backend::codec::Codec;
use apalis_core::backend::{BackendConfig, WireFormatBackend};
use apalis_core::worker::context::WorkerContext;

use super::{Mongo, MongoId, MongoStorage};
use crate::config::Config;
use crate::handler::SettleLayer;

impl<Args, C> BackendConfig for MongoStorage<Args, C> {
    type Args = Args;
    type Id = MongoId;
    type Kind = Mongo;
    type Config = Config;
    type Layer = SettleLayer;

    fn config(&self) -> &Config {
        &self.config
    }

    fn middleware(&mut self, _worker: &mut WorkerContext) -> SettleLayer {
        SettleLayer::new()
    }
}

impl<Args, C> WireFormatBackend for MongoStorage<Args, C>
where
    C: Codec<Args> + Send + 'static,
{
    type Codec = C;
    type Compact = C::Compact;

    fn codec(&self) -> &C {
        &self.codec
    }
}
