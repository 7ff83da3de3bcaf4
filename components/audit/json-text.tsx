/** JSON as it is read: indented, left to right, in a box that scrolls. */
export function JsonText({ label, value }: { label: string; value: unknown }) {
  return (
    <section
      dir="ltr"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="max-h-72 overflow-auto rounded-md border border-line bg-sunken"
    >
      <pre className="p-3 font-mono text-xs">{JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}
