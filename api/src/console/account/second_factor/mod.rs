//! The second factor of the caller's account: one page, which shows what can be done next.

mod begin;
mod confirm;
mod disable;
mod page;
mod qr_code;

pub use begin::begin_second_factor;
pub use confirm::confirm_second_factor;
pub use disable::disable_second_factor;
pub use page::show_second_factor;
