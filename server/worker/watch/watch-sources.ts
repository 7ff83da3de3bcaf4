import "server-only";
import { z } from "zod";
import { CertificatesApi } from "#server/integrations/kubernetes/certificates-api.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import { ExternalSecretsApi } from "#server/integrations/kubernetes/external-secrets-api.ts";
import type { ClusterAccess } from "#server/integrations/kubernetes/kubernetes-call.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { clusterSources } from "../clusters/cluster-sources.ts";

/** Where the worker looks at what others renew. What is absent is not configured. */
export interface WatchSources {
  vault: OpenBaoClient;
  /** Below it lie the files of certificates and SVIDs. */
  certificatesDir: string | undefined;
  /** The configured clusters, live or from files. */
  clusters: readonly ClusterSource[];
  /** The API of one cluster: read in place of the others, and asked for renewals. */
  certificates: CertificatesApi | null;
}

const Settings = z.object({
  CERTIFICATES_DIR: z.string().min(1).optional(),
  /** `in-cluster`, or the path of a kubeconfig file. */
  KUBERNETES_API: z.string().min(1).optional(),
});

export function configuredSources(vault: OpenBaoClient): WatchSources {
  const given = Object.entries(process.env).filter(([, value]) => value !== "");
  const settings = Settings.parse(Object.fromEntries(given));
  const api = settings.KUBERNETES_API;
  const access = api ? accessOf(api) : null;
  return {
    vault,
    certificatesDir: settings.CERTIFICATES_DIR,
    clusters: clusterSources(),
    certificates: access ? new CertificatesApi(access) : null,
  };
}

/** The cluster's External Secrets, where its API is configured. */
export function configuredExternalSecrets(): ExternalSecretsApi | null {
  const api = process.env.KUBERNETES_API;
  return api ? new ExternalSecretsApi(accessOf(api)) : null;
}

function accessOf(api: string): ClusterAccess {
  return api === "in-cluster" ? { kind: "in-cluster" } : { kind: "kubeconfig", file: api };
}
