import { Inbox } from "lucide-react";
import type { ReactNode } from "react";
import { StateMessage } from "./state-message.tsx";

interface EmptyStateProps {
  title: string;
  /** Why there is nothing, and what to do about it. */
  children: ReactNode;
  actions?: ReactNode;
}

/** Nothing exists yet. */
export function EmptyState(props: EmptyStateProps) {
  return <StateMessage icon={Inbox} {...props} />;
}
