//! The reference's opinion of Sv2 frames, for `tests/interop/parsers.ts`.
//!
//! One line in, one line out. In: a plain frame in hex, header and payload. Out, as `parsers_sv2`
//! has it: `ok <frame in hex, decoded and encoded again> <the message as Rust prints it>`, or
//! `refused <why>`, or `panicked`. Trailing fields of extension 0x0002 are decoded and encoded, too.
//! An empty line asks for the answers so far.

use framing_sv2::framing::{EncodableFrame, MessageFrame, SerializedFrame};
use parsers_sv2::{parse_message_frame_with_tlvs, AnyMessage, TlvList};
use std::fmt::Write as _;
use std::io::{self, BufRead, BufWriter, Write};
use std::panic::catch_unwind;

const WORKER_SPECIFIC_HASHRATE_TRACKING: u16 = 0x0002;

fn main() -> io::Result<()> {
    // A panic is an answer here, not something to print.
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.is_empty() {
            out.flush()?;
            continue;
        }
        match catch_unwind(|| relay(&line)) {
            Ok(Ok(answer)) => writeln!(out, "ok {answer}")?,
            Ok(Err(why)) => writeln!(out, "refused {}", why.replace('\n', " "))?,
            Err(_) => writeln!(out, "panicked")?,
        }
    }
    out.flush()
}

fn relay(line: &str) -> Result<String, String> {
    let mut frame =
        SerializedFrame::from_bytes(bytes_from_hex(line)?).map_err(|e| e.to_string())?;
    let header = frame.header();
    let negotiated = [WORKER_SPECIFIC_HASHRATE_TRACKING];
    let (message, tlvs) = parse_message_frame_with_tlvs(header, frame.payload(), &negotiated)
        .map_err(|e| e.to_string())?;
    let printed = format!("{message:?}");
    let encoded = match tlvs {
        Some(tlvs) => TlvList::from_slice(&tlvs)
            .and_then(|list| list.build_frame_bytes_with_tlvs(message))
            .map_err(|e| e.to_string())?,
        None => encode(message)?,
    };
    Ok(format!("{} {printed}", hex_from_bytes(&encoded)))
}

fn encode(message: AnyMessage) -> Result<Vec<u8>, String> {
    let frame = MessageFrame::try_from(message).map_err(|e| e.to_string())?;
    let mut bytes = vec![0; frame.encoded_length()];
    frame
        .encode_into(&mut bytes)
        .map_err(|e| format!("{e:?}"))?;
    Ok(bytes)
}

fn bytes_from_hex(text: &str) -> Result<Vec<u8>, String> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2).unwrap_or(""), 16))
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())
}

fn hex_from_bytes(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
