import { z } from "zod";
import { operation } from "#server/features/http-api/index.ts";
import {
  BindingsImported,
  PreviewBindingsOutput,
  SecretUnbound,
  UnbindSecretInput,
} from "#server/features/rotation/bindings/schema.ts";

const TAG = "Secret bindings";
const MAX_BYTES = 1_048_576;
const EXAMPLE_ID = "0193a1b2-5c3d-7e4f-8a9b-0c1d2e3f4a5b";

export const importBindings = operation({
  id: "rotation.importBindings",
  method: "POST",
  path: "/api/v1/bindings",
  tag: TAG,
  summary: "Bind what SecretBinding documents say",
  description:
    "All or nothing. Documents are YAML or JSON, one or many. The header x-reason says why. What is wrong is named with line and field.",
  access: { by: "service", scope: "runtime.secrets.bind" },
  headers: z.object({
    "x-reason": z.string().describe("Why, in 10 to 1,000 characters; it stands in the audit log."),
  }),
  body: {
    types: ["application/yaml", "application/json"],
    read: "text",
    schema: z.string(),
    maxBytes: MAX_BYTES,
    example:
      "apiVersion: catalyst.openova.io/v1alpha1\nkind: SecretBinding\nmetadata:\n  name: orders-database\nspec:\n  class: database-credential\n  store: openbao\n  path: acme-shop/orders/database\n",
  },
  answers: {
    200: {
      description: "What became of each document",
      content: {
        type: "application/json",
        schema: BindingsImported,
        example: {
          bindings: [{ bindingId: EXAMPLE_ID, name: "orders-database", outcome: "created" }],
        },
      },
    },
  },
  problems: ["conflict"],
  problemMembers: z.object({ problems: PreviewBindingsOutput.shape.problems.optional() }),
});

export const unbindSecret = operation({
  id: "rotation.unbindSecret",
  method: "POST",
  path: "/api/v1/bindings/{id}/unbind",
  tag: TAG,
  summary: "End the reference to a secret",
  description:
    "Nothing rotates the secret any more; the secret itself is not touched. Refused while a rotation is under way. Again changes nothing.",
  access: { by: "service", scope: "runtime.secrets.bind" },
  params: { schema: z.object({ id: z.uuid() }), absent: "secret binding" },
  body: {
    types: ["application/json"],
    read: "json",
    schema: UnbindSecretInput.omit({ bindingId: true }),
    example: { reason: "the service was retired with release 2.4" },
  },
  answers: {
    200: {
      description: "The reference is ended",
      content: {
        type: "application/json",
        schema: SecretUnbound,
        example: { bindingId: EXAMPLE_ID },
      },
    },
  },
  problems: ["conflict"],
});
