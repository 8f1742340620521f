import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import vectors from "../../tests/vectors/noise.json" with { type: "json" };
import { UsageError } from "../errors.ts";
import {
  type CertificateCheck,
  checkCertificate,
  CLOCK_LEEWAY,
  issueIdentity,
  renewIdentity,
  type ServerIdentity,
} from "./certificate.ts";
import { publicKeyOf } from "./crypto.ts";
import { decodeX } from "./ellswift.ts";
import { HandshakeError } from "./handshake_error.ts";

const authoritySecret = new Uint8Array(32).fill(1);
const authorityKey = publicKeyOf(authoritySecret);
const staticSecret = new Uint8Array(32).fill(2);
const staticKey = publicKeyOf(staticSecret);
const derived = vectors.certificates_derived;

const REASONS: Readonly<Record<string, string>> = {
  "expired by 11 s (beyond the 10 s leeway of the reference)": "certificate-expired",
  "not yet valid by 11 s": "certificate-not-yet-valid",
  "not_valid_after < valid_from": "certificate-window",
  "certificate version 1": "certificate-version",
  "timestamps big-endian": "certificate-expired",
};

for (const vector of derived.vectors) {
  const verdict = `${vector.valid ? "taken" : "refused"}: ${vector.reason}`;
  Deno.test(`NOISE-27, NOISE-28, NOISE-29, NOISE-30, NOISE-31 a certificate is ${verdict}`, () => {
    const check = {
      certificate: Uint8Array.fromHex(vector.signature_noise_message),
      staticKey: Uint8Array.fromHex(derived.server_static_x_only),
      authorityKey: Uint8Array.fromHex(derived.authority_public_x_only),
      unix: vector.now,
    };
    strictEqual(
      failureOf(check),
      vector.valid ? undefined : REASONS[vector.reason] ?? "wrong-authority-key",
    );
  });
}

Deno.test("NOISE-26, NOISE-28 issueIdentity() signs version, times and the x-only key", () => {
  for (const vector of vectors.noise_handshake_derived.vectors) {
    const { certificate } = vector;
    const identity = issueIdentity({
      authoritySecret: Uint8Array.fromHex(vector.authority_secret),
      staticSecret: Uint8Array.fromHex(vector.responder_static_secret),
      validFrom: certificate.valid_from,
      notValidAfter: certificate.not_valid_after,
    });
    strictEqual(identity.certificate.toHex(), certificate.signature_noise_message);
    strictEqual(identity.certificate.length, 74);
    strictEqual(decodeX(identity.staticEncoding).toHex(), vector.responder_static_x_only);
  }
});

Deno.test("NOISE-30 a certificate is good from its first to its last second, give or take ten", () => {
  const identity = issue(1000, 2000);
  strictEqual(CLOCK_LEEWAY, 10);
  for (const unix of [990, 1000, 1500, 2000, 2010]) {
    strictEqual(failureAt(identity, unix), undefined);
  }
  strictEqual(failureAt(identity, 989), "certificate-not-yet-valid");
  strictEqual(failureAt(identity, 2011), "certificate-expired");
  strictEqual(failureAt(issue(0, 0xffff_ffff), 0xffff_ffff), undefined);
});

Deno.test("NOISE-30 what is wrong with the time is said in words, with both times and the skew", () => {
  const unix = 1_800_000_000;
  const identity = issue(unix, unix + 3600);
  match(
    messageAt(identity, unix - 600),
    /not valid before 2027-01-15T08:00:00Z and it is 2027-01-15T07:50:00Z here: your clock seems 10 minutes behind/,
  );
  match(
    messageAt(identity, unix + 3600 + 86_400 * 3),
    /expired at 2027-01-15T09:00:00Z and it is 2027-01-18T09:00:00Z here: your clock seems 3 days ahead, or the server does not renew/,
  );
  match(messageAt(identity, unix + 3600 + 60), /60 seconds ahead/);
  match(messageAt(identity, unix + 3600 + 7200), /2 hours ahead/);
});

