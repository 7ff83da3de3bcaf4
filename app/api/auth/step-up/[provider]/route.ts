import { finishAtProvider } from "#server/features/step-up/finish-at-provider.ts";
import { stepUpFailure } from "../step-up-failure.ts";

export const dynamic = "force-dynamic";

/** The way back from the identity provider. */
export async function GET(
  request: Request,
  context: { params: Promise<{ provider: string }> },
): Promise<Response> {
  try {
    return await finishAtProvider(request, (await context.params).provider);
  } catch (error) {
    return stepUpFailure(error, request);
  }
}
