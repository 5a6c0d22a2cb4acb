/** The page's colours for a canvas, which knows no style sheet. */

export interface Colours {
  panel: string;
  line: string;
  faint: string;
  accent: string;
  wash: string;
  up: string;
  down: string;
}

/** The colours of the theme that is shown. */
export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    panel: of("panel"),
    line: of("line"),
    faint: of("faint"),
    accent: of("accent"),
    wash: of("accent-wash"),
    up: of("up"),
    down: of("down"),
  };
}
