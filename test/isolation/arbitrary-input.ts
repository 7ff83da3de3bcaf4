import fc from "fast-check";
import { ENTITY_KINDS, entityKindOf } from "#server/platform/entity-id.ts";
import { WALK_GLASS } from "./seed-access.ts";
import { WALK_REGISTRY } from "./seed-deployments.ts";
import { WALK_GROUP } from "./seed-drift.ts";
import { WALK_OFFER } from "./seed-elevation.ts";
import { WALK_ERASURE, WALK_HOLD } from "./seed-retention.ts";
import { WALK_LOG_KEY } from "./seed-step-up.ts";
import { WALK_LEAVER, WALK_RECIPIENT, walkPlan } from "./seed-tenant-life.ts";
import { CursorSlot, FormSlot, IdSlot, type IdSource, ReferenceSlot, TextSlot } from "./slots.ts";

/** What zod keeps of a schema: the public `_zod.def` of zod 4. */
interface Schema {
  _zod: { def: Definition };
}
interface Check {
  _zod: {
    def: {
      check: string;
      minimum?: number;
      maximum?: number;
      value?: number | bigint;
      inclusive?: boolean;
      format?: string;
      pattern?: RegExp;
    };
  };
}
interface Definition {
  type: string;
  format?: string;
  pattern?: RegExp;
  checks?: Check[];
  shape?: Record<string, Schema>;
  innerType?: Schema;
  element?: Schema;
  items?: Schema[];
  options?: Schema[];
  left?: Schema;
  right?: Schema;
  in?: Schema;
  out?: Schema;
  keyType?: Schema;
  valueType?: Schema;
  entries?: Record<string, string | number>;
  values?: unknown[];
  getter?: () => Schema;
}

const source: fc.Arbitrary<IdSource> = fc.constantFrom("own", "own", "foreign", "absent");

/**
 * A generator of inputs for a zod 4 schema. Ids marked by `entityId` become slots; a uuid without
 * that mark throws, since nobody could then swap it, and so does a kind of schema it doesn't know.
 * Refinements are not understood: some inputs will be refused as invalid, and that is a call as well.
 */
