//! What the worker promises, one file a promise.

mod document;
