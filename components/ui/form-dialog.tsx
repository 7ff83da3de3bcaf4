"use client";
import type { ReactNode } from "react";
import { Dialog } from "./dialog.tsx";
import { FormShell, type FormShellProps } from "./form-shell.tsx";

interface FormDialogProps extends Omit<FormShellProps, "onCancel"> {
  isOpen?: boolean;
  title: ReactNode;
  onClose: () => void;
}

/** A form that asks something before it goes on. What was written stays when it fails. */
export function FormDialog({ isOpen = true, title, onClose, ...form }: FormDialogProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title}>
      <FormShell {...form} onCancel={onClose} />
    </Dialog>
  );
}
