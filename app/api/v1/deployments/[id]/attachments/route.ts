import { z } from "zod";
import {
  ATTACHMENT_BYTES,
  AttachmentKind,
  attachEvidence,
} from "#server/features/deployments/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { withLimitedBody } from "#server/platform/http/limited-body.ts";
import { parseInput, runVerb } from "#server/platform/verb.ts";
import { answering, apiCaller } from "../../api-call.ts";

export const dynamic = "force-dynamic";

interface Context {
  params: Promise<{ id: string }>;
}

const Query = z.object({ kind: AttachmentKind });

/** Attaches a file as it is: `?kind=attestation`, `vulnerabilities` or `sbom`, its JSON as the body. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  return answering(request, async () => {
    const { id } = await params;
    const caller = await apiCaller(
      request,
      "deployments.attachEvidence",
      "runtime.deployments.request",
    );
    const query = Object.fromEntries(new URL(request.url).searchParams);
    const { kind } = parseInput(Query, query);
    const limited = await withLimitedBody(request, ATTACHMENT_BYTES[kind]);
    const body = asText(await limited.arrayBuffer());
    if (!z.uuid().safeParse(id).success) throw notFound("deployment request");
    const attached = await runVerb(attachEvidence, caller, { deploymentId: id, kind, body });
    return Response.json(attached, { status: attached.outcome === "attached" ? 201 : 200 });
  });
}

/** The bytes as text, all of them: the digest of the text is the digest of the file. */
function asText(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new AppError("invalid", "body: is not text in UTF-8", {
      field: "body",
      remedy: "Send the JSON file as it is.",
    });
  }
}
