/** The sign of the house: a ship on the water. */

export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" class="mark">
      <rect width="32" height="32" rx="7" />
      <path class="line" d="M6 21c3 0 3-2 5-2s2 2 5 2 3-2 5-2 2 2 5 2" />
      <path class="sail" d="M16 6v10M16 7l6 8H10z" />
    </svg>
  );
}