export function arbitraryInput(schema: unknown, path = "input", depth = 0): fc.Arbitrary<unknown> {
  const typed = schema as Schema;
  // Any policy would do, but hardly one at random: it must be one that somebody can satisfy.
  if (/saveEnvironmentPolicy\.policy$/.test(path)) return arbitraryEnvironmentPolicy;
  if (/whatIf\.environment\.policy$/.test(path)) return arbitraryEnvironmentPolicy;
  if (/elevation\.savePolicy\.policy$/.test(path)) return arbitraryOffer;
  if (/(elevation\.savePolicy|saveEnvironmentPolicy)\.basedOn$/.test(path)) return fc.constant(1);
  // A file that can be read; what it proves is not found here.
  if (/attachEvidence\.kind$/.test(path)) return fc.constant("attestation");
  if (/attachEvidence\.body$/.test(path))
    return fc.constant(JSON.stringify({ Payload: "e30=", Base64Signature: "AA==" }));
  // A factor can be given beforehand only for what is known beforehand.
  if (/breakGlass\.activate\.principalId$/.test(path))
    return source.map((from) => new IdSlot("break-glass principal", from, 0));
  if (/breakGlass\.(activate|prepare)\.minutes$/.test(path)) return fc.constant(WALK_GLASS.minutes);
  if (/breakGlass\.(activate|prepare)\.reason$/.test(path)) return fc.constant(WALK_GLASS.reason);
  if (/retention\.rotateLogKey\.overlapDays$/.test(path))
    return fc.constant(WALK_LOG_KEY.overlapDays);
  if (/retention\.rotateLogKey\.compromised$/.test(path))
    return fc.constant(WALK_LOG_KEY.compromised);
  if (/retention\.rotateLogKey\.reason$/.test(path)) return fc.constant(WALK_LOG_KEY.reason);
  if (/drift\.saveIgnoreRule\.basedOn$/.test(path)) return fc.constantFrom(0, 1);
  if (/remediation\.savePolicy\.basedOn$/.test(path)) return fc.constantFrom(0, 1);
  if (/remediation\.savePolicy\.spec\.mode$/.test(path)) return fc.constant("review");
  if (/remediation\.savePolicy\.spec\.safeKinds$/.test(path)) return fc.constant([]);
  if (/accessReviews\.savePolicy\.basedOn$/.test(path)) return fc.constant(1);
  if (/accessReviews\.savePolicy\.remindAfterDays$/.test(path)) return fc.constant([1]);
  // Somebody of whom a role is known.
  if (/rights\.of\.issuer$/.test(path))
    return fc.constant(new FormSlot("https://%canary%.example/realms/one"));
  if (/rights\.of\.subject$/.test(path)) return fc.constant(new FormSlot("%canary%"));
  // A workload that has leases, and as many as it has.
  if (/leases\.revokeWorkload\.workload$/.test(path))
    return fc.constant(new FormSlot("%canary% jobs"));
  if (/leases\.revokeWorkload\.expectedCount$/.test(path)) return fc.constantFrom(1, 2, 3);
  if (/^onboarding\.(preview|onboard)\.plan$/.test(path)) return fc.nat(1_000_000).map(walkPlan);
  if (/^onboarding\.offboard\.(slug|confirmSlug)$/.test(path)) return fc.constant(WALK_LEAVER);
  if (/^onboarding\.offboard\.recipientKey$/.test(path)) return fc.constant(WALK_RECIPIENT);
  if (/^onboarding\.exportChunk\.chunkNo$/.test(path)) return fc.constant(0);
  // A receiver that the installation may call, and the revision that its sinks have at first.
  if (/^delivery\.(saveSink|askCheck)\.config$/.test(path))
    return fc.constant({
      kind: "webhook",
      url: new FormSlot("https://sinks.example.com/%canary%"),
    });
  if (/^delivery\.saveSink\.revision$/.test(path)) return fc.constant(1);
  if (/^delivery\.saveSink\.masking$/.test(path)) return fc.constant([]);
  if (/^delivery\.(saveSink|beginBackfill)\.query$/.test(path))
    return fc.constantFrom("", "outcome:denied");
  if (/^retention\.(requestErasure|erasurePreview)\.selection$/.test(path))
    return fc.constant(WALK_ERASURE);
  if (/^retention\.placeHold\.scope$/.test(path)) return fc.constant(WALK_HOLD);
  const entity = entityKindOf(schema as never);
  if (entity)
    return fc.tuple(source, fc.nat()).map(([from, pick]) => new IdSlot(entity, from, pick));
  const { def } = typed._zod;
  const into = (inner: Schema | undefined, step = "") =>
    arbitraryInput(inner, `${path}${step}`, depth + 1);
  const need = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error(`${path}: a zod ${def.type} without what it needs`);
    return value;
  };
  switch (def.type) {
    case "string":
      return arbitraryText(def, path);
    case "number":
    case "int":
      return arbitraryNumber(def);
    case "bigint":
      return fc.bigInt({ min: 0n, max: 1_000n });
    case "boolean":
      // One that is out of use takes neither tokens nor namespaces.
      return path === "admission.saveCluster.isRetired" ? fc.constant(false) : fc.boolean();
    case "date":
      return fc.date({
        min: new Date("2020-01-01"),
        max: new Date("2035-01-01"),
        noInvalidDate: true,
      });
    case "null":
      return fc.constant(null);
    case "undefined":
    case "void":
      return fc.constant(undefined);
    case "enum":
      return fc.constantFrom(...Object.values(need(def.entries)));
    case "literal":
      return fc.constantFrom(...need(def.values));
    case "any":
    case "unknown":
      return fc.jsonValue({ maxDepth: 2 });
    case "optional":
    case "exactOptional":
      return fc.option(into(def.innerType), { nil: undefined, freq: 2 });
    case "nullable":
      return fc.option(into(def.innerType), { nil: null, freq: 3 });
    case "default":
    case "prefault":
      return fc.option(into(def.innerType), { nil: undefined, freq: 2 });
    case "nonoptional":
    case "readonly":
    case "catch":
      return into(def.innerType);
    case "pipe":
      return into(def.in);
    case "lazy":
      return depth > 6 ? fc.constant(null) : into(need(def.getter)());
    case "object": {
      const entries = Object.entries(need(def.shape)).map(
        ([key, inner]) =>
          [
            key,
            key === "cursor" ? arbitraryCursor(inner, `${path}.${key}`) : into(inner, `.${key}`),
          ] as const,
      );
      return fc.record(Object.fromEntries(entries));
    }
    case "array": {
      const { min, max } = bounds(def, 0, 5);
      return fc.array(into(def.element, "[]"), {
        minLength: min,
        maxLength: Math.min(max, min + 4),
      });
    }
    case "tuple":
      return fc.tuple(...need(def.items).map((item, at) => into(item, `[${at}]`)));
    case "union":
      return fc.oneof(...need(def.options).map((option) => into(option)));
    case "intersection":
      return fc
        .tuple(into(def.left), into(def.right))
        .map(([left, right]) => ({ ...(left as object), ...(right as object) }));
    case "record":
      return fc.dictionary(
        fc.stringMatching(/^[a-z][a-zA-Z]{0,9}$/),
        depth > 6 ? fc.constant(1) : into(def.valueType, "{}"),
        { maxKeys: 3 },
      );
    default:
      throw new Error(
        `${path}: cannot generate a zod ${def.type}. Teach test/isolation/arbitrary-input.ts.`,
      );
  }
}

/** Cursors that are ids are slots already; opaque ones come from pages seen before. */
function arbitraryCursor(schema: Schema, path: string): fc.Arbitrary<unknown> {
  const inner = arbitraryInput(schema, path);
  if (isMarked(schema)) return inner;
  const seen = fc.tuple(source, fc.nat()).map(([from, pick]) => new CursorSlot(from, pick));
  return fc.oneof(fc.constant(undefined), seen, inner);
}

