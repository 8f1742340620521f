import { match, ok, strictEqual } from "node:assert";
import { diagnoseAnswer, isForeign } from "./diagnose.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("diagnoseAnswer() tells servers of other kinds by what they answer", () => {
  for (
    const [answer, says] of [
      [bytes("HTTP/1.1 400 Bad Request\r\nServer: x"), /web server \(HTTP\/1\.1 400 Bad Request\)/],
      [bytes('{"id":null,"result":null,"error":[20,"?"]}\n'), /Stratum V1 or JSON-RPC server/],
      [bytes("SSH-2.0-OpenSSH_9.6\r\n"), /SSH server/],
      [Uint8Array.of(0x15, 3, 1, 0, 2, 2, 10), /TLS server/],
      [bytes("220 mail.example ESMTP"), /text, not Stratum V2: 220 mail\.example ESMTP/],
    ] as const
  ) {
    match(diagnoseAnswer(answer, "closed", 5_000), says);
    ok(isForeign(answer));
  }
});

Deno.test("diagnoseAnswer() tells silence from a closed door and from half an answer", () => {
  const nothing = new Uint8Array();
  match(diagnoseAnswer(nothing, "silent", 5_000), /no answer to the handshake within 5 s/);
  match(diagnoseAnswer(nothing, "closed", 5_000), /closed the connection without an answer/);
  const half = new Uint8Array(100).fill(0x90);
  match(diagnoseAnswer(half, "closed", 5_000), /100 of the 234 bytes .* closed the connection/);
  match(diagnoseAnswer(half, "silent", 5_000), /100 of the 234 bytes .* then nothing/);
  strictEqual(isForeign(half), false);
});

Deno.test("diagnoseAnswer() shows one short line of a long answer", () => {
  const said = diagnoseAnswer(bytes(`${"x".repeat(150)}\nsecond`), "closed", 1);
  ok(said.length < 130 && !said.includes("second"));
});
