"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { SinkDetail } from "#server/features/delivery/schema.ts";
import { SinkForm } from "./sink-form.tsx";

interface SinkDialogProps {
  tenantId: string;
  /** The one that changes; null adds one. */
  sink: SinkDetail | null;
  onClose: () => void;
  onDone: () => void;
}

/** Adds a sink or changes one; its fields come from the server, as its kind asks for them. */
export function SinkDialog(props: SinkDialogProps) {
  return (
    <LiveQueries>
      <Asked {...props} />
    </LiveQueries>
  );
}

function Asked({ tenantId, sink, onClose, onDone }: SinkDialogProps) {
  const t = useTranslations("delivery.form");
  const problemText = useProblemText();
  const forms = useQuery({
    queryKey: [tenantId, "delivery.forms"],
    queryFn: () => consoleClient(tenantId).delivery.forms.query(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={sink ? t("editTitle", { name: sink.name }) : t("addTitle")}
    >
      {forms.error ? (
        <ErrorState
          message={problemText(problemOf(forms.error))}
          traceId={problemOf(forms.error).traceId}
          onRetry={() => forms.refetch()}
        />
      ) : null}
      {forms.isPending ? <Skeleton className="h-64" /> : null}
      {forms.data ? (
        <SinkForm
          tenantId={tenantId}
          forms={forms.data}
          sink={sink}
          onClose={onClose}
          onDone={onDone}
        />
      ) : null}
    </Dialog>
  );
}
