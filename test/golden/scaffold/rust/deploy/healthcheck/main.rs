//! The image's health check: exits 0 if http://HOST:PORT/PATH, its argument, answers 200 within two seconds, or if tcp://HOST:PORT takes a connection. Needs only the standard library.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    match check() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> Result<(), String> {
    let url = std::env::args().nth(1).ok_or("expected a URL")?;
    let (scheme, rest) = url.split_once("://").ok_or("expected a URL that starts with http:// or tcp://")?;
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    let no_answer = |error: std::io::Error| format!("no answer: {error}");
    let socket = address.parse().map_err(|_| format!("{address} is not an address with a port"))?;
    let limit = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&socket, limit).map_err(no_answer)?;
    if scheme == "tcp" {
        return Ok(());
    }
    stream.set_read_timeout(Some(limit)).map_err(no_answer)?;
    stream.set_write_timeout(Some(limit)).map_err(no_answer)?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").map_err(no_answer)?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).map_err(no_answer)?;
    match std::str::from_utf8(&start).ok().and_then(|line| line.strip_prefix("HTTP/1.1 ")) {
        Some("200") => Ok(()),
        Some(status) => Err(format!("answered {status}")),
        None => Err("no answer in HTTP/1.1".to_string()),
    }
}
