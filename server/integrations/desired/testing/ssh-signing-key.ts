import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { sshString } from "#server/engines/ssh-signature/ssh-wire.ts";

/** A new Ed25519 key with what an allowed-signers file says of it, and what it signs as `ssh-keygen -Y sign` does. */
export function sshSigningKey() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const blob = Buffer.concat([sshString("ssh-ed25519"), sshString(raw)]);
  return {
    line: `ssh-ed25519 ${blob.toString("base64")}`,
    sign(message: string, namespace = "git"): string {
      const rest = [sshString(namespace), sshString(""), sshString("sha512")];
      const hash = createHash("sha512").update(message).digest();
      const signed = Buffer.concat([Buffer.from("SSHSIG"), ...rest, sshString(hash)]);
      const value = [sshString("ssh-ed25519"), sshString(sign(null, signed, privateKey))];
      const body = Buffer.concat([
        Buffer.from("SSHSIG\0\0\0\x01"),
        sshString(blob),
        ...rest,
        sshString(Buffer.concat(value)),
      ]);
      const lines = body.toString("base64").match(/.{1,70}/g) ?? [];
      return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----"].join("\n");
    },
  };
}
