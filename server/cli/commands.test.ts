import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Command } from "./command.ts";
import { diffCommand } from "./commands/diff.ts";
import { logCheckProofCommand } from "./commands/log-check-proof.ts";
import { logVerifyCommand } from "./commands/log-verify.ts";
import { podSecurityCommand } from "./commands/pod-security.ts";
import { reachCommand } from "./commands/reach.ts";

const conformance = resolve(process.env.CONFORMANCE_DIR ?? "../shared/conformance");
const scratch = mkdtempSync(join(tmpdir(), "console-cli-"));
afterAll(() => rmSync(scratch, { recursive: true }));

async function run(command: Command, ...args: string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await command.run(args, {
    out: (line) => lines.push(line),
    err: (line) => errors.push(line),
  });
  return { code, lines, errors };
}

function file(name: string, content: unknown): string {
  const path = join(scratch, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("log commands", () => {
  const log = join(conformance, "tlog");

  it.skipIf(!existsSync(log))(
    "accepts and refuses every proof of CONFORMANCE_DIR/tlog as wantErr says",
    async () => {
      const files = ["inclusion", "consistency"].flatMap((kind) =>
        readdirSync(join(log, kind), { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith(".json"))
          .map((name) => join(log, kind, name)),
      );
      expect(files.length).toBeGreaterThan(50);
      for (const path of files) {
        const { wantErr } = JSON.parse(readFileSync(path, "utf8")) as { wantErr: boolean };
        expect([path, (await run(logCheckProofCommand, path)).code]).toEqual([
          path,
          wantErr ? 1 : 0,
        ]);
      }
    },
  );

  it.skipIf(!existsSync(log))(
    "verifies the log at every size, and names the entry that was altered",
    async () => {
      const tiles = join(scratch, "log");
      cpSync(join(log, "log"), tiles, { recursive: true });
      const verify = (size: number) =>
        run(
          logVerifyCommand,
          "--checkpoint",
          join(tiles, `checkpoint.${size}`),
          "--vkey",
          join(log, "log.vkey"),
          "--tiles",
          tiles,
        );
      for (let size = 0; size <= 15; size += 1)
        expect(await verify(size)).toMatchObject({ code: 0 });
      const bundle = join(tiles, "tile/entries/000.p/15");
      const bytes = readFileSync(bundle);
      bytes[2] = (bytes[2] ?? 0) ^ 1;
      writeFileSync(bundle, bytes);
      expect(await verify(15)).toMatchObject({
        code: 1,
        lines: ["altered: entry 0 is not the one that was sealed"],
      });
      const tile = join(tiles, "tile/0/000.p/15");
      writeFileSync(tile, readFileSync(tile).fill(7, 32, 64));
      expect((await verify(15)).lines.join("\n")).toMatch(/entry 1 is not.*signed is/s);
    },
  );

  it("names what is missing", async () => {
    await expect(run(logVerifyCommand)).rejects.toThrow("Name --checkpoint, --vkey and --tiles.");
    await expect(run(logCheckProofCommand, file("empty.json", {}))).rejects.toThrow(
      "neither an inclusion proof",
    );
  });
});

describe("cluster commands", () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "shop" },
    spec: { hostNetwork: true, containers: [] },
  };

  it("reach: prints edges, keeps going past a broken file, and cannot tell with a broken policy", async () => {
    const policy = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "bad", namespace: "shop" },
      spec: { podSelector: {}, ingress: [{ ports: [{ port: 99_999 }] }] },
    };
    const good = await run(reachCommand, file("pod.json", pod));
    expect(good).toMatchObject({
      code: 0,
      lines: [
        "0.0.0.0-255.255.255.255[External] => shop/p[Pod] : All Connections",
        "shop/p[Pod] => 0.0.0.0-255.255.255.255[External] : All Connections",
      ],
    });
    const bad = await run(
      reachCommand,
      file("policy.yaml", `${JSON.stringify(policy)}\n---\n${JSON.stringify(pod)}\n---\na: [\n`),
    );
    expect(bad.code).toBe(2);
    expect(bad.errors[0]).toMatch(/policy\.yaml:6: /);
    expect(bad.errors[1]).toContain(
      "NetworkPolicy shop/bad: spec.ingress[0].ports: 99999 is not a port",
    );
  });

  it("reach: what policies with tiers leave open is unknown, not an edge", async () => {
    const tier = (name: string, action: string) =>
      JSON.stringify({
        apiVersion: "policy.networking.k8s.io/v1alpha1",
        kind: "AdminNetworkPolicy",
        metadata: { name },
        spec: {
          priority: 5,
          subject: { namespaces: {} },
          ingress: [{ action, from: [{ namespaces: {} }] }],
        },
      });
    const other = (name: string) =>
      JSON.stringify({ ...pod, metadata: { name, namespace: "shop" }, spec: { containers: [] } });
    const path = file(
      "tiers.yaml",
      [tier("open", "Allow"), tier("shut", "Deny"), other("a"), other("b")].join("\n---\n"),
    );
    const { code, lines, errors } = await run(reachCommand, path);
    expect(code).toBe(2);
    expect(lines.filter((line) => line.includes("shop/a[Pod] => shop/b[Pod]"))).toEqual([]);
    expect(errors).toContain(
      "AdminNetworkPolicy open and AdminNetworkPolicy shut have the same priority and disagree: which one decides is not defined",
    );
    expect(errors).toContain("unknown: shop/a[Pod] => shop/b[Pod] : All Connections");
    expect(JSON.parse((await run(reachCommand, path, "--json")).lines.join("\n"))).toMatchObject({
      unknown: expect.arrayContaining(["shop/b[Pod] => shop/a[Pod] : All Connections"]),
    });
  });

  it("pod-security: 0 fine, 1 findings with their path, 2 when there is nothing to check", async () => {
    expect(
      await run(podSecurityCommand, "--level", "baseline", file("host.json", pod)),
    ).toMatchObject({
      code: 1,
      lines: ["Pod shop/p: spec.hostNetwork: must not be true (hostNamespaces)"],
    });
    expect(
      (
        await run(
          podSecurityCommand,
          "--level",
          "baseline",
          file("fine.json", { ...pod, spec: { containers: [] } }),
        )
      ).code,
    ).toBe(0);
    expect(
      (
        await run(
          podSecurityCommand,
          "--level",
          "baseline",
          file("service.json", { ...pod, kind: "Service" }),
        )
      ).code,
    ).toBe(2);
    await expect(run(podSecurityCommand, "--level", "strict", "x")).rejects.toThrow(
      "--level must be baseline, restricted, hardened.",
    );
  });

  it("diff: 0 in sync, 1 drifted, 2 cannot tell", async () => {
    const desired = file("desired.json", pod);
    const moved = file("moved.json", { ...pod, spec: { hostNetwork: false, containers: [] } });
    expect(
      (await run(diffCommand, "--desired", desired, "--live", file("same.json", pod))).code,
    ).toBe(0);
    expect(await run(diffCommand, "--desired", desired, "--live", moved)).toMatchObject({
      code: 1,
      lines: ["Pod shop/p: drifted", "  /spec/hostNetwork changed: desired true, live false"],
    });
    expect(
      (
        await run(
          diffCommand,
          "--desired",
          desired,
          "--live",
          file("other.json", { ...pod, kind: "Secret" }),
        )
      ).code,
    ).toBe(2);
  });
});
