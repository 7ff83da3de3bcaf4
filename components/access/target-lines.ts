import type { ProjectionTarget } from "#server/features/elevation/elevation-policy-spec.ts";

/** Targets as one edits them, one a line. */
export function targetLines(targets: readonly ProjectionTarget[]): string {
  return targets
    .map((target) =>
      target.kind === "keycloak-role"
        ? `role ${target.role}`
        : `namespace ${target.namespace} ${target.roleKind} ${target.role}`,
    )
    .join("\n");
}

/** What the lines say, or the first line that says nothing. */
export function readTargets(text: string): { targets: ProjectionTarget[] } | { badLine: string } {
  const targets: ProjectionTarget[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const [word, first = "", roleKind, role = "", ...rest] = line.trim().split(/\s+/);
    if (word === "role" && first && !roleKind) {
      targets.push({ kind: "keycloak-role", role: first });
    } else if (
      word === "namespace" &&
      (roleKind === "Role" || roleKind === "ClusterRole") &&
      role &&
      rest.length === 0
    ) {
      targets.push({ kind: "kubernetes-role-binding", namespace: first, roleKind, role });
    } else {
      return { badLine: line };
    }
  }
  return { targets };
}
