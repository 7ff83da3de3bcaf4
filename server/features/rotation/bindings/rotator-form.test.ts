import { expect, test } from "vitest";
import { ROTATOR_KINDS } from "../schema.ts";
import { rotatorForms } from "./rotator-form.ts";

const formOf = (kind: string) => rotatorForms().find((form) => form.kind === kind);
const pathsOf = (kind: string) => formOf(kind)?.fields.map(({ path }) => path);

test("every kind has a form", () => {
  expect(rotatorForms().map(({ kind }) => kind)).toEqual(ROTATOR_KINDS);
});

test("a form asks for what the schema takes, by where it stands", () => {
  expect(pathsOf("postgres-dual-user")).toEqual([
    "target.host",
    "target.port",
    "target.database",
    "target.tls",
    "activeRole",
    "standbyRole",
    "rotatorPath",
  ]);
  expect(formOf("postgres-dual-user")?.fields[1]).toEqual({
    path: "target.port",
    type: "number",
    isRequired: true,
    values: [],
    min: 1,
    max: 65_535,
  });
  expect(formOf("two-key-cloud")).toMatchObject({
    constants: [{ path: "provider.kind", value: "azure-storage" }],
  });
  expect(pathsOf("two-key-cloud")).toContain("provider.resourceGroup");
});

test("what may be left out is a group, with what stands for it", () => {
  expect(formOf("openbao-static-role")?.groups).toEqual([{ path: "login", absent: "null" }]);
  expect(formOf("openbao-dynamic")?.groups).toEqual([{ path: "target", absent: "null" }]);
  expect(formOf("realm-passwords")?.groups).toEqual([{ path: "admin", absent: "omitted" }]);
  expect(formOf("azure-key")?.fields).toContainEqual(
    expect.objectContaining({ path: "vault", isRequired: false }),
  );
});
