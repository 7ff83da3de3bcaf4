import { expect, test } from "vitest";
import { evaluationOf, requestBody } from "./evaluation.ts";
import { MAX_ANSWER_BYTES, type RawAnswer, readAnswer } from "./read-answer.ts";

const raw = (body: string | Uint8Array, changes: Partial<RawAnswer> = {}): RawAnswer => ({
  failure: null,
  status: 200,
  contentType: "application/json",
  body: typeof body === "string" ? Buffer.from(body) : body,
  ...changes,
});

test.each<[string, RawAnswer, string | null]>([
  ["true alone allows", raw('{"decision":true}'), null],
  [
    "with a charset",
    raw('{"decision":true}', { contentType: "application/json; charset=utf-8" }),
    null,
  ],
])("allowed: %s", (_, answer, failure) => {
  expect(readAnswer(answer, 0, 1)).toMatchObject({ decision: true, failure });
});

test.each<[string, RawAnswer, string | null]>([
  ["false", raw('{"decision":false}'), null],
  ["a text", raw('{"decision":"true"}'), "decision-not-boolean"],
  ["a number", raw('{"decision":1}'), "decision-not-boolean"],
  ["null", raw('{"decision":null}'), "decision-not-boolean"],
  ["no decision", raw('{"Decision":true}'), "decision-not-boolean"],
  ["a list", raw('[{"decision":true}]'), "malformed"],
  [
    "a batch where one was asked",
    raw('{"evaluations":[{"decision":true}]}'),
    "decision-not-boolean",
  ],
  ["a context that is no object", raw('{"decision":true,"context":"yes"}'), "malformed"],
  ["torn JSON", raw('{"decision":true'), "malformed"],
  ["nothing", raw(""), "malformed"],
  ["no UTF-8", raw(new Uint8Array([0x7b, 0xff, 0x7d])), "malformed"],
  ["another type", raw('{"decision":true}', { contentType: "text/html" }), "content-type"],
  ["no type", raw('{"decision":true}', { contentType: null }), "content-type"],
  [
    "a type that begins alike",
    raw('{"decision":true}', { contentType: "application/jsonp" }),
    "content-type",
  ],
  ["a redirect", raw('{"decision":true}', { status: 302 }), "redirect"],
  ["an error", raw('{"decision":true}', { status: 500 }), "http-status"],
  ["no content", raw('{"decision":true}', { status: 204 }), "http-status"],
  ["too much", raw(`{"decision":true,"x":"${"x".repeat(MAX_ANSWER_BYTES)}"}`), "too-large"],
  ["nothing at all", raw("", { failure: "timeout", status: null, body: null }), "timeout"],
  ["no body", raw("", { body: null }), "unreachable"],
])("denied: %s", (_, answer, failure) => {
  expect(readAnswer(answer, 0, 1)).toMatchObject({ decision: false, failure });
});

test("of a batch each question has its own answer, and a short batch answers none", () => {
  const batch = raw('{"evaluations":[{"decision":true},{"decision":false},{"decision":"no"}]}');
  expect([0, 1, 2].map((at) => readAnswer(batch, at, 3).decision)).toEqual([true, false, false]);
  expect(readAnswer(batch, 2, 3).failure).toBe("decision-not-boolean");
  expect(readAnswer(batch, 0, 2)).toMatchObject({ decision: false, failure: "wrong-count" });
  expect(readAnswer(raw('{"decision":true}'), 0, 2).failure).toBe("malformed");
});

test("reasons are taken wherever engines put them, sorted, short, without what would break a line", () => {
  const context = {
    reason_user: { en: "Outside\nthe \u202ewindow" },
    reason_admin: { "403": "Policy C076E82F" },
    reasons: ["b", "b", 7],
    version: "2026-11.4",
  };
  const answer = raw(JSON.stringify({ decision: false, context }));
  expect(readAnswer(answer, 0, 1)).toMatchObject({
    reasons: ["Outside the  window", "Policy C076E82F", "b"],
    version: "2026-11.4",
  });
  const long = raw(JSON.stringify({ decision: false, context: { reason: "x".repeat(9_999) } }));
  expect(readAnswer(long, 0, 1).reasons[0]).toHaveLength(300);
});

test("a question of ours in AuthZEN's words, the same bytes whatever the order", () => {
  const tenant = { type: "Tenant", id: "acme" };
  const user = { type: "User", id: "ada" };
  const request = { type: "ApprovalRequest", id: "r1" };
  const question = {
    principal: user,
    action: "DecideApproval",
    resource: request,
    context: { decision: "approve" },
    entities: [
      { uid: user, attrs: { scopes: ["b", "a"] }, parents: [tenant] },
      {
        uid: request,
        attrs: { requester: { __entity: { type: "User", id: "ben" } } },
        parents: [],
      },
    ],
  };
  const evaluation = evaluationOf(question);
  expect(evaluation).toEqual({
    subject: { ...user, properties: { scopes: ["b", "a"], parents: [tenant] } },
    action: { name: "DecideApproval" },
    resource: { ...request, properties: { requester: { type: "User", id: "ben" }, parents: [] } },
    context: { decision: "approve" },
  });
  const turned = { ...question, entities: question.entities.toReversed() };
  expect(requestBody([evaluationOf(turned)])).toEqual(requestBody([evaluation]));
  expect(requestBody([evaluation]).path).toBe("/access/v1/evaluation");
  expect(requestBody([evaluation, evaluation]).path).toBe("/access/v1/evaluations");
});
