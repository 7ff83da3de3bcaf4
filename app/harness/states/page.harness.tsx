import { HarnessFrame } from "#components/harness/harness-frame.tsx";
import { HarnessStates } from "#components/harness/harness-states.tsx";

/** Exists only in a build made with `CONSOLE_HARNESS=1`: the parts without their data. */
export default function HarnessStatesPage() {
  return (
    <HarnessFrame>
      <HarnessStates />
    </HarnessFrame>
  );
}
