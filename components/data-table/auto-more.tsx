"use client";
import { useEffect, useRef } from "react";
import { MoreButton } from "./more-button.tsx";

interface AutoMoreProps {
  label: string;
  isLoading: boolean;
  onPress: () => void;
}

/** Loads more when the end of the list comes near; the button says so, and does it for the keyboard. */
export function AutoMore(props: AutoMoreProps) {
  const { isLoading, onPress } = props;
  const end = useRef<HTMLDivElement>(null);
  const load = useRef(onPress);
  load.current = onPress;
  useEffect(() => {
    if (isLoading || !end.current) return;
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) load.current();
      },
      { rootMargin: "600px" },
    );
    seen.observe(end.current);
    return () => seen.disconnect();
  }, [isLoading]);
  return (
    <div ref={end}>
      <MoreButton {...props} />
    </div>
  );
}
