import fc from "fast-check";
import { expect, test } from "vitest";
import { type AdmissionRequest, readAdmissionReview } from "./admission-review.ts";
import { namedImages } from "./container-images.ts";
import {
  admissionResponse,
  judgeAdmission,
  type NamespacePlace,
  questionOf,
} from "./judge-admission.ts";

const sha = (digit: string) => `sha256:${digit.repeat(64)}`;
const GOOD = `registry.example/bank/checkout:1@${sha("a")}`;
const BAD = `registry.example/bank/checkout:2@${sha("b")}`;
const APPROVED = new Map([[sha("a"), ["registry.example/bank/checkout"]]]);
const OWNED: NamespacePlace = {
  rule: "owned",
  tenant: "acme-shop",
  environment: "prod",
  service: null,
};
type Spec = Record<string, unknown>;
const running = (image: string): Spec => ({ containers: [{ name: "web", image }] });
const pod = (image: string) => ({ spec: running(image) });
const inTemplate = (spec: Spec) => ({ spec: { template: { spec } } });

function asked(over: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    uid: "u-1",
    operation: "CREATE",
    kind: "Pod",
    subResource: "",
    namespace: "shop",
    name: "web",
    isDryRun: false,
    username: "system:admin",
    object: pod(GOOD),
    oldObject: null,
    ...over,
  };
}
const judge = (over: Partial<AdmissionRequest>, place: NamespacePlace | null = OWNED) => {
  const request = asked(over);
  return judgeAdmission(request, questionOf(request), place, APPROVED, "https://console.example");
};

const SHAPES: Record<string, (spec: Spec) => unknown> = {
  Pod: (spec) => ({ spec }),
  PodTemplate: (spec) => ({ template: { spec } }),
  Deployment: inTemplate,
  StatefulSet: inTemplate,
  DaemonSet: inTemplate,
  ReplicaSet: inTemplate,
  ReplicationController: inTemplate,
  Job: inTemplate,
  CronJob: (spec) => ({ spec: { jobTemplate: inTemplate(spec) } }),
};

test.each(Object.entries(SHAPES))("%s: its image is found, and judged", (kind, shape) => {
  expect(judge({ kind, object: shape(running(GOOD)) })).toMatchObject({
    isAllowed: true,
    warnings: [],
  });
  expect(judge({ kind, object: shape(running(BAD)) })).toMatchObject({
    isAllowed: false,
    code: "image-not-approved",
    message: expect.stringContaining(
      `container "web": the image ${BAD} is not approved for prod of acme-shop`,
    ),
  });
});

test.each(["initContainers", "ephemeralContainers"])("one bad image in %s is enough", (field) => {
  const object = { spec: { ...running(GOOD), [field]: [{ name: "debug", image: BAD }] } };
  expect(judge({ object, subResource: "ephemeralcontainers" })).toMatchObject({
    isAllowed: false,
    message: expect.stringContaining('container "debug"'),
  });
});

test("an image that is mounted counts like one that is run", () => {
  const object = {
    spec: { ...running(GOOD), volumes: [{ name: "m", image: { reference: BAD } }] },
  };
  expect(judge({ object })).toMatchObject({ isAllowed: false });
});

test.each([
  ["registry.example/bank/checkout:1", "not named by a sha256 digest"],
  ["checkout", "not named by a sha256 digest"],
  [`registry.example/x@sha512:${"a".repeat(128)}`, "not named by a sha256 digest"],
  [`registry.example/x@${sha("A")}`, "not named by a sha256 digest"],
  [`registry.example/x@${sha("b")}@${sha("a")}`, "not named by a sha256 digest"],
  ["", "names no image"],
])("%s is refused, in words", (image, words) => {
  expect(judge({ object: pod(image) })).toMatchObject({
    isAllowed: false,
    message: expect.stringContaining(words),
  });
});

test("an update judges what is new, and warns of what is no longer approved", () => {
  const update = { operation: "UPDATE", oldObject: pod(BAD) };
  expect(judge({ ...update, object: pod(BAD) })).toEqual({
    isAllowed: true,
    why: "no-new-image",
    warnings: [expect.stringContaining("a new pod would not start")],
  });
  expect(judge({ ...update, object: pod(GOOD) })).toMatchObject({ isAllowed: true });
  expect(judge({ ...update, oldObject: pod(GOOD), object: pod(BAD) })).toMatchObject({
    isAllowed: false,
  });
  // The same image in another container is a new image there.
  const more = {
    spec: {
      containers: [
        { name: "web", image: BAD },
        { name: "two", image: BAD },
      ],
    },
  };
  expect(judge({ ...update, object: more })).toMatchObject({ isAllowed: false });
});

test("what is not known is refused; an exemption and a deletion are not judged", () => {
  expect(judge({}, null)).toMatchObject({ isAllowed: false, code: "unknown-namespace" });
  expect(judge({ namespace: "" })).toMatchObject({ code: "no-namespace" });
  expect(judge({ kind: "Scale" })).toMatchObject({ code: "kind-not-judged" });
  expect(judge({ kind: "constructor" })).toMatchObject({ code: "kind-not-judged" });
  expect(judge({ operation: "CONNECT" })).toMatchObject({ code: "operation-not-judged" });
  const exempt: NamespacePlace = { rule: "exempt", reason: "the cluster's own" };
  expect(judge({ object: pod(BAD) }, exempt)).toMatchObject({
    isAllowed: true,
    why: "exempt: the cluster's own",
  });
  expect(judge({ operation: "DELETE", object: null }, null)).toMatchObject({ isAllowed: true });
});

test("approved content under another name is admitted with a warning", () => {
  const object = pod(`mirror.example:5000/checkout:9@${sha("a")}`);
  expect(judge({ object })).toMatchObject({
    isAllowed: true,
    warnings: [expect.stringContaining("mirror.example:5000/checkout has the approved content")],
  });
});

test("many bad images make one readable sentence each, and no flood", () => {
  const containers = Array.from({ length: 9 }, (_, at) => ({ name: `c${at}`, image: BAD }));
  const judgement = judge({ object: { spec: { containers } } });
  expect(judgement).toMatchObject({
    message: expect.stringContaining("4 more are not approved either"),
  });
});

test("never allowed with an image whose digest is not approved", () => {
  const image = fc.oneof(fc.constantFrom(GOOD, BAD, "", "x"), fc.string());
  const containers = fc.array(fc.record({ name: fc.string(), image }), { maxLength: 4 });
  const spec = fc.record({
    containers,
    initContainers: containers,
    ephemeralContainers: containers,
  });
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(SHAPES)), spec, (kind, podSpec) => {
      const object = SHAPES[kind]?.(podSpec);
      const judgement = judge({ kind, object });
      const all = namedImages(kind, object) ?? [];
      expect(all.length).toBe(Object.values(podSpec).flat().length);
      const areGood = all.every(
        ({ image: each }) =>
          APPROVED.has(each.split("@").at(-1) ?? "") && each.split("@").length === 2,
      );
      expect(judgement.isAllowed).toBe(areGood);
    }),
  );
});

test.each([
  [{}, "not-a-review"],
  [null, "not-a-review"],
  [{ kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1beta1" }, "other-version"],
  [{ kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", request: {} }, "no-request"],
])("%o is no question", (body, problem) => {
  expect(readAdmissionReview(body)).toBe(problem);
});

test("the answer carries the uid and, refused, a status that kubectl prints", () => {
  const refused = admissionResponse("u-7", judge({ object: pod(BAD) }));
  expect(refused).toMatchObject({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid: "u-7", allowed: false, status: { code: 403, reason: "Forbidden" } },
  });
});
