/** Cuts the bytes of a Kafka connection into frames: 4 bytes of length, then as many bytes. */
const LENGTH_BYTES = 4;

export interface RequestHead {
  apiKey: number;
  correlationId: number;
}

/** Calls `onFrame` with each whole frame, without its length, as its last byte arrives. */
export function createFrameReader(onFrame: (frame: Buffer) => void): (piece: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readInt32BE(0);
      if (rest.length < end) return;
      onFrame(rest.subarray(LENGTH_BYTES, end));
      rest = rest.subarray(end);
    }
  };
}

export function readRequestHead(frame: Buffer): RequestHead {
  return { apiKey: frame.readInt16BE(0), correlationId: frame.readInt32BE(4) };
}

export function readAnsweredId(frame: Buffer): number {
  return frame.readInt32BE(0);
}
