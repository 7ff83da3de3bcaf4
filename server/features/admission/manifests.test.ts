import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { JUDGED_KINDS } from "#server/engines/admission/container-images.ts";

const read = (name: string) =>
  parse(readFileSync(join(import.meta.dirname, "../../../deploy/admission", name), "utf8"));

test("the webhook that is shipped fails closed, asks about every kind that is judged, and about nothing else", () => {
  const { kind, webhooks } = read("validating-webhook.yaml");
  expect(kind).toBe("ValidatingWebhookConfiguration");
  const [webhook, ...more] = webhooks;
  expect(more).toEqual([]);
  expect(webhook).toMatchObject({
    failurePolicy: "Fail",
    sideEffects: "NoneOnDryRun",
    admissionReviewVersions: ["v1"],
    matchPolicy: "Equivalent",
    clientConfig: {
      url: expect.stringMatching(/^https:\/\/[^?#@]+\/api\/v1\/admission\/<cluster>$/),
    },
  });
  // Longer than the console takes to say in words that it can't.
  expect(webhook.timeoutSeconds).toBeGreaterThan(3);
  type Rule = { operations: string[]; resources: string[] };
  const resources = webhook.rules.flatMap((rule: Rule) => rule.resources);
  const asked = [
    ...JUDGED_KINDS.map((each) => `${each.toLowerCase()}s`),
    "pods/ephemeralcontainers",
  ];
  expect(resources.toSorted()).toEqual(asked.toSorted());
  for (const { operations } of webhook.rules as Rule[])
    expect(operations).toEqual(["CREATE", "UPDATE"]);
});

test("the API server's own files fit together", () => {
  const [plugin] = read("admission-control.yaml").plugins;
  expect(plugin.name).toBe("ValidatingAdmissionWebhook");
  expect(plugin.configuration.kubeConfigFile).toMatch(/webhooks\.kubeconfig$/);
  const [user] = read("webhooks.kubeconfig").users;
  const { url } = read("validating-webhook.yaml").webhooks[0].clientConfig;
  expect(user).toEqual({ name: new URL(url).host, user: { token: "<token>" } });
});
