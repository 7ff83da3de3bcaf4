import type { OcsfClassName } from "./ocsf-classes.ts";

/** What verbs of Kubernetes and operations of OpenBao do. */
const OPERATIONS: Readonly<Record<string, string>> = {
  create: "Create",
  delete: "Delete",
  deletecollection: "Delete",
  get: "Read",
  list: "Read",
  patch: "Update",
  read: "Read",
  update: "Update",
  watch: "Read",
};

/** Keycloak's user events that are more than something about signing in. */
const KEYCLOAK: Readonly<Record<string, readonly [OcsfClassName, string]>> = {
  login: ["authentication", "Logon"],
  "identity-provider-login": ["authentication", "Logon"],
  "client-login": ["authentication", "Logon"],
  logout: ["authentication", "Logoff"],
  register: ["account-change", "Create"],
  "delete-account": ["account-change", "Delete"],
  "update-password": ["account-change", "Password Change"],
  "reset-password": ["account-change", "Password Reset"],
  "update-totp": ["account-change", "MFA Factor Enable"],
  "remove-totp": ["account-change", "MFA Factor Disable"],
};

/**
 * Class and activity of what another system sent, by the sender's type as the log writes it
 * (`org.keycloak.event.login`): those of the connectors, else an API activity.
 */
export function classifyReceived(type: string): readonly [OcsfClassName, string] {
  const parts = type.split(".");
  const last = parts.at(-1) ?? "";
  if (type.startsWith("org.keycloak.event.")) return KEYCLOAK[last] ?? ["authentication", "Other"];
  if (type.startsWith("org.keycloak.admin.")) {
    const activity = OPERATIONS[parts[3] ?? ""] ?? "Other";
    return last === "user" && (activity === "Create" || activity === "Delete")
      ? ["account-change", activity]
      : ["entity-management", activity];
  }
  if (type.startsWith("io.kubernetes.audit.") || type.startsWith("org.openbao.audit.")) {
    return ["api-activity", OPERATIONS[last] ?? "Other"];
  }
  if (/^(org\.falco|io\.kyverno|io\.aquasecurity\.trivy)\./.test(type)) {
    return ["compliance-finding", "Create"];
  }
  return ["api-activity", "Other"];
}
