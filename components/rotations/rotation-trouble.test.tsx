import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { HOLD_CODES } from "#server/engines/rotation/revocation-gate.ts";
import arabic from "../../messages/ar/trouble.json" with { type: "json" };
import english from "../../messages/en/trouble.json" with { type: "json" };
import { RotationTrouble } from "./rotation-trouble.tsx";

const SERVER = join(import.meta.dirname, "../../server");
const textOf = (path: string) => readFileSync(join(SERVER, path), "utf8");

/** Every code that a rotator or a hold gives. */
function codes(): string[] {
  const worker = readdirSync(join(SERVER, "worker/rotation"), {
    recursive: true,
    encoding: "utf8",
  })
    .filter((name) => name.endsWith(".ts") && !/test|fake/.test(name))
    .map((name) => textOf(`worker/rotation/${name}`))
    .join("\n");
  const given = [
    ...worker.matchAll(/\b(?:refused|unknown|orphaned)\(\s*"([a-z_]+)"/g),
    ...worker.matchAll(/\berrorCode: "([a-z_]+)"/g),
  ].map(([, code = ""]) => code);
  const failures = [
    ["vault", "integrations/openbao/openbao-error.ts", /OPENBAO_FAILURES = ([^;]+);/],
    ["keycloak", "integrations/keycloak-admin/keycloak-admin-error.ts", /Failure =([^;]+);/],
    ["key_vault", "integrations/azure-key-vault/key-vault-error.ts", /Failure =([^;]+);/],
    ["azure_storage", "integrations/azure-storage/azure-storage-error.ts", /Failure =([^;]+);/],
  ] as const;
  const outside = failures.flatMap(([store, path, list]) =>
    [...(list.exec(textOf(path))?.[1] ?? "").matchAll(/"([a-z_]+)"/g)].map(
      ([, failure]) => `${store}_${failure}`,
    ),
  );
  return [...new Set([...HOLD_CODES, ...given, ...outside])];
}

test("what goes wrong in a rotation has words in each language, and so has what to do", () => {
  const all = codes();
  expect(all.length).toBeGreaterThan(60);
  for (const code of all) {
    for (const part of ["what", "do"] as const) {
      expect((english[part] as Record<string, string>)[code], `${part}.${code}`).toBeDefined();
      expect((arabic[part] as Record<string, string>)[code], `${part}.${code}`).toMatch(
        /\p{Script=Arabic}/u,
      );
    }
  }
});

test("what was said at the time is a quotation in a sentence of the reader's language", () => {
  const shown = renderToStaticMarkup(
    <NextIntlClientProvider locale="ar" messages={{ trouble: arabic }} timeZone="UTC">
      <RotationTrouble code="key_missing" text="There is no key k1." />
    </NextIntlClientProvider>,
  );
  expect(shown).toContain(arabic.what.key_missing);
  expect(shown).toContain("ما قيل: «\u2068There is no key k1.\u2069»");
});
