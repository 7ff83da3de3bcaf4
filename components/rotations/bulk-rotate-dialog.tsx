"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { BulkRotateForm } from "./bulk-rotate-form.tsx";
import { BulkRotateResult } from "./bulk-rotate-result.tsx";
import { bindingsQueryOf } from "./rotation-url.ts";

interface BulkRotateDialogProps {
  tenantId: string;
  params: Readonly<Record<string, string | undefined>>;
  onClose: () => void;
  /** Some rotations have begun. */
  onDone: () => void;
}

function BulkRotateDialogBody({ tenantId, params, onClose, onDone }: BulkRotateDialogProps) {
  const t = useTranslations("rotations.bulk");
  const { sort: _sort, order: _order, ...filter } = bindingsQueryOf(params);
  const preview = useQuery({
    queryKey: [tenantId, "rotation.forcePreview", JSON.stringify(filter)],
    queryFn: () => consoleClient(tenantId).rotation.forcePreview.query(filter),
    // What a person confirms is what was shown: it does not change under the hand.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const rotate = useMutation({
    mutationFn: (ask: { bindingIds: string[]; reason: string; outsideWindow: boolean }) =>
      consoleClient(tenantId).rotation.forceRotateMany.mutate({
        ...ask,
        filter: JSON.stringify(filter).slice(0, 2_000),
      }),
    onSuccess: onDone,
  });
  return (
    <Dialog isOpen onClose={onClose} title={t("title")}>
      {rotate.data ? (
        <BulkRotateResult result={rotate.data} onClose={onClose} />
      ) : preview.data ? (
        <BulkRotateForm
          preview={preview.data}
          isBusy={rotate.isPending}
          problem={rotate.error ? problemOf(rotate.error) : null}
          onCancel={onClose}
          onConfirm={(ask) => rotate.mutate(ask)}
        />
      ) : preview.error ? (
        <ProblemState
          problem={problemOf(preview.error)}
          scope="runtime.secrets.rotate"
          onRetry={() => preview.refetch()}
        />
      ) : (
        <Skeleton className="h-48" />
      )}
    </Dialog>
  );
}

/** Rotates everything that passes the filters, after a look at what that is. */
export function BulkRotateDialog(props: BulkRotateDialogProps) {
  return (
    <LiveQueries>
      <BulkRotateDialogBody {...props} />
    </LiveQueries>
  );
}
