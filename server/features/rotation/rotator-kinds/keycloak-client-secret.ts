import { z } from "zod";
import { path } from "./names.ts";

/** The secret of an OAuth client of Keycloak, which consumers read from KV v2. */
export const KeycloakClientSecret = z.object({
  kind: z.literal("keycloak-client-secret"),
  /** e.g. `https://id.sovereign.example`, without a realm. */
  url: z.url({ protocol: /^https?$/ }).max(300),
  realm: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/, "must be the name of a realm"),
  clientId: z.string().min(1).max(255),
  /** The field of the KV secret that holds the value. */
  field: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, "must be the name of a field"),
  /** Other text fields that a new version takes over; any other field stops the rotation. */
  keep: z.array(z.string().min(1).max(63)).max(20),
  /** Where the vault keeps `client_id` and `client_secret` of an account that may manage the realm's clients. */
  accountPath: path,
  /** Whether the old secret may end at once where the realm keeps no rotated secret. */
  withoutGrace: z.boolean(),
});
export type KeycloakClientSecret = z.infer<typeof KeycloakClientSecret>;
