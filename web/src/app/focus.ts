// A button that works is disabled meanwhile, and with that the browser takes the focus from it: the next
// Tab would begin at the top of the page, outside an open dialog too. So it gets the focus back.
import { useEffect } from 'react';

const nowhere = () => document.activeElement === null || document.activeElement === document.body;

export function useKeptFocus(): void {
  useEffect(() => {
    let last: EventTarget | null = null;
    const note = ({ target }: Event) => {
      last = target;
    };
    const observer = new MutationObserver((changes) => {
      for (const { target } of changes) {
        if (target === last && target instanceof HTMLButtonElement && !target.disabled && nowhere()) {
          target.focus({ preventScroll: true });
        }
      }
    });
    observer.observe(document.body, { subtree: true, attributeFilter: ['disabled'] });
    document.addEventListener('focusin', note);
    // Whoever presses elsewhere meanwhile wants to be there.
    document.addEventListener('pointerdown', note);
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', note);
      document.removeEventListener('pointerdown', note);
    };
  }, []);
}

/** In a form that was sent: to the first field at fault; to its dialog, if the focus is nowhere. */
export function focusWithin(form: HTMLFormElement): void {
  const fault = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  if (fault !== null) fault.focus();
  else if (nowhere()) form.closest<HTMLElement>('[role="dialog"]')?.focus();
}
