"use client";
import { ActDialog } from "./act-dialog.tsx";
import { BackfillDialog } from "./backfill-dialog.tsx";
import type { DeliveryAct } from "./delivery-act.ts";
import { SinkDialog } from "./sink-dialog.tsx";

interface DeliveryDialogsProps {
  tenantId: string;
  act: DeliveryAct;
  onClose: () => void;
  onDone: () => void;
}

/** The dialog of what somebody is about to do. */
export function DeliveryDialogs({ act, ...common }: DeliveryDialogsProps) {
  switch (act.kind) {
    case "add":
      return <SinkDialog {...common} sink={null} />;
    case "edit":
      return <SinkDialog {...common} sink={act.sink} />;
    case "backfill":
      return <BackfillDialog {...common} sink={act.sink} />;
    default:
      return <ActDialog {...common} act={act.kind} sink={act.sink} />;
  }
}
