import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Fills a folder with `count` valid policies: the shipped ones and as many more, always the same, over the same
 * actions and attributes. None of them changes what the shipped ones decide about the request that is measured.
 */
export function writeManyPolicies(shipped: string, directory: string, count: number): void {
  cpSync(shipped, directory, { recursive: true });
  const own = readdirSync(directory).filter((file) => file.endsWith(".cedar")).length;
  for (let number = 0; number < count - own; number++) {
    const id = `bench-${String(number).padStart(3, "0")}`;
    writeFileSync(
      join(directory, `${id}.cedar`),
      `// Policy ${number} of the benchmark.\n${policy(number)}\n`,
    );
  }
}

/** Two in five speak of the action that is measured, the others of two others. */
function policy(number: number): string {
  const deploy = 'action == Action::"ExecuteDeployment"';
  switch (number % 5) {
    case 0:
      return `forbid (principal, ${deploy}, resource) when { resource.service == "withheld-${number}" && context.missingApprovals < ${number} };`;
    case 1:
      return `forbid (principal is Service, ${deploy}, resource) when { ["lost-${number}", "gone-${number}"].contains(resource.service) || resource.environment like "closed-${number}-*" };`;
    case 2:
      return `forbid (principal, action == Action::"DecideApproval", resource) when { resource.requester == User::"nobody-${number}" || (resource has human && resource.human == User::"nobody-${number}") };`;
    case 3:
      return `permit (principal, action == Action::"RotateSecret", resource in Tenant::"tenant-${number}") when { principal.scopes.containsAll(["runtime.secrets.rotate", "runtime.bench-${number}"]) };`;
    default:
      return `forbid (principal, action == Action::"RotateSecret", resource) when { resource.class == "withheld-${number}" };`;
  }
}
