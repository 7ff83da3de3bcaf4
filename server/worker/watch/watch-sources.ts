import "server-only";
import { z } from "zod";
import { CertificatesApi } from "#server/integrations/kubernetes/certificates-api.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";

/** Where the worker looks at what others renew. What is absent is not configured. */
export interface WatchSources {
  vault: OpenBaoClient;
  /** Below it lie the files of certificates and SVIDs. */
  certificatesDir: string | undefined;
  snapshotDir: string | undefined;
  /** The cluster's API: read in place of the snapshot, and asked for renewals. */
  certificates: CertificatesApi | null;
}

const Settings = z.object({
  CERTIFICATES_DIR: z.string().min(1).optional(),
  KUBERNETES_SNAPSHOT_DIR: z.string().min(1).optional(),
  /** `in-cluster`, or the path of a kubeconfig file. */
  KUBERNETES_API: z.string().min(1).optional(),
});

export function configuredSources(vault: OpenBaoClient): WatchSources {
  const given = Object.entries(process.env).filter(([, value]) => value !== "");
  const settings = Settings.parse(Object.fromEntries(given));
  const api = settings.KUBERNETES_API;
  const access =
    api === "in-cluster"
      ? ({ kind: "in-cluster" } as const)
      : ({ kind: "kubeconfig", file: api ?? "" } as const);
  return {
    vault,
    certificatesDir: settings.CERTIFICATES_DIR,
    snapshotDir: settings.KUBERNETES_SNAPSHOT_DIR,
    certificates: api ? new CertificatesApi(access) : null,
  };
}
