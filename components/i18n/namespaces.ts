/** One file per namespace in `messages/<locale>/`; a test compares this list with the folder. */
export const NAMESPACES = [
  "common",
  "shell",
  "errors",
  "home",
  "rotations",
  "bindings",
  "leases",
  "consumers",
  "incidents",
  "policies",
  "audit",
  "alerts",
  "approvals",
  "deployments",
  "admission",
  "environments",
  "evidence",
  "health",
  "regions",
  "signIn",
  "trouble",
  "windows",
] as const;

export type Namespace = (typeof NAMESPACES)[number];
