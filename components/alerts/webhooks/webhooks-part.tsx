"use client";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { ForbiddenState } from "#components/ui/forbidden-state.tsx";
import { EndpointList } from "./endpoint-list.tsx";

interface WebhooksPartProps {
  tenantId: string;
  /** Whether the viewer has `runtime.alerts.manage`: addresses are for those who manage them. */
  mayManage: boolean;
}

/** Where alerts and events of credentials are sent, signed. */
export function WebhooksPart({ tenantId, mayManage }: WebhooksPartProps) {
  if (!mayManage) return <ForbiddenState scope="runtime.alerts.manage" />;
  return (
    <LiveQueries>
      <EndpointList tenantId={tenantId} />
    </LiveQueries>
  );
}
