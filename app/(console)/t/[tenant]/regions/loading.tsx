import { TablePageSkeleton } from "#components/ui/table-page-skeleton.tsx";

export default function RegionsLoading() {
  return <TablePageSkeleton />;
}
