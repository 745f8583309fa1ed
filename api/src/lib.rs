//! The HTTP API of Dossier.
//!
//! A request meets, in this order: [`middleware`] (request id, client network, span, log line, metrics, headers,
//! problem bodies, what becomes of it without a database), the routes of [`router`], the extractors of [`extract`] (who is calling, what
//! is asked), a handler of [`handlers`], and where two handlers do the same, a service of
//! [`services`]. Filters and updates are all in `dossier_common::store`.

pub mod access_token;
pub mod audit;
pub mod buckets;
pub mod cli;
pub mod config;
pub mod console;
pub mod console_setting;
pub mod console_tokens;
pub mod delivery;
pub mod download_watch;
pub mod event_places;
pub mod extract;
pub mod file_feed;
pub mod file_watch;
pub mod handlers;
pub mod keys;
pub mod legacy;
pub mod legacy_audience;
pub mod link_turns;
pub mod middleware;
mod openapi;
pub mod operation_runner;
pub mod origin;
pub mod overview_feed;
pub mod password;
pub mod problem;
pub mod rate_limit;
pub mod refresh_token;
pub mod request_id;
pub mod request_record;
pub mod router;
pub mod services;
pub mod sign_up_policy;
pub mod signing_keys;
pub mod state;
pub mod storage_limits;
pub mod storage_upkeep;
pub mod throttle;
pub mod totp;
pub mod trace_context;
pub mod trusted_proxies;
pub mod wire;
