import type { EnvironmentPolicySpec } from "#server/features/deployments/schema.ts";

export type SupplyChain = NonNullable<EnvironmentPolicySpec["supplyChain"]>;

export const NO_SUPPLY_CHAIN: SupplyChain = {
  signers: [],
  keys: [],
  builders: [],
  sources: [],
  vulnerabilities: null,
  requiresSbom: false,
};

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first);

/** One signer a line: its issuer, then its name. */
export const signersText = (signers: SupplyChain["signers"]) =>
  signers.map(({ issuer, subject }) => `${issuer} ${subject}`).join("\n");
export const signersIn = (text: string): SupplyChain["signers"] =>
  linesOf(text).map(([issuer = "", ...subject]) => ({ issuer, subject: subject.join(" ") }));

/** One builder a line: its level, then its id. What is no level is 2, the least. */
export const buildersText = (builders: SupplyChain["builders"]) =>
  builders.map(({ id, level }) => `${level} ${id}`).join("\n");
export const buildersIn = (text: string): SupplyChain["builders"] =>
  linesOf(text).map(([first = "", ...rest]) =>
    first === "2" || first === "3"
      ? { level: first === "3" ? 3 : 2, id: rest.join(" ") }
      : { level: 2, id: [first, ...rest].join(" ") },
  );

/** One source a line: the service (or * for any), the repository, and the ref if it matters. */
export const sourcesText = (sources: SupplyChain["sources"]) =>
  sources
    .map(({ service, repository, ref }) => [service ?? "*", repository, ref ?? ""].join(" ").trim())
    .join("\n");
export const sourcesIn = (text: string): SupplyChain["sources"] =>
  linesOf(text).map(([service = "", repository = "", ref]) => ({
    service: service === "*" ? null : service,
    repository,
    ref: ref ?? null,
  }));

const KEY = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g;

/** Keys in PEM, each below a line with its name. */
export const keysText = (keys: SupplyChain["keys"]) =>
  keys.map(({ name, publicKey }) => `${name}\n${publicKey.trim()}`).join("\n");
export function keysIn(text: string): SupplyChain["keys"] {
  let from = 0;
  return [...text.matchAll(KEY)].map((match, at) => {
    const above = text.slice(from, match.index).trim().split("\n").at(-1)?.trim();
    from = match.index + match[0].length;
    return { name: above || `key-${at + 1}`, publicKey: match[0] };
  });
}
