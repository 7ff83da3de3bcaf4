"use client";
import { useTranslations } from "next-intl";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { SinkView } from "#server/features/delivery/schema.ts";

interface ActDialogProps {
  tenantId: string;
  act: "pause" | "resume" | "remove";
  sink: SinkView;
  onClose: () => void;
  onDone: () => void;
}

const STATES = { pause: "paused", resume: "active", remove: "removed" } as const;

/** Says what pausing, resuming or removing a sink touches, counts it, and asks why. */
export function ActDialog({ tenantId, act, sink, onClose, onDone }: ActDialogProps) {
  const t = useTranslations("delivery");
  const { sinkId, name } = sink;
  return (
    <ReasonDialog
      title={t(`act.${act}Title`, { name })}
      does={<p className="text-sm">{t(`act.${act}Does`, { count: Number(sink.lagEvents) })}</p>}
      confirm={t(`panel.${act}`)}
      look={act === "resume" ? "primary" : "danger"}
      {...(act === "remove" ? { typed: name } : {})}
      act={(reason) =>
        consoleClient(tenantId).delivery.setSinkState.mutate({ sinkId, state: STATES[act], reason })
      }
      onClose={onClose}
      onDone={onDone}
    />
  );
}
