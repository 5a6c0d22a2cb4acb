/**
 * How values are written. Amounts come as decimal text and are formatted as text, never through a float that
 * could round them; an unknown value is a dash, never a zero.
 */

export const UNKNOWN = "–";

/** A decimal as a door gives it. */
export type Decimal = string | number;

const formats = new Map<string, Intl.NumberFormat>();

function format(low: number, high: number): Intl.NumberFormat {
  const key = `${low}.${high}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat("en-US", { minimumFractionDigits: low, maximumFractionDigits: high });
    formats.set(key, found);
  }
  return found;
}

/** `12345.6` with `digits` 2 is `12,345.60`. Intl formats decimal text exactly. */
export function decimal(value: Decimal | null | undefined, low = 2, high = Math.max(low, 2)): string {
  if (value === null || value === undefined || value === "") return UNKNOWN;
  const written = format(low, high).format(value as unknown as number);
  return written.replace("-", "−");
}

/** A quantity: as many digits as it has. */
export function quantity(value: Decimal | null | undefined): string {
  return decimal(value, 0, 9);
}

/** A price: at least cents, and what a fine grid needs. */
export function price(value: Decimal | null | undefined): string {
  return decimal(value, 2, Math.abs(Number(value)) >= 1 ? 4 : 8);
}

/** An amount with its currency behind it: amounts of two currencies are never summed. */
export function money(value: Decimal | null | undefined, currency = ""): string {
  const written = decimal(value, 2, 2);
  return written === UNKNOWN || currency === "" ? written : `${written} ${currency}`;
}

/** With its sign: a gain carries a plus. */
export function signed(value: Decimal | null | undefined, low = 2, high = 2): string {
  const written = decimal(value, low, high);
  return Number(value) > 0 && /[1-9]/.test(written) ? `+${written}` : written;
}

/** A share of one as percent; `null` where it is unknown. */
export function percent(share: Decimal | null | undefined, digits = 1): string {
  if (share === null || share === undefined || share === "") return UNKNOWN;
  return `${decimal(Number(share) * 100, digits, digits)} %`;
}

/** `up`, `down` or `flat`: the word behind the colour. */
export function direction(value: Decimal | null | undefined): "up" | "down" | "flat" {
  const written = decimal(value);
  if (!/[1-9]/.test(written)) return "flat"; // less than a cent is neither
  return written.startsWith("−") ? "down" : "up";
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  weekday: "short",
  day: "2-digit",
  month: "short",
});
const YEAR = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  day: "2-digit",
  month: "short",
  year: "numeric",
});
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** `14:31:05`, always UTC. */
export function clock(at: string | number | null | undefined): string {
  const date = dateOf(at);
  return date === null ? UNKNOWN : CLOCK.format(date);
}

/** `Tue 03 Mar`, always UTC. */
export function day(at: string | number | null | undefined): string {
  const date = dateOf(at);
  return date === null ? UNKNOWN : DAY.format(date).replace(",", "");
}

/** `03 Mar 2026, 14:31:05 UTC`, for titles and details. */
export function instant(at: string | number | null | undefined): string {
  const date = dateOf(at);
  return date === null ? UNKNOWN : `${YEAR.format(date)}, ${CLOCK.format(date)} UTC`;
}

/** Milliseconds of an RFC 3339 text, `null` where it is none. */
export function millis(at: string | number | null | undefined): number | null {
  return dateOf(at)?.getTime() ?? null;
}

function dateOf(at: string | number | null | undefined): Date | null {
  if (at === null || at === undefined || at === "") return null;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** A stretch of time in its two largest units: `42 s`, `3 min`, `5 h 10 min`, `2 d 4 h`. */
export function stretch(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${Math.floor(hours / 24)} d`;
}

/** `partially_filled` is "partially filled". */
export function plain(word: string | null | undefined): string {
  return (word ?? UNKNOWN).replaceAll("_", " ").toLowerCase();
}

/** `a - b` of two decimal texts, exactly. */
export function minus(a: string, b: string): string | null {
  const places = Math.max(placesOf(a), placesOf(b));
  try {
    const units = unitsOf(a, places) - unitsOf(b, places);
    if (places === 0) return units.toString();
    const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
    return `${units < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`;
  } catch {
    return null; // not a plain decimal: nothing is made up of it
  }
}

function placesOf(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}

function unitsOf(text: string, places: number): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole.replace("+", "") + fraction.padEnd(places, "0"));
}
