import { type Container, fields, list, type PodView } from "./pod-fields.ts";
import type { Violation } from "./violation.ts";

type Check = (pod: PodView) => Violation[];

const BASELINE_CAPABILITIES = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

const SELINUX_TYPES = new Set([
  "",
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);

const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
  "net.ipv4.tcp_slow_start_after_idle",
  "net.ipv4.tcp_notsent_lowat",
]);

const APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

/** Pod and container security contexts, each with its path. */
function contexts(pod: PodView) {
  return [
    { path: `${pod.path}.securityContext`, security: pod.security },
    ...pod.containers.map(({ path, security }) => ({ path: `${path}.securityContext`, security })),
  ];
}

function eachContainer(pod: PodView, find: (container: Container) => Violation[]): Violation[] {
  return pod.containers.flatMap(find);
}

const hostProcess: Check = (pod) =>
  contexts(pod).flatMap(({ path, security }) =>
    fields(security.windowsOptions).hostProcess === true
      ? [
          {
            control: "hostProcess",
            path: `${path}.windowsOptions.hostProcess`,
            message: "must not be true",
          },
        ]
      : [],
  );

const hostNamespaces: Check = (pod) =>
  ["hostNetwork", "hostPID", "hostIPC"].flatMap((field) =>
    pod.spec[field] === true
      ? [{ control: "hostNamespaces", path: `${pod.path}.${field}`, message: "must not be true" }]
      : [],
  );

const privileged: Check = (pod) =>
  eachContainer(pod, ({ path, security }) =>
    security.privileged === true
      ? [
          {
            control: "privileged",
            path: `${path}.securityContext.privileged`,
            message: "must not be true",
          },
        ]
      : [],
  );

const capabilities: Check = (pod) =>
  eachContainer(pod, ({ path, security }) =>
    list(fields(security.capabilities).add)
      .map(String)
      .filter((name) => !BASELINE_CAPABILITIES.has(name))
      .map((name) => ({
        control: "capabilities",
        path: `${path}.securityContext.capabilities.add`,
        message: `${name} is not allowed`,
      })),
  );

const hostPathVolumes: Check = (pod) =>
  list(pod.spec.volumes).flatMap((volume, at) =>
    fields(volume).hostPath !== undefined && fields(volume).hostPath !== null
      ? [
          {
            control: "hostPathVolumes",
            path: `${pod.path}.volumes[${at}].hostPath`,
            message: "must not be set",
          },
        ]
      : [],
  );

const hostPorts: Check = (pod) =>
  eachContainer(pod, ({ path, spec }) =>
    list(spec.ports).flatMap((port, at) => {
      const { hostPort } = fields(port);
      return hostPort !== undefined && hostPort !== null && hostPort !== 0
        ? [
            {
              control: "hostPorts",
              path: `${path}.ports[${at}].hostPort`,
              message: `${String(hostPort)} is not allowed`,
            },
          ]
        : [];
    }),
  );

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"] as const;
const HOOKS = ["postStart", "preStop"] as const;

/** A probe to another host would let a pod make the node connect anywhere (from v1.34). */
const hostProbes: Check = (pod) =>
  eachContainer(pod, ({ path, spec }) => {
    const handlers = [
      ...PROBES.map((name) => ({ path: `${path}.${name}`, handler: fields(spec[name]) })),
      ...HOOKS.map((name) => ({
        path: `${path}.lifecycle.${name}`,
        handler: fields(fields(spec.lifecycle)[name]),
      })),
    ];
    return handlers.flatMap(({ path: at, handler }) =>
      (["httpGet", "tcpSocket"] as const).flatMap((action) => {
        const { host } = fields(handler[action]);
        return host !== undefined && host !== null && host !== ""
          ? [
              {
                control: "hostProbesAndHostLifecycle",
                path: `${at}.${action}.host`,
                message: "must not be set",
              },
            ]
          : [];
      }),
    );
  });

const appArmor: Check = (pod) => {
  const found: Violation[] = [];
  for (const [key, value] of Object.entries(fields(pod.metadata.annotations))) {
    const isAllowed =
      value === "" || value === "runtime/default" || String(value).startsWith("localhost/");
    if (key.startsWith(APPARMOR_ANNOTATION) && !isAllowed) {
      found.push({
        control: "appArmorProfile",
        path: `metadata.annotations["${key}"]`,
        message: `"${String(value)}" is not allowed`,
      });
    }
  }
  for (const { path, security } of contexts(pod)) {
    const { type } = fields(security.appArmorProfile);
    if (type !== undefined && type !== "RuntimeDefault" && type !== "Localhost") {
      found.push({
        control: "appArmorProfile",
        path: `${path}.appArmorProfile.type`,
        message: `"${String(type)}" is not allowed`,
      });
    }
  }
  return found;
};

const seLinux: Check = (pod) =>
  contexts(pod).flatMap(({ path, security }) => {
    const options = fields(security.seLinuxOptions);
    const found: Violation[] = [];
    if (!SELINUX_TYPES.has(String(options.type ?? ""))) {
      found.push({
        control: "seLinuxOptions",
        path: `${path}.seLinuxOptions.type`,
        message: `"${String(options.type)}" is not allowed`,
      });
    }
    for (const field of ["user", "role"]) {
      if (options[field]) {
        found.push({
          control: "seLinuxOptions",
          path: `${path}.seLinuxOptions.${field}`,
          message: "must not be set",
        });
      }
    }
    return found;
  });

/** With a user namespace of its own, an unmasked /proc shows the pod itself only. */
const procMount: Check = (pod) => (pod.spec.hostUsers === false ? [] : unmaskedProc(pod));

export function unmaskedProc(pod: PodView): Violation[] {
  return eachContainer(pod, ({ path, security }) =>
    security.procMount !== undefined &&
    security.procMount !== null &&
    security.procMount !== "Default"
      ? [
          {
            control: "procMount",
            path: `${path}.securityContext.procMount`,
            message: `"${String(security.procMount)}" is not allowed`,
          },
        ]
      : [],
  );
}

const seccomp: Check = (pod) =>
  contexts(pod).flatMap(({ path, security }) =>
    fields(security.seccompProfile).type === "Unconfined"
      ? [
          {
            control: "seccompProfile",
            path: `${path}.seccompProfile.type`,
            message: '"Unconfined" is not allowed',
          },
        ]
      : [],
  );

const sysctls: Check = (pod) =>
  list(pod.security.sysctls).flatMap((each, at) => {
    const name = String(fields(each).name);
    return SAFE_SYSCTLS.has(name)
      ? []
      : [
          {
            control: "sysctls",
            path: `${pod.path}.securityContext.sysctls[${at}]`,
            message: `${name} is not allowed`,
          },
        ];
  });

/** Pod Security Standards, level baseline (Kubernetes v1.37). */
export const BASELINE_CHECKS: readonly Check[] = [
  hostProcess,
  hostNamespaces,
  privileged,
  capabilities,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  appArmor,
  seLinux,
  procMount,
  seccomp,
  sysctls,
];
