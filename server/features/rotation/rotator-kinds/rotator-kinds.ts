import { z } from "zod";
import { AzureKey, AzureSecret } from "./azure.ts";
import { KeycloakClientSecret } from "./keycloak-client-secret.ts";
import { KvGenerated } from "./kv-generated.ts";
import { Manual } from "./manual.ts";
import { OpenbaoDynamic } from "./openbao-dynamic.ts";
import { OpenbaoPkiIntermediate, OpenbaoPkiRoot } from "./openbao-pki.ts";
import { OpenbaoStaticRole } from "./openbao-static-role.ts";
import { OpenbaoTransit } from "./openbao-transit.ts";
import { PostgresDualUser } from "./postgres-dual-user.ts";
import { TwoKeyCloud } from "./two-key-cloud.ts";
import { CertificateFile, CertManager, RealmPasswords, SpiffeSvid } from "./watched.ts";

/** Those that the worker rotates by itself. */
export const AutomaticRotator = z.discriminatedUnion("kind", [
  PostgresDualUser,
  KvGenerated,
  OpenbaoTransit,
  AzureKey,
  AzureSecret,
  OpenbaoStaticRole,
  OpenbaoDynamic,
  KeycloakClientSecret,
  OpenbaoPkiRoot,
  OpenbaoPkiIntermediate,
  TwoKeyCloud,
]);
export type AutomaticRotator = z.infer<typeof AutomaticRotator>;

/** Nobody rotates it through the console; `missing` says what it would take. */
export const NoRotator = z.object({
  kind: z.literal("none"),
  missing: z.string().min(1).max(300),
});

export const Rotator = z.discriminatedUnion("kind", [
  PostgresDualUser,
  KvGenerated,
  OpenbaoTransit,
  AzureKey,
  AzureSecret,
  OpenbaoStaticRole,
  OpenbaoDynamic,
  KeycloakClientSecret,
  OpenbaoPkiRoot,
  OpenbaoPkiIntermediate,
  TwoKeyCloud,
  Manual,
  CertManager,
  CertificateFile,
  SpiffeSvid,
  RealmPasswords,
  NoRotator,
]);
export type Rotator = z.infer<typeof Rotator>;
export const ROTATOR_KINDS = Rotator.options.map((option) => option.shape.kind.value);
