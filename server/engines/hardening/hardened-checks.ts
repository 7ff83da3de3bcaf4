import { fields, type PodView } from "./pod-fields.ts";
import type { Violation } from "./violation.ts";

export interface HardeningOptions {
  /** `registry.example.om` or `registry.example.om/platform`: an image must come from one of them. */
  trustedRegistries: readonly string[];
}

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** Our own level, on top of restricted: what a sovereign cloud asks of production workloads. */
export function hardenedViolations(
  pod: PodView,
  { trustedRegistries }: HardeningOptions,
): Violation[] {
  const found: Violation[] = [];
  // Unset mounts a token; `true` is a workload that asks for one.
  if (typeof pod.spec.automountServiceAccountToken !== "boolean") {
    found.push({
      control: "serviceAccountToken",
      path: `${pod.path}.automountServiceAccountToken`,
      message: "must be said: false, or true for a workload that needs a token",
    });
  }
  for (const { path, spec, security } of pod.containers) {
    if (security.readOnlyRootFilesystem !== true) {
      found.push({
        control: "readOnlyRootFilesystem",
        path: `${path}.securityContext.readOnlyRootFilesystem`,
        message: "must be true",
      });
    }
    const image = String(spec.image ?? "");
    if (!DIGEST.test(image)) {
      found.push({
        control: "imageDigest",
        path: `${path}.image`,
        message: `"${image}" is not pinned by digest`,
      });
    }
    if (
      !trustedRegistries.some((registry) => image.startsWith(`${registry.replace(/\/$/, "")}/`))
    ) {
      found.push({
        control: "trustedRegistry",
        path: `${path}.image`,
        message: `"${image}" is not from a trusted registry`,
      });
    }
    const limits = fields(fields(spec.resources).limits);
    for (const resource of ["cpu", "memory"]) {
      if (limits[resource] === undefined || limits[resource] === null) {
        found.push({
          control: "resourceLimits",
          path: `${path}.resources.limits.${resource}`,
          message: "must be set",
        });
      }
    }
  }
  return found;
}
