export function Risk(_: { onHalt: () => void }) {
  return <h1>Risk</h1>;
}
