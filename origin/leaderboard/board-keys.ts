/**
 * The Redis keys of the leaderboard; docs/keys.md lists them with type and lifetime. All keys of a
 * sale's board share one hash tag, which is not that of its stock: the board may lie on another
 * node, so that reading it never holds up a reservation there.
 */
export interface BoardKeys {
  cursor: string;
  ranks: string;
  curve: string;
}

export function boardKeys(prefix: string, saleId: string): BoardKeys {
  const start = `${prefix}{${saleId}:board}:`;
  return { cursor: `${start}cursor`, ranks: `${start}ranks`, curve: `${start}curve` };
}
