/** The live market: one WebSocket while somebody listens, opened again with growing patience when it ends. */

import { useEffect, useRef, useState } from "preact/hooks";
import { marketData } from "../asked";

const SILENCE_MS_MAX = 75_000; // the server speaks at least every thirty seconds
const WAIT_MS_MAX = 30_000;

export interface StreamBar {
  type: "bar";
  symbol: string;
  start: string;
  timestamp: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}
export interface StreamTick {
  type: "tick";
  symbol: string;
  price: number;
  timestamp: string;
}
export type Heard = StreamBar | StreamTick;

/** How the connection is; `retryAt` where it is closed. */
export interface StreamState {
  open: boolean;
  retryAt: number | null;
}

/** Hear the bars and ticks of one symbol. */
export function useStream(symbol: string | null, hear: (heard: Heard) => void): StreamState {
  const [state, set] = useState<StreamState>({ open: false, retryAt: null });
  const listener = useRef(hear); // a listener that changes needs no new connection
  listener.current = hear;
  useEffect(() => {
    if (symbol === null) return undefined;
    const line = new Line(symbol, (heard) => listener.current(heard), set);
    line.open();
    return () => line.close();
  }, [symbol]);
  return state;
}

class Line {
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private closed = false;

  constructor(
    private readonly symbol: string,
    private readonly hear: (heard: Heard) => void,
    private readonly show: (state: StreamState) => void,
  ) {}

  open(): void {
    const url = new URL(marketData("/stream"), location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      socket.send(JSON.stringify({ type: "subscribe", channels: ["bar", "tick"], symbols: [this.symbol] }));
      this.show({ open: true, retryAt: null });
      this.expect();
    };
    socket.onmessage = (event) => {
      this.expect();
      const heard = read(event.data);
      if (heard !== null && heard.symbol === this.symbol) this.hear(heard);
    };
    socket.onclose = () => this.again();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private expect(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.socket?.close(), SILENCE_MS_MAX);
  }

  private again(): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    const waitMs = Math.min(1_000 * 2 ** this.failures, WAIT_MS_MAX);
    this.failures += 1;
    this.show({ open: false, retryAt: Date.now() + waitMs });
    this.timer = setTimeout(() => this.open(), waitMs);
  }
}

function read(data: unknown): Heard | null {
  try {
    const said = JSON.parse(String(data)) as Heard;
    return said.type === "bar" || said.type === "tick" ? said : null;
  } catch {
    return null;
  }
}
