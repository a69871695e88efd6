// A key and its own certificate for 127.0.0.1, made anew each time, so that no private key lies in the repository. X.509 as RFC 5280 has it.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const tag = { integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, utcTime: 23, sequence: 0x30, set: 0x31 } as const;

/** One value in DER: its tag, its length, its content. */
function der(type: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([type, ...size]), content]);
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");
/** Object identifiers by what they name, already encoded. */
const oid = {
  ecdsaWithSha256: der(tag.oid, hex("2a8648ce3d040302")),
  commonName: der(tag.oid, hex("550403")),
  subjectAltName: der(tag.oid, hex("551d11")),
  basicConstraints: der(tag.oid, hex("551d13")),
};
const isAuthority = hex("0101ff");
const loopback = hex("7f000001");

const utcTime = (ms: number): Buffer =>
  der(tag.utcTime, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));

/** Good from an hour ago for a day. */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(tag.sequence, oid.ecdsaWithSha256);
  const name = der(
    tag.sequence,
    der(tag.set, der(tag.sequence, oid.commonName, der(tag.utf8, Buffer.from("localhost")))),
  );
  const hourMs = 3_600_000;
  const extensions = der(
    tag.sequence,
    der(tag.sequence, oid.basicConstraints, der(tag.octets, der(tag.sequence, isAuthority))),
    der(tag.sequence, oid.subjectAltName, der(tag.octets, der(tag.sequence, der(0x87, loopback)))),
  );
  const body = der(
    tag.sequence,
    der(0xa0, der(tag.integer, Buffer.from([2]))),
    der(tag.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    der(tag.sequence, utcTime(Date.now() - hourMs), utcTime(Date.now() + 24 * hourMs)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = der(tag.bits, Buffer.from([0]), sign("sha256", body, privateKey));
  const pem = der(tag.sequence, body, algorithm, signature).toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
  };
}
