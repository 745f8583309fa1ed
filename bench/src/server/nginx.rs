//! nginx, which serves files from a folder, and takes them by `PUT`.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use dossier_devstack::port::free_port;

use super::{PrivateServer, program};

const PROGRAM: &str = "nginx";

/// Starts it over `folder`; `uri` gives the address of a file.
///
/// It is one process: that is as fast for one client, and dies with its parent.
///
/// # Errors
///
/// When there is no such server, or it does not start.
pub async fn start(folder: &Path) -> anyhow::Result<PrivateServer> {
    let said = Command::new(PROGRAM).arg("-v").output();
    let said = said.context("no nginx on PATH")?;
    let version = String::from_utf8_lossy(&said.stderr).trim().to_owned();
    let (data, port) = (folder.join("nginx"), free_port()?);
    std::fs::create_dir_all(data.join("files"))?;
    let file = data.join("nginx.conf");
    std::fs::write(&file, configuration(&data, port))?;
    let mut command = Command::new(PROGRAM);
    command.arg("-p").arg(&data).arg("-c").arg(&file);
    command.args(["-e", "stderr"]);
    let address = format!("http://127.0.0.1:{port}/");
    program::start(command, &folder.join("nginx.log"), version, port, address).await
}

fn configuration(data: &Path, port: u16) -> String {
    let data = data.display();
    format!(
        "daemon off;
master_process off;
pid {data}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_max_body_size 0;
  client_body_temp_path {data}/body;
  proxy_temp_path {data}/proxy;
  fastcgi_temp_path {data}/fastcgi;
  uwsgi_temp_path {data}/uwsgi;
  scgi_temp_path {data}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      root {data}/files;
      dav_methods PUT;
    }}
  }}
}}
"
    )
}
