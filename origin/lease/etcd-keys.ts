/** The keys of a lease in etcd. A user of etcd needs to read and write what begins like them. */
export interface EtcdLeaseKeys {
  /** Value: the holder. Lives as long as its etcd lease: who makes it has the role. */
  holder: string;
  /** Written with each grant, and never deleted: its revision is the fence of the last one. */
  fence: string;
  /** One key for each who waits, in the order in which they were made. */
  waiting: string;
  placeOf(holder: string): string;
}

export function etcdLeaseKeys(prefix: string, name: string): EtcdLeaseKeys {
  const base = `${prefix}lease/${encodeURIComponent(name)}`;
  const waiting = `${base}/waiting/`;
  return {
    holder: `${base}/holder`,
    fence: `${base}/fence`,
    waiting,
    placeOf: (holder) => `${waiting}${encodeURIComponent(holder)}`,
  };
}