Deno.test("NOISE-27 what was wrong with the authority is said with the key that was trusted", () => {
  const check = checkOf(issue(1000, 2000), 1500);
  const other = publicKeyOf(new Uint8Array(32).fill(3));
  throws(() => checkCertificate({ ...check, authorityKey: other }), (error) => {
    ok(error instanceof HandshakeError);
    strictEqual(error.failure, "wrong-authority-key");
    return /is not signed by 9[1-9A-Za-z]{50}:/.test(error.message);
  });
  strictEqual(failureOf({ ...check, staticKey: other }), "wrong-authority-key");
});

Deno.test("every bit of a certificate is signed", () => {
  const check = checkOf(issue(1000, 2000), 1500);
  for (let at = 0; at < 74; at++) {
    const certificate = check.certificate.slice();
    certificate[at] = (certificate[at] ?? 0) ^ 1;
    ok(failureOf({ ...check, certificate }) !== undefined, `byte ${at}`);
  }
});

Deno.test("without an authority key only the version of a certificate is looked at", () => {
  const check = { ...checkOf(issue(1000, 2000), 9000), authorityKey: undefined };
  strictEqual(failureOf(check), undefined);
  const certificate = check.certificate.slice();
  certificate[0] = 1;
  strictEqual(failureOf({ ...check, certificate }), "certificate-version");
});

Deno.test("issueIdentity() refuses times that are not 32 bits, and bad secrets", () => {
  for (const second of [-1, 0.5, 2 ** 32, NaN]) {
    throws(() => issue(second, 5), UsageError);
    throws(() => issue(5, second), UsageError);
  }
  const options = { authoritySecret, staticSecret, validFrom: 0, notValidAfter: 1 };
  const zero = new Uint8Array(32);
  throws(() => issueIdentity({ ...options, staticSecret: zero }), UsageError);
  throws(() => issueIdentity({ ...options, authoritySecret: zero }), UsageError);
});

Deno.test("NOISE-40 renewIdentity() keeps a certificate for half its life, then issues another", () => {
  const terms = { authoritySecret, staticSecret, lifetime: 3600 };
  const start = 1_800_000_000;
  const first = renewIdentity(terms, start);
  let current = first;
  for (let unix = start; unix < start + 86_400; unix += 977) {
    current = renewIdentity(terms, unix, current);
    strictEqual(failureAt(current, unix), undefined);
    ok(current.notValidAfter - unix >= 1800);
    deepStrictEqual(current.staticSecret, staticSecret);
  }
  strictEqual(renewIdentity(terms, start + 1800, first), first);
  strictEqual(renewIdentity(terms, start + 1801, first).notValidAfter, start + 1801 + 3600);
});

Deno.test("NOISE-40 renewIdentity() serves clients a minute behind, and clocks that were set back", () => {
  const terms = { authoritySecret, staticSecret, lifetime: 120 };
  const identity = renewIdentity(terms, 1_800_000_000);
  strictEqual(failureAt(identity, 1_800_000_000 - 70), undefined);
  strictEqual(failureAt(identity, 1_800_000_000 - 600), "certificate-not-yet-valid");
  const back = renewIdentity(terms, 1_700_000_000, identity);
  strictEqual(failureAt(back, 1_700_000_000), undefined);
  strictEqual(failureAt(renewIdentity(terms, 5), 5), undefined);
  strictEqual(failureAt(renewIdentity(terms, 0xffff_ffff), 0xffff_ffff), undefined);
  throws(() => renewIdentity({ ...terms, lifetime: 119 }, 0), UsageError);
  throws(() => renewIdentity({ ...terms, lifetime: NaN }, 0), UsageError);
});

function issue(validFrom: number, notValidAfter: number): ServerIdentity {
  return issueIdentity({ authoritySecret, staticSecret, validFrom, notValidAfter });
}

function checkOf({ certificate }: ServerIdentity, unix: number): CertificateCheck {
  return { certificate, staticKey, authorityKey, unix };
}

function failureAt(identity: ServerIdentity, unix: number): string | undefined {
  return failureOf(checkOf(identity, unix));
}

function failureOf(check: CertificateCheck): string | undefined {
  return errorOf(check)?.failure;
}

function messageAt(identity: ServerIdentity, unix: number): string {
  return errorOf(checkOf(identity, unix))?.message ?? "";
}

function errorOf(check: CertificateCheck): HandshakeError | undefined {
  try {
    checkCertificate(check);
  } catch (error) {
    if (error instanceof HandshakeError) return error;
    throw error;
  }
}
