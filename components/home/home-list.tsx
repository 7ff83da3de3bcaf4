import Link from "next/link";
import type { ReactNode } from "react";
import type { Problem } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { Section } from "#components/ui/section.tsx";

interface HomeListProps<Item> {
  title: string;
  /** Where all of them are. */
  more?: { href: string; label: string };
  items: readonly Item[] | null;
  problem: Problem | null;
  /** What the reader would need to see them. */
  scope: string;
  /** Why there is nothing. */
  empty: string;
  keyOf: (item: Item) => string;
  render: (item: Item) => ReactNode;
}

/** One list of the shift's to-do; each can fail or be forbidden by itself. */
export function HomeList<Item>(props: HomeListProps<Item>) {
  const { title, more, items, problem, scope, empty, keyOf, render } = props;
  return (
    <Section
      look="card"
      title={title}
      aside={
        more ? (
          <Link href={more.href} className="text-accent hover:underline">
            {more.label}
          </Link>
        ) : null
      }
    >
      {problem ? <ProblemState problem={problem} scope={scope} /> : null}
      {items?.length === 0 ? <p className="px-4 py-5 text-muted">{empty}</p> : null}
      {items && items.length > 0 ? (
        <ul>
          {items.map((item) => (
            <li key={keyOf(item)} className="border-line border-b last:border-b-0">
              {render(item)}
            </li>
          ))}
        </ul>
      ) : null}
    </Section>
  );
}