function isMarked(schema: Schema): boolean {
  if (entityKindOf(schema as never)) return true;
  const { innerType } = schema._zod.def;
  return innerType !== undefined && isMarked(innerType);
}

const checksOf = (def: Definition) => (def.checks ?? []).map((check) => check._zod.def);

function bounds(def: Definition, least: number, most: number): { min: number; max: number } {
  let [min, max] = [least, most];
  for (const check of checksOf(def)) {
    if (check.check === "min_length" || check.check === "length_equals") min = check.minimum ?? min;
    if (check.check === "max_length") max = check.maximum ?? max;
  }
  return { min, max: Math.max(min, max) };
}

function arbitraryText(def: Definition, path: string): fc.Arbitrary<unknown> {
  const formats = [def, ...checksOf(def)].map((each) => each.format);
  if (formats.some((format) => format === "uuid" || format === "guid")) {
    throw new Error(
      `${path}: a uuid that is not declared with entityId(kind): nobody can swap it.`,
    );
  }
  const { min, max } = bounds(def, 0, 60);
  if (/\.yaml$/.test(path))
    return fc.oneof(
      /^bindings\./.test(path) ? arbitraryBinding : arbitraryPolicy,
      fc.string().map((text) => new TextSlot(text, 60)),
    );
  // A reference lies below the caller's own prefix of the store.
  if (/^bindings\.bind\.path$/.test(path))
    return fc.nat(1_000_000).map((number) => new FormSlot(`%tenant%/prod/%canary%-${number}`));
  if (/\.images\[\]$/.test(path)) return arbitraryImage;
  // The one tenant that a change across tenants may touch here is the Sovereign that makes it.
  if (/setTenantLabels\.tenantId$/.test(path)) return fc.constant(process.env.SOVEREIGN);
  // So may its register of rotation targets, by their names.
  if (/^rotationTargets\.\w+\.name$/.test(path)) return fc.constant("isolation-target");
  if (/^admission\.\w+\.cluster$/.test(path)) return fc.constant("isolation-cluster");
  if (/^drift\.\w+\.groupId$/.test(path)) return fc.constant(WALK_GROUP);
  const pattern = checksOf(def).find((check) => check.pattern)?.pattern ?? def.pattern;
  if (pattern) {
    const fitting = fc.stringMatching(pattern);
    // A text of the form kind/id may name a record without being an id field.
    const reference = fc
      .tuple(fc.constantFrom(...ENTITY_KINDS), source, fc.nat())
      .map(([kind, from, pick]) => new ReferenceSlot(new IdSlot(kind, from, pick)));
    return pattern.test("secret-binding/0") ? fc.oneof(fitting, reference) : fitting;
  }
  if (/(url|\.link)$/i.test(path)) {
    return fc.nat(1_000_000).map((number) => `https://hooks-${number}.example.com/receive`);
  }
  return fc
    .string({ minLength: Math.max(min, 12), maxLength: Math.max(min, 40) })
    .map((text) => new TextSlot(text, Math.max(max, 60)));
}

/** An image by digest, below the registry that every environment of the walk trusts. */
const arbitraryImage = fc
  .tuple(fc.nat(1_000_000), fc.stringMatching(/^[0-9a-f]{64}$/))
  .map(([number, digest]) => `${WALK_REGISTRY}/image-${number}@sha256:${digest}`);

const arbitraryEnvironmentPolicy = fc.integer({ min: 1, max: 5 }).map((count) => ({
  groups: [{ role: "sovereign-admin", count }],
  trustedRegistries: [WALK_REGISTRY],
}));

const arbitraryOffer = fc
  .integer({ min: 300, max: 900 })
  .map((expirySeconds) => ({ ...WALK_OFFER, expirySeconds }));

/** A valid SecretPolicy of a name that is hardly there yet. */
const arbitraryPolicy = fc.nat(1_000_000).map(
  (number) =>
    new FormSlot(`# %canary%
apiVersion: catalyst.openova.io/v1alpha1
kind: SecretPolicy
metadata:
  name: %canary%-${number}
spec:
  rules:
    - kind: api-token
      maxTTL: ${(number % 90) + 1}d
`),
);

/** A valid SecretBinding of a path that is hardly bound yet. */
const arbitraryBinding = fc.nat(1_000_000).map(
  (number) =>
    new FormSlot(`# %canary%
apiVersion: catalyst.openova.io/v1alpha1
kind: SecretBinding
metadata: { name: "%canary% ${number}" }
spec:
  class: api-token
  environment: prod
  owner: "%canary%"
  path: "%tenant%/prod/%canary%-import-${number}"
  rotator: { kind: none, missing: "%canary%" }
`),
);

function arbitraryNumber(def: Definition): fc.Arbitrary<number> {
  let [min, max] = [-1_000, 1_000];
  for (const check of checksOf(def)) {
    if (check.check === "greater_than") {
      min = Number(check.value) + (check.inclusive ? 0 : 1);
      max = Math.max(max, min + 1_000);
    }
    if (check.check === "less_than") max = Number(check.value) - (check.inclusive ? 0 : 1);
  }
  return fc.integer({ min: Math.min(min, max), max });
}
