import { TablePageSkeleton } from "#components/ui/table-page-skeleton.tsx";

export default function SecurityKeysLoading() {
  return <TablePageSkeleton />;
}
