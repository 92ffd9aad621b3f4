import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadModel, safetensors } from '../../../lib/index.js';

/** The steps in a run's checkpoint, all of which is read; 0 where there is none yet. */
export async function stepsDone(run: string): Promise<number> {
  const file = path.join(run, 'checkpoint.safetensors');
  if (!existsSync(file)) return 0;
  const { tensors, metadata } = await safetensors.load(file);
  Object.values(tensors).forEach((x) => x.dispose());
  return Number(metadata['steps']);
}

/** The step of the last whole line of metrics.jsonl. Throws where a line is no JSON, but for a last one without its line break. */
function stepsReported(run: string): number {
  const file = path.join(run, 'metrics.jsonl');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  return Math.max(0, ...lines.map((line) => (JSON.parse(line) as { step: number }).step));
}

/** Loads every file of a run that is there, or throws. Resolves to the steps in the checkpoint, and to those that metrics.jsonl knows of. */
export async function loadAll(run: string): Promise<{ done: number; reported: number }> {
  const at = (name: string): string => path.join(run, name);
  if (existsSync(at('config.json'))) JSON.parse(readFileSync(at('config.json'), 'utf8'));
  if (existsSync(at('model.safetensors'))) (await loadModel(at('model.safetensors'))).dispose();
  return { done: await stepsDone(run), reported: stepsReported(run) };
}
