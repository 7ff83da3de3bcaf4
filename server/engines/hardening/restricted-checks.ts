import { unmaskedProc } from "./baseline-checks.ts";
import { fields, list, type PodView } from "./pod-fields.ts";
import type { Violation } from "./violation.ts";

type Check = (pod: PodView) => Violation[];

const VOLUME_TYPES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

const volumeTypes: Check = (pod) =>
  list(pod.spec.volumes).flatMap((volume, at) => {
    // A volume without a source is an emptyDir.
    const types = Object.keys(fields(volume)).filter((key) => key !== "name");
    return types
      .filter((type) => !VOLUME_TYPES.has(type))
      .map((type) => ({
        control: "restrictedVolumes",
        path: `${pod.path}.volumes[${at}]`,
        message: `the type ${type} is not allowed`,
      }));
  });

const privilegeEscalation: Check = (pod) =>
  pod.isWindows
    ? []
    : pod.containers.flatMap(({ path, security }) =>
        security.allowPrivilegeEscalation === false
          ? []
          : [
              {
                control: "allowPrivilegeEscalation",
                path: `${path}.securityContext.allowPrivilegeEscalation`,
                message: "must be false",
              },
            ],
      );

const nonRoot: Check = (pod) => {
  const found: Violation[] = [];
  const onPod = pod.security.runAsNonRoot;
  if (onPod === false) {
    found.push({
      control: "runAsNonRoot",
      path: `${pod.path}.securityContext.runAsNonRoot`,
      message: "must not be false",
    });
  }
  for (const { path, security } of pod.containers) {
    const own = security.runAsNonRoot;
    if (own === false || ((own === undefined || own === null) && onPod !== true)) {
      found.push({
        control: "runAsNonRoot",
        path: `${path}.securityContext.runAsNonRoot`,
        message: "must be true, here or on the pod",
      });
    }
  }
  return found;
};

const rootUser: Check = (pod) =>
  [
    { path: `${pod.path}.securityContext`, security: pod.security },
    ...pod.containers.map((each) => ({
      path: `${each.path}.securityContext`,
      security: each.security,
    })),
  ].flatMap(({ path, security }) =>
    security.runAsUser === 0
      ? [{ control: "runAsUser", path: `${path}.runAsUser`, message: "must not be 0" }]
      : [],
  );

const CONFINED = new Set(["RuntimeDefault", "Localhost"]);

const seccomp: Check = (pod) => {
  if (pod.isWindows) return [];
  const found: Violation[] = [];
  const onPod = fields(pod.security.seccompProfile).type;
  if (onPod !== undefined && !CONFINED.has(String(onPod))) {
    found.push({
      control: "seccompProfile",
      path: `${pod.path}.securityContext.seccompProfile.type`,
      message: `"${String(onPod)}" is not allowed`,
    });
  }
  for (const { path, security } of pod.containers) {
    const effective = fields(security.seccompProfile).type ?? onPod;
    if (!CONFINED.has(String(effective))) {
      found.push({
        control: "seccompProfile",
        path: `${path}.securityContext.seccompProfile.type`,
        message: "must be RuntimeDefault or Localhost, here or on the pod",
      });
    }
  }
  return found;
};

const capabilities: Check = (pod) =>
  pod.isWindows
    ? []
    : pod.containers.flatMap(({ path, security }) => {
        const { add, drop } = fields(security.capabilities);
        const at = `${path}.securityContext.capabilities`;
        const found: Violation[] = list(drop).includes("ALL")
          ? []
          : [{ control: "capabilities", path: `${at}.drop`, message: 'must include "ALL"' }];
        for (const name of list(add).map(String)) {
          if (name !== "NET_BIND_SERVICE")
            found.push({
              control: "capabilities",
              path: `${at}.add`,
              message: `${name} is not allowed`,
            });
        }
        return found;
      });

/** Pod Security Standards, level restricted, on top of baseline (Kubernetes v1.37). */
export const RESTRICTED_CHECKS: readonly Check[] = [
  volumeTypes,
  privilegeEscalation,
  nonRoot,
  rootUser,
  seccomp,
  capabilities,
  unmaskedProc,
];
