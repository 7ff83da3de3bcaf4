/** The method of an operation, as wide for each. */
export function MethodMark({ method }: { method: string }) {
  return (
    <bdi
      dir="ltr"
      className="inline-block w-14 shrink-0 rounded-sm border border-line bg-sunken py-0.5 text-center font-medium font-mono text-xs"
    >
      {method}
    </bdi>
  );
}
