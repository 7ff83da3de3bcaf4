import dynamic from "next/dynamic";
import type { ComponentType } from "react";
import type { CredentialDetail } from "./credential-detail.ts";

/** What a section of a credential's page is given. */
export interface CredentialSectionProps {
  tenantId: string;
  detail: CredentialDetail;
  /** Something was changed: the page is read anew. */
  onDone: () => void;
}

const CredentialParts = dynamic(
  async () => (await import("./credential-parts.tsx")).CredentialParts,
  { ssr: false },
);
const OwnWays = dynamic(async () => (await import("./own-ways.tsx")).OwnWays, { ssr: false });

/**
 * What other parts of the console know of a credential, in the order of the page. Each brings its own
 * title, reads for itself, shows nothing where it has nothing to say, and is loaded lazily
 * (`dynamic(…, { ssr: false })`).
 */
export const CREDENTIAL_SECTIONS: readonly {
  name: string;
  Content: ComponentType<CredentialSectionProps>;
}[] = [
  { name: "own-ways", Content: OwnWays },
  { name: "parts", Content: CredentialParts },
];
