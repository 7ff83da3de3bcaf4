import { HarnessFrame } from "#components/harness/harness-frame.tsx";
import { HarnessTable } from "#components/harness/harness-table.tsx";

/** Exists only in a build made with `CONSOLE_HARNESS=1`: a table of as many rows as the URL says. */
export default async function HarnessTablePage({ params }: { params: Promise<{ count: string }> }) {
  return (
    <HarnessFrame>
      <HarnessTable count={Number((await params).count)} />
    </HarnessFrame>
  );
}
