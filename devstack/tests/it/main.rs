//! What devstack promises, each promise a file.

mod test_databases;
