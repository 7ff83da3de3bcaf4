import { z } from "zod";
import { FrameworkName } from "#server/features/compliance/index.ts";
import { operation } from "#server/features/http-api/index.ts";

export const readOscal = operation({
  id: "compliance.oscal",
  method: "GET",
  path: "/api/v1/compliance/{framework}/oscal",
  tag: "Compliance",
  summary: "Take one framework's states as OSCAL assessment results",
  description:
    "OSCAL assessment results (JSON) of the newest look: an observation for each live check, a finding for each control that applies. What is unknown is not satisfied. Each call is recorded in the audit log, with the digest of the bytes.",
  access: { by: "service", scope: "runtime.compliance.read" },
  params: { schema: z.object({ framework: FrameworkName }), absent: "framework" },
  problems: ["unavailable"],
  answers: {
    200: {
      description: "The document, in canonical form (RFC 8785)",
      headers: { digest: "SHA-256 of the body, as RFC 3230 writes it" },
      content: {
        type: "application/json",
        schema: z.object({ "assessment-results": z.record(z.string(), z.unknown()) }),
        example: {
          "assessment-results": {
            uuid: "0c2f0d5e-7d0a-5b0e-9a51-6f1c2f3b4a5d",
            metadata: {
              title: "SOC 2 · TSC 2017: live checks of acme-shop",
              "last-modified": "2026-11-22T08:00:00.000Z",
              version: "5f0c2a9b7d1e4c33",
              "oscal-version": "1.1.3",
            },
            "import-ap": { href: "#1b9a2c4e-5d6f-5a7b-8c9d-0e1f2a3b4c5d" },
            results: [],
          },
        },
      },
    },
  },
});
