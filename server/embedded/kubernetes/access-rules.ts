import { forbidden } from "./api-status.ts";

/** A rule as in a ClusterRole; `namespaces` narrows it, as a RoleBinding would. */
export interface AccessRule {
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
  resourceNames?: readonly string[];
  namespaces?: readonly string[];
}

/** Whom a token stands for. */
export interface ApiUser {
  name: string;
  /** `all`: a member of system:masters. */
  rules: readonly AccessRule[] | "all";
}

export interface Asked {
  verb: string;
  group: string;
  /** With its subresource, if any: `deployments/status`. */
  resource: string;
  namespace: string | null;
  name?: string;
}

/** Throws 403 unless one of the rules allows it; nothing ever denies what another allows. */
export function authorize(user: ApiUser, asked: Asked): void {
  const isAllowed =
    user.rules === "all" ||
    user.rules.some(
      ({ apiGroups, resources, verbs, resourceNames, namespaces }) =>
        holds(apiGroups, asked.group) &&
        holds(resources, asked.resource) &&
        holds(verbs, asked.verb) &&
        (resourceNames === undefined || resourceNames.includes(asked.name ?? "")) &&
        (namespaces === undefined || namespaces.includes(asked.namespace ?? "")),
    );
  if (isAllowed) return;
  const { verb, ...what } = asked;
  throw forbidden(user.name, verb, what);
}

function holds(list: readonly string[], wanted: string): boolean {
  return list.includes("*") || list.includes(wanted);
}
