import { isObject, type JsonObject } from "#server/engines/differ/json.ts";
import { ApiStatus } from "./api-status.ts";

/** How the caller wants objects: whole, or their metadata alone ("Metadata-only fetches"). */
export type AnswerForm = "whole" | "metadata";

/** Reads the `accept` header. Throws 406 for a form that is not served (tables, protobuf). */
export function answerForm(accept: string | undefined): AnswerForm {
  const wanted = (accept ?? "*/*").split(",").map((each) => each.trim());
  for (const each of wanted) {
    const [type = "", ...parameters] = each.split(";").map((part) => part.trim());
    const as = parameters.find((part) => part.startsWith("as="))?.slice(3);
    if (as === undefined && ["*/*", "application/*", "application/json"].includes(type))
      return "whole";
    const isMeta = parameters.includes("g=meta.k8s.io") && parameters.includes("v=v1");
    if (type !== "application/json" || !isMeta) continue;
    if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") return "metadata";
  }
  throw new ApiStatus(
    406,
    "NotAcceptable",
    "only the following media types are accepted: application/json, application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  );
}

export function shaped(object: JsonObject, form: AnswerForm): JsonObject {
  if (form === "whole") return object;
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}
