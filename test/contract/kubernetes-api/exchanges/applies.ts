import { APPLY, applied, DEPLOYMENTS, deployment, type Exchange, MAPS, map } from "./exchange.ts";

/** Server-side apply, who owns which field, and conflicts. */
export const APPLIES: readonly Exchange[] = [
  applied("apply makes it", "first", map("two", { a: "1", b: "2" }), `${MAPS}/two`),
  applied("apply again changes nothing", "first", map("two", { a: "1", b: "2" }), `${MAPS}/two`),
  applied(
    "apply what another owns, with the same value",
    "second",
    map("two", { a: "1" }),
    `${MAPS}/two`,
  ),
  applied("apply against another's value", "second", map("two", { a: "9", b: "8" }), `${MAPS}/two`),
  applied("apply by force in a dry run", "second", map("two", { a: "9" }), `${MAPS}/two`, {
    force: "true",
    dryRun: "All",
  }),
  { name: "the dry run wrote nothing", path: `${MAPS}/two` },
  applied("apply by force", "second", map("two", { a: "9" }), `${MAPS}/two`, { force: "true" }),
  applied("what is no longer applied goes", "first", map("two", {}), `${MAPS}/two`),
  {
    name: "apply without a manager",
    method: "PATCH",
    path: `${MAPS}/two`,
    contentType: APPLY,
    body: map("two", {}),
  },
  {
    name: "update what is applied",
    method: "PATCH",
    path: `${MAPS}/two`,
    query: { fieldManager: "person" },
    contentType: "application/merge-patch+json",
    body: { data: { a: "by hand" } },
  },
  applied("apply over a person's change", "second", map("two", { a: "9" }), `${MAPS}/two`),
  {
    name: "a deployment",
    method: "POST",
    path: DEPLOYMENTS,
    query: { fieldManager: "kubectl-create" },
    body: deployment({ image: "shop:1", env: [{ name: "A", value: "1" }] }, { replicas: 2 }),
  },
  applied(
    "apply into a list of containers",
    "console",
    deployment({
      image: "shop:1",
      env: [{ name: "B", value: "2" }],
      ports: [{ containerPort: 80 }, { containerPort: 80, protocol: "UDP" }],
    }),
    `${DEPLOYMENTS}/shop`,
  ),
  applied(
    "a conflict within a list",
    "console",
    deployment({ image: "shop:2" }, { replicas: 3 }),
    `${DEPLOYMENTS}/shop`,
  ),
  applied(
    "by force within a list",
    "console",
    deployment({ image: "shop:2", ports: [{ containerPort: 80 }] }, { replicas: 3 }),
    `${DEPLOYMENTS}/shop`,
    { force: "true" },
  ),
  {
    name: "strategic merge",
    method: "PATCH",
    path: `${DEPLOYMENTS}/shop`,
    query: { fieldManager: "person" },
    contentType: "application/strategic-merge-patch+json",
    body: {
      spec: {
        template: {
          spec: {
            containers: [
              { name: "app", image: "shop:3" },
              { name: "side", image: "side:1" },
            ],
          },
        },
      },
    },
  },
  {
    name: "the status alone",
    method: "PATCH",
    path: `${DEPLOYMENTS}/shop/status`,
    query: { fieldManager: "controller" },
    contentType: "application/merge-patch+json",
    body: { spec: { replicas: 9 }, status: { replicas: 3, observedGeneration: 1 } },
  },
];
