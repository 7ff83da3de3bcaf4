import { TablePageSkeleton } from "#components/ui/table-page-skeleton.tsx";

export default function EvidenceLoading() {
  return <TablePageSkeleton />;
}
