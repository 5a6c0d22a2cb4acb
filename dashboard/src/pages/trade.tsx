export function Trade(_: { rest: readonly string[] }) {
  return <h1>Trade</h1>;
}
