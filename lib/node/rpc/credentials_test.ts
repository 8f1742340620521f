import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { OWN_CERTIFICATE } from "../../../tests/support/certificates.ts";
import { FakeHost } from "../../../tests/support/fake_host.ts";
import { OperatorError } from "../../errors.ts";
import { certificateFile, cookieFile } from "./credentials.ts";

const DENIED = { read: () => Promise.reject(new Error("Permission denied (os error 13)")) };

function refuses(ask: Promise<unknown>, kind: string, why: RegExp): Promise<void> {
  return rejects(ask, (error) => {
    ok(error instanceof OperatorError);
    strictEqual(error.kind, kind);
    match(error.message, why);
    return true;
  });
}

Deno.test("cookieFile() reads what Bitcoin Core wrote, each time anew", async () => {
  const { files, disk } = new FakeHost();
  const credentials = cookieFile(files, "regtest/.cookie");
  for (const password of ["0123abcd", "with:colon"]) {
    disk.set("regtest/.cookie", new TextEncoder().encode(`__cookie__:${password}`));
    deepStrictEqual(await credentials(), { user: "__cookie__", password });
  }
});

Deno.test("cookieFile() says whether the node may still come, or the file is wrong", async () => {
  const { files, disk } = new FakeHost();
  const credentials = cookieFile(files, "a/.cookie");
  await refuses(credentials(), "peer", /^Cannot read the cookie a\/\.cookie: no such file; is the/);
  disk.set("a/.cookie", new TextEncoder().encode("geheimnis"));
  await refuses(
    credentials(),
    "config",
    /^Cannot use a\/\.cookie: it is no cookie of Bitcoin Core$/,
  );
  await refuses(cookieFile(DENIED, "a/.cookie")(), "config", /Permission denied/);
});

Deno.test("certificateFile() reads certificates, and takes nothing else for some", async () => {
  const { files, disk } = new FakeHost();
  const ca = certificateFile(files, "rpc.cert");
  await refuses(ca(), "peer", /^Cannot read the certificate rpc\.cert: no such file/);
  disk.set("rpc.cert", new TextEncoder().encode("-----BEGIN PRIVATE KEY-----"));
  await refuses(ca(), "config", /^Cannot use rpc\.cert: it holds no certificate in PEM$/);
  disk.set("rpc.cert", new TextEncoder().encode(OWN_CERTIFICATE));
  strictEqual(await ca(), OWN_CERTIFICATE);
});
