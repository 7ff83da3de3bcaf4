"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import type { RotationView } from "./credential-detail.ts";

interface RotationActionsProps {
  tenantId: string;
  rotation: RotationView;
  mayRotate: boolean;
  onDone: () => void;
}

/** What a person can do about a rotation that met trouble: try again without waiting. */
export function RotationActions({ tenantId, rotation, mayRotate, onDone }: RotationActionsProps) {
  const t = useTranslations("rotations");
  const problemText = useProblemText();
  const retry = useMutation({
    mutationFn: () =>
      consoleClient(tenantId).rotation.retry.mutate({ rotationId: rotation.rotationId }),
    onSuccess: onDone,
  });
  if (!rotation.retryAt) return null;
  return (
    <div className="flex flex-wrap items-center gap-3 text-sm">
      <p className="flex flex-wrap items-baseline gap-1 text-muted">
        {t("actions.waits", { attempt: rotation.attempt })} <ClockTime at={rotation.retryAt} />
      </p>
      <Button
        size="sm"
        isBusy={retry.isPending}
        disabledReason={mayRotate ? null : t("blocked.scope")}
        onClick={() => retry.mutate()}
      >
        {t("actions.retry")}
      </Button>
      {retry.error ? (
        <p role="alert" className="text-danger">
          {problemText(problemOf(retry.error))}
        </p>
      ) : null}
    </div>
  );
}
