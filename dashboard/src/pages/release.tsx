export function Release() {
  return <h1>Release</h1>;
}
