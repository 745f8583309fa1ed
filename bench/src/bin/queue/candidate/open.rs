//! Opens candidates.

use std::sync::Arc;

use anyhow::bail;

use super::agenda::Agenda;
use super::apalis_mongodb::ApalisMongodb;
use super::{Candidate, Queue, Store};
use crate::arguments::Settings;

impl Candidate {
    /// Its store at `uri`.
    pub(crate) async fn store(
        self,
        uri: &str,
        settings: &Settings,
    ) -> anyhow::Result<Box<dyn Store>> {
        Ok(match self {
            Self::ApalisMongodb | Self::ApalisMongodbDelete => {
                Box::new(ApalisMongodb::open(self, uri, settings).await?)
            }
            Self::Agenda => Box::new(Agenda::open(uri).await?),
            #[cfg(feature = "peers")]
            Self::ApalisPostgres | Self::ApalisPostgresBatch => {
                Box::new(super::apalis_postgres::ApalisPostgres::open(self, uri)?)
            }
            #[cfg(feature = "peers")]
            Self::ApalisRedis => Box::new(super::apalis_redis::ApalisRedis::open(uri).await?),
            #[cfg(feature = "peers")]
            Self::GraphileWorker => Box::new(super::graphile_worker::GraphileWorker::open(uri)?),
            #[cfg(not(feature = "peers"))]
            _ => bail!("{} was not compiled in", self.name()),
        })
    }

    /// Its queue at `uri`.
    pub(crate) async fn queue(
        self,
        uri: &str,
        settings: &Settings,
    ) -> anyhow::Result<Arc<dyn Queue>> {
        Ok(match self {
            Self::ApalisMongodb | Self::ApalisMongodbDelete => {
                Arc::new(ApalisMongodb::open(self, uri, settings).await?)
            }
            Self::Agenda => bail!("agenda's work is done by node"),
            #[cfg(feature = "peers")]
            Self::ApalisPostgres | Self::ApalisPostgresBatch => {
                Arc::new(super::apalis_postgres::ApalisPostgres::open(self, uri)?)
            }
            #[cfg(feature = "peers")]
            Self::ApalisRedis => Arc::new(super::apalis_redis::ApalisRedis::open(uri).await?),
            #[cfg(feature = "peers")]
            Self::GraphileWorker => Arc::new(super::graphile_worker::GraphileWorker::open(uri)?),
            #[cfg(not(feature = "peers"))]
            _ => bail!("{} was not compiled in", self.name()),
        })
    }
}
