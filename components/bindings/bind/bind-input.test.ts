import { expect, test } from "vitest";
import { rotatorForms } from "#server/features/rotation/bindings/rotator-form.ts";
import { BindSecretInput, Rotator } from "#server/features/rotation/schema.ts";
import { faultsOf, inputOf, rotatorOf } from "./bind-input.ts";
import { type BindValues, KIND_FACTS, USUAL } from "./kind-facts.ts";

const forms = rotatorForms();
const formOf = (kind: string) => {
  const form = forms.find((each) => each.kind === kind);
  if (!form) throw new Error(kind);
  return form;
};
const BASE = {
  ...USUAL,
  name: "orders",
  owner: "team",
  path: "acme/prod/orders",
  class: "api-token",
  environment: "prod",
};
/** What a person writes for each kind, without `rotator.`. */
const WRITTEN: Record<string, BindValues> = {
  "postgres-dual-user": {
    "target.host": "db.test",
    "target.database": "orders",
    activeRole: "a",
    standbyRole: "b",
    rotatorPath: "acme/rotators/orders",
  },
  "kv-generated": { keep: "url, user" },
  "openbao-transit": { mount: "transit", key: "acme-orders" },
  "azure-key": { vault: "acme-vault", key: "orders" },
  "azure-secret": { vault: "acme-vault", secret: "orders" },
  "openbao-static-role": { mount: "database", role: "acme.orders" },
  "openbao-dynamic": { mount: "database", role: "acme.orders", workload: "orders" },
  "keycloak-client-secret": {
    url: "https://id.test",
    realm: "acme",
    clientId: "shop",
    accountPath: "acme/rotators/id",
  },
  "openbao-pki-root": { mount: "pki", commonName: "Acme root", role: "probe", probeName: "p.test" },
  "openbao-pki-intermediate": {
    mount: "pki-int",
    rootMount: "pki",
    commonName: "Acme",
    role: "probe",
    probeName: "p.test",
  },
  "two-key-cloud": {
    "provider.subscription": "01234567-89ab-cdef-0123-456789abcdef",
    "provider.resourceGroup": "shop",
    "provider.account": "acmeshop",
  },
  manual: { instructions: "Ask the bank for another token, then enter it." },
  "cert-manager": { namespace: "shop", certificate: "shop-tls" },
  "certificate-file": { file: "shop/tls.pem" },
  "spiffe-svid": { file: "shop/svid.pem", spiffeId: "spiffe://acme/ns/shop" },
  "realm-passwords": { realm: "acme" },
  none: { missing: "the partner changes it" },
};
const valuesOf = (kind: string, more: BindValues = {}): BindValues => ({
  ...BASE,
  class: KIND_FACTS[kind]?.class ?? "",
  ...Object.fromEntries(
    Object.entries(WRITTEN[kind] ?? {}).map(([path, value]) => [`rotator.${path}`, value]),
  ),
  ...more,
});

test.each(forms.map(({ kind }) => kind))(
  "%s: what the form says is what the verb takes",
  (kind) => {
    const form = formOf(kind);
    expect([...faultsOf(form, valuesOf(kind))]).toEqual([]);
    const input = inputOf(form, valuesOf(kind));
    expect(BindSecretInput.parse(input)).toMatchObject({ class: KIND_FACTS[kind]?.class });
    expect(Rotator.parse(input.rotator)).toEqual(input.rotator);
  },
);

test.each(forms.map(({ kind }) => kind))(
  "%s: every field that is missing is named at once",
  (kind) => {
    const form = formOf(kind);
    const texts = form.fields.filter(({ type, isRequired }) => isRequired && type.endsWith("text"));
    const within = texts.filter(
      ({ path }) => !form.groups.some((g) => path.startsWith(`${g.path}.`)),
    );
    const empty = { class: "api-token", environment: "prod", "rotator.field": "" };
    const faults = faultsOf(form, empty);
    expect(faults.get("name")).toBe("missing");
    for (const { path } of within) expect(faults.get(`rotator.${path}`)).toBe("missing");
  },
);

test("a part that is left out is what the verb takes for nothing; one that is given is whole", () => {
  const form = formOf("openbao-static-role");
  expect(rotatorOf(form, valuesOf("openbao-static-role"))).toMatchObject({ login: null });
  const login = {
    "in:login": "true",
    "rotator.login.target.host": "db.test",
    "rotator.login.target.database": "orders",
    "rotator.login.evidencePath": "acme/prod/orders.evidence",
  };
  expect(rotatorOf(form, valuesOf("openbao-static-role", login))).toMatchObject({
    login: {
      target: { host: "db.test", port: 5432, database: "orders", tls: "verify-full" },
      evidencePath: "acme/prod/orders.evidence",
    },
  });
  expect(rotatorOf(formOf("realm-passwords"), valuesOf("realm-passwords"))).toEqual({
    kind: "realm-passwords",
    realm: "acme",
  });
});

test.each([
  ["rotator.bytes", "12", "number"],
  ["rotator.bytes", "many", "number"],
  ["graceSeconds", "a while", "duration"],
])("%s of %s is a fault", (field, text, fault) => {
  const values = valuesOf("kv-generated", { [field]: text });
  expect([...faultsOf(formOf("kv-generated"), values)]).toEqual([[field, fault]]);
});
