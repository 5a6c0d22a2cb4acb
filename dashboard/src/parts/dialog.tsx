/** A question that must be answered or left. The browser keeps the keyboard inside and Escape closes it. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icon";

interface DialogShape {
  title: string;
  onClose: () => void;
  side?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, side = false, children }: DialogShape) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={side ? "side" : undefined}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={onClose}
    >
      <header class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="plain" onClick={onClose} aria-label="Close">
          <Icon name="bad" />
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
