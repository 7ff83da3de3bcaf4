"use client";
import { ErrorState } from "#components/ui/error-state.tsx";

interface ErrorPageProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** A page failed; the frame around it stays. */
export default function TenantError({ error, reset }: ErrorPageProps) {
  return <ErrorState heading="h1" traceId={error.digest} onRetry={reset} />;
}
