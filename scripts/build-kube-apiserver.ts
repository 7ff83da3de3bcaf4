import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * Builds `kube-apiserver` and `etcd` from their Go modules for `npm run test:kube-apiserver`, where no
 * release of them is at hand: `node scripts/build-kube-apiserver.ts <folder>`. Needs Go and about ten minutes.
 */
const KUBERNETES = "1.36.3";
const ETCD = "v3.6.8";

const target = process.argv[2];
if (!target) throw new Error("Name the folder to build into.");
const folder = mkdtempSync(join(tmpdir(), "kube-apiserver-build-"));
const go = (...args: string[]) =>
  execFileSync("go", args, {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod", GOWORK: "off" },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });

try {
  const module = JSON.parse(go("mod", "download", "-json", `k8s.io/kubernetes@v${KUBERNETES}`)) as {
    GoMod: string;
  };
  // Kubernetes takes its libraries from its own tree; as modules they have a version of their own.
  const libraries = [
    ...readFileSync(module.GoMod, "utf8").matchAll(/^\s*(k8s\.io\/\S+) => \.\//gm),
  ];
  const replaced = libraries.map(
    ([, name]) => `${name} => ${name} v${KUBERNETES.replace(/^1/, "0")}`,
  );
  writeFileSync(
    join(folder, "go.mod"),
    `module assets\n\ngo 1.26.0\n\nrequire (\n\tk8s.io/kubernetes v${KUBERNETES}\n\tgo.etcd.io/etcd/server/v3 ${ETCD}\n)\n\nreplace (\n\t${replaced.join("\n\t")}\n)\n`,
  );
  program(
    "kube-apiserver",
    ["k8s.io/component-base/cli", "k8s.io/kubernetes/cmd/kube-apiserver/app"],
    "os.Exit(cli.Run(app.NewAPIServerCommand()))",
  );
  program("etcd", ["go.etcd.io/etcd/server/v3/etcdmain"], "etcdmain.Main(os.Args)");
  go("mod", "tidy");
  mkdirSync(target, { recursive: true });
  const version = `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES}`;
  for (const name of ["etcd", "kube-apiserver"]) {
    go("build", "-ldflags", `-s -w ${version}`, "-o", join(resolve(target), name), `./${name}`);
  }
  process.stdout.write(`KUBEBUILDER_ASSETS=${resolve(target)} npm run test:kube-apiserver\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function program(name: string, imports: readonly string[], main: string): void {
  mkdirSync(join(folder, name));
  const lines = ["os", ...imports].map((each) => `\t"${each}"`).join("\n");
  writeFileSync(
    join(folder, name, "main.go"),
    `package main\n\nimport (\n${lines}\n)\n\nfunc main() { ${main} }\n`,
  );
}
