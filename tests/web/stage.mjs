// The practice world and the real gateway of a test: every method of stage.py, by its name.
//
//   const stage = await openStage({ partners: ['trusted'], setup: false });
//   await stage.send({ sender: 'anna@corp.example', recipient: 'bob@trusted.example' });
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('stage.py', import.meta.url));

export async function openStage(start) {
  const process = spawn('/usr/bin/python3', [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => process.once('exit', resolve));
  const waiting = [];
  createInterface({ input: process.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line)));
  void ended.then((code) =>
    waiting.forEach((answer) => answer({ ok: false, error: `the stage ended with ${code}` })),
  );

  const ask = async (op, words) => {
    const answered = new Promise((resolve) => waiting.push(resolve));
    process.stdin.write(`${JSON.stringify({ op, ...words })}\n`);
    const { ok, result, error } = await answered;
    if (!ok) throw new Error(`stage.${op}: ${error}`);
    return result;
  };
  const close = async () => {
    process.stdin.end();
    await ended;
  };
  const stage = new Proxy(
    { close },
    {
      // Not `then`: a stage is no promise.
      get: (own, op) => own[op] ?? (op === 'then' ? undefined : (words) => ask(op, words)),
    },
  );
  try {
    Object.assign(stage, await ask('start', start));
    return stage;
  } catch (error) {
    await close();
    throw error;
  }
}
