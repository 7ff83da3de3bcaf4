"use client";
import { Button } from "#components/ui/button.tsx";

interface MoreButtonProps {
  label: string;
  isLoading: boolean;
  onPress: () => void;
}

/** Stands below the last row of a list that goes on. */
export function MoreButton({ label, isLoading, onPress }: MoreButtonProps) {
  return (
    <div className="border-line border-t p-2 text-center">
      <Button size="sm" isBusy={isLoading} onClick={onPress}>
        {label}
      </Button>
    </div>
  );
}
