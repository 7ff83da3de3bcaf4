import { z } from "zod";
import { operation } from "#server/features/http-api/index.ts";

export const readDescription = operation({
  id: "api.describe",
  method: "GET",
  path: "/api/v1/openapi.json",
  tag: "This document",
  summary: "Read this document",
  description:
    "OpenAPI 3.1 of every route under /api/v1. It holds nothing of any tenant, so anybody may read it.",
  access: { by: "anyone" },
  answers: {
    200: {
      description: "The document",
      content: { type: "application/json", schema: z.looseObject({ openapi: z.string() }) },
    },
  },
});
