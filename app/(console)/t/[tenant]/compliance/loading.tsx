import { TablePageSkeleton } from "#components/ui/table-page-skeleton.tsx";

export default function ComplianceLoading() {
  return <TablePageSkeleton />;
}
