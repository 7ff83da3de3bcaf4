import { TablePageSkeleton } from "#components/ui/table-page-skeleton.tsx";

export default function DriftLoading() {
  return <TablePageSkeleton hasStrip />;
}
