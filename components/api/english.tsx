import type { ReactNode } from "react";

/** Words of the document, which are English whatever the reader's language is; aligned as what is around. */
export function English({ children }: { children: ReactNode }) {
  return (
    <span lang="en" dir="ltr">
      {children}
    </span>
  );
}
