/**
 * What the gateway has Redis execute: one command, a pipeline (each by itself, whatever becomes of
 * the others) or a transaction. It counts, by name, what Redis executed.
 */
import type { Redis } from 'ioredis';
import { type Asked, type Command, encoded, unsupported, wordsOf } from './upstash-wire.ts';

export interface Executed {
  status: number;
  /** The body of the answer. */
  said: unknown;
  /** Redis came as far as executing any of it. */
  executed: boolean;
}

export type Execution = (asked: Asked, inBase64: boolean) => Promise<Executed>;

export function createExecution(redis: Redis, counted: Map<string, number>): Execution {
  async function execute(asked: Asked, inBase64: boolean): Promise<Executed> {
    if (asked.kind === 'one') {
      const said = await run(asked.command, inBase64);
      return { status: 'error' in said ? 400 : 200, said, executed: wasExecuted(said) };
    }
    if (asked.kind === 'pipeline') {
      const said: Said[] = [];
      for (const command of asked.commands) said.push(await run(command, inBase64));
      return { status: 200, said, executed: said.some(wasExecuted) };
    }
    return transact(asked.commands, inBase64);
  }

  async function run(command: Command, inBase64: boolean): Promise<Said> {
    const error = unsupported(command);
    if (error !== undefined) return { error };
    try {
      const reply = await redis.callBuffer(...argumentsOf(command));
      const said = { result: encoded(reply, inBase64) };
      note(command);
      return said;
    } catch (failure) {
      return { error: wordsOf(failure) };
    }
  }

  async function transact(commands: readonly Command[], inBase64: boolean): Promise<Executed> {
    const discarded = (error: string) => ({ status: 400, said: { error }, executed: false });
    const error = commands.map(unsupported).find((text) => text !== undefined);
    if (error !== undefined) return discarded(error);
    try {
      const multi = redis.multi();
      for (const command of commands) multi.callBuffer(...argumentsOf(command));
      const replies = (await multi.exec()) ?? [];
      commands.forEach(note);
      const said = replies.map(([failure, reply]) =>
        failure === null ? { result: encoded(reply, inBase64) } : { error: failure.message },
      );
      return { status: 200, said, executed: true };
    } catch (failure) {
      return discarded(wordsOf(failure));
    }
  }

  function note([name]: Command): void {
    const upper = String(name).toUpperCase().replace('EVALSHA', 'EVAL');
    counted.set(upper, (counted.get(upper) ?? 0) + 1);
  }

  return execute;
}

type Said = { result: unknown } | { error: string };

/** An error of the command itself, say a wrong type, was executed as far as Redis went. */
function wasExecuted(said: Said): boolean {
  return !('error' in said) || !said.error.startsWith('NOSCRIPT');
}

/** The name in capitals: in small letters the client would give some replies another shape. */
function argumentsOf([name, ...parameters]: Command): [string, ...string[]] {
  return [String(name).toUpperCase(), ...parameters.map(String)];
}
