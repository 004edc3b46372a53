/** The types that the console's modules share; nothing of it reaches the browser. */
import type { OperatorMe } from '../../../contract/console.ts';
import type { Problem } from '../../../contract/problem.ts';
import type { texts } from './texts.en.js';

export type Language = 'en' | 'zh-CN';
export type Texts = Record<keyof typeof texts, string>;
export type Label = keyof Texts;

export interface Words {
  language: Language;
  t(label: Label, values?: Record<string, string | number>): string;
  /** The text of a label that may not be there; else the name itself. */
  named(prefix: string, name: string): string;
  number(value: number, digits?: 0 | 1): string;
  percent(fraction: number): string;
  price(minorUnits: number, currency: string): string;
  /** In the operator's zone. */
  moment(iso: string): string;
  time(iso: string): string;
  duration(ms: number): string;
  /** `Asia/Shanghai, GMT+8`. */
  zone: string;
}

export type Answer<Value> =
  | { kind: 'answered'; value: Value }
  | { kind: 'refused'; status: number; problem: Problem }
  /** No answer, or one that is none of the origin's. */
  | { kind: 'silent' };
export type Trouble = Exclude<Answer<never>, { kind: 'answered' }>;

export interface Api {
  get<Value>(path: string): Promise<Answer<Value>>;
  post<Value>(path: string, body?: unknown): Promise<Answer<Value>>;
  patch<Value>(path: string, body: unknown): Promise<Answer<Value>>;
  /** The stream of a sale's live numbers; the caller reads it to its end. */
  open(path: string, signal: AbortSignal): Promise<Answer<ReadableStream<Uint8Array>>>;
}

export interface Console {
  words: Words;
  api: Api;
  me: OperatorMe;
  /** Whether the role lets this person change anything. */
  mayChange: boolean;
  /** Says it where screen readers hear it, and shows it for a moment. */
  say(text: string): void;
  choose(language: Language): void;
  leave(): void;
}

export type LinkState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'waiting'; seconds: number }
  | { kind: 'refused'; trouble: Trouble };

export type Tone = 'good' | 'warn' | 'bad' | 'calm' | 'accent';
