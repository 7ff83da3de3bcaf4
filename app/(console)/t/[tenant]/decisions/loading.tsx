import { TablePageSkeleton } from "#components/ui/table-page-skeleton.tsx";

export default function DecisionsLoading() {
  return <TablePageSkeleton />;
}
