import { spawnSync } from "node:child_process";

/**
 * Runs the contract of the Kubernetes API against a real kube-apiserver, when `KUBEBUILDER_ASSETS` names a
 * folder with `kube-apiserver` and `etcd`; says that it is skipped otherwise.
 */
if (!process.env.KUBEBUILDER_ASSETS) {
  process.stdout.write(
    "Skipped: no test ran against a real kube-apiserver. Set KUBEBUILDER_ASSETS to a folder with kube-apiserver and etcd (docs/clusters.md).\n",
  );
} else {
  const args = [
    "run",
    "--config",
    "test/contract/kubernetes-api/vitest.config.ts",
    ...process.argv.slice(2),
  ];
  const { status } = spawnSync("vitest", args, { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
