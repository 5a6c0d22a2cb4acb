/** The way between pages: at the side on a laptop, under the thumb on a phone. */

import { address, PAGES, type PageName } from "../live/route";
import { Icon } from "../parts/icon";

export function Rail({ page }: { page: PageName }) {
  return (
    <nav class="rail" aria-label="Pages">
      {PAGES.map((name, at) => (
        <a key={name} href={address(name)} aria-current={name === page ? "page" : undefined}>
          <Icon name={name} size={18} />
          <span class="rail-word">{name.charAt(0).toUpperCase() + name.slice(1)}</span>
          <span class="rail-key" aria-hidden="true">
            {at + 1}
          </span>
        </a>
      ))}
    </nav>
  );
}
