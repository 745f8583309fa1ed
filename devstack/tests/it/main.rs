//! What devstack promises, each promise a file.

mod mail_catcher;
mod test_databases;
