import { beginAtProvider } from "#server/features/step-up/begin-at-provider.ts";
import { stepUpFailure } from "./step-up-failure.ts";

export const dynamic = "force-dynamic";

/** The form behind "Confirm at your identity provider". */
export async function POST(request: Request): Promise<Response> {
  try {
    return await beginAtProvider(request);
  } catch (error) {
    return stepUpFailure(error, request);
  }
}
