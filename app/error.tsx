"use client";
import { ErrorState } from "#components/ui/error-state.tsx";

interface ErrorPageProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** The text of a server error never arrives here; its digest finds it in the log. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-2xl items-center">
      <ErrorState heading="h1" traceId={error.digest} onRetry={reset} />
    </main>
  );
}
