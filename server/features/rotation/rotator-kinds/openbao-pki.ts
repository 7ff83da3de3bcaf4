import { z } from "zod";
import { path } from "./names.ts";

const YEARS_20_SECONDS = 20 * 366 * 86_400;

const authority = {
  mount: path,
  commonName: z.string().min(1).max(64),
  ttlSeconds: z.number().int().min(3_600).max(YEARS_20_SECONDS),
  /** The mount's role, and the name, of the leaf that a new issuer is tried with. */
  role: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "must be the name of a role"),
  probeName: z.string().min(1).max(253),
};

/** A root authority of an OpenBao PKI mount; `crossSign`: the old root certifies the new one's key. */
export const OpenbaoPkiRoot = z.object({
  kind: z.literal("openbao-pki-root"),
  ...authority,
  crossSign: z.boolean(),
});
export type OpenbaoPkiRoot = z.infer<typeof OpenbaoPkiRoot>;

/** An authority whose key is in `mount` and whose certificate the root mount's default issuer signs. */
export const OpenbaoPkiIntermediate = z.object({
  kind: z.literal("openbao-pki-intermediate"),
  ...authority,
  rootMount: path,
});
export type OpenbaoPkiIntermediate = z.infer<typeof OpenbaoPkiIntermediate>;
