"use client";
import messages from "../messages/en/errors.json";
import "./globals.css";

interface GlobalErrorProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** The frame itself failed, so no provider of messages is there: English, as written in the file. */
export default function GlobalError({ error, reset }: GlobalErrorProps) {
  const text = messages.global;
  return (
    <html lang="en">
      <body>
        <title>{text.title}</title>
        <main
          role="alert"
          className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center gap-3 p-6"
        >
          <h1 className="font-semibold text-lg">{text.title}</h1>
          <p className="text-muted">{text.body}</p>
          {error.digest ? (
            <p className="text-sm">
              {text.trace} <bdi dir="ltr">{error.digest}</bdi>
            </p>
          ) : null}
          <button
            type="button"
            onClick={reset}
            className="h-9 self-start rounded-md border border-line-strong bg-raised px-3 font-medium"
          >
            {text.retry}
          </button>
        </main>
      </body>
    </html>
  );
}
