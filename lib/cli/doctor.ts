import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Info } from '../native.js';

/** One finding of {@link doctor}. `remedy` is empty where `ok`. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  remedy: string;
}

type Clebsch = typeof import('../index.js');

const pass = (name: string, detail: string): Check => ({ name, ok: true, detail, remedy: '' });
const fault = (name: string, detail: string, remedy: string): Check => ({ name, ok: false, detail, remedy });
const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Examines this machine and this installation: Node, environment variables, the native add-on, the processor, the GPU, and a small
 * computation on each device. A machine without a GPU is sound; a GPU that is there and cannot be used is a fault.
 */
export async function doctor(): Promise<{ ok: boolean; checks: Check[] }> {
  const checks = [checkNode(), ...checkEnvironment()];
  try {
    // Loaded here and not at the top: a missing add-on is a finding
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const clebsch = require('../index.js') as Clebsch;
    const info = clebsch.info();
    checks.push(pass('add-on', `clebsch ${info.version} on ${info.platform}`), describeProcessor(info), checkGpu(info));
    checks.push(await checkArithmetic(clebsch, 'cpu'));
    if (info.cuda.available) checks.push(await checkArithmetic(clebsch, 'cuda'));
  } catch (error) {
    const remedy = 'in a clone run `npm run setup`; elsewhere reinstall the package (prebuilt for x86-64 Linux with glibc >= 2.34)';
    checks.push(fault('add-on', message(error), remedy));
  }
  return { ok: checks.every((check) => check.ok), checks };
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 17);
  return ok ? pass('node', process.version) : fault('node', process.version, 'install Node 20.17 or newer');
}

const variables: Record<string, RegExp> = {
  CLEBSCH_ISA: /^(base|avx2|avx512)$/,
  CLEBSCH_DEVICE: /^(cpu|cuda|cuda:\d+|auto)$/,
  CLEBSCH_THREADS: /^[1-9]\d*$/,
  CLEBSCH_PLAN_BYTES: /^\d+$/,
};

function checkEnvironment(): Check[] {
  return Object.entries(variables).flatMap(([name, pattern]) => {
    const value = process.env[name];
    if (!value) return [];
    if (pattern.test(value)) return [pass(name, value)];
    return [fault(name, `'${value}' does not match ${pattern.source}`, `set ${name} to another value, or unset it`)];
  });
}

function describeProcessor({ cpu }: Info): Check {
  return pass('processor', `${cpu.model}, ${cpu.threads} threads, ${cpu.isa} of ${cpu.isas.join(', ')}`);
}

/** Whether the machine shows an NVIDIA display device or its driver's device node. */
function hasNvidiaHardware(): boolean {
  if (existsSync('/dev/nvidiactl')) return true;
  const devices = '/sys/bus/pci/devices';
  if (!existsSync(devices)) return false;
  const read = (device: string, file: string): string => readFileSync(`${devices}/${device}/${file}`, 'utf8').trim();
  return readdirSync(devices).some((device) => read(device, 'vendor') === '0x10de' && read(device, 'class').startsWith('0x03'));
}

function checkGpu({ cuda }: Info): Check {
  if (cuda.available) {
    const devices = cuda.devices.map((device) => `${device.name} (${device.computeCapability})`);
    return pass('gpu', `${devices.join(', ')}; driver ${cuda.driver}, runtime ${cuda.runtime}`);
  }
  if (!hasNvidiaHardware() || process.env['CLEBSCH_DEVICE'] === 'cpu') return pass('gpu', `not used: ${cuda.reason}`);
  const remedy = cuda.built
    ? 'install an NVIDIA driver for CUDA 13 (R580 or newer); a container must be started with access to the GPU'
    : 'in a clone run `npm run cuda:setup`, then `npm run setup`; elsewhere reinstall the package';
  return fault('gpu', `an NVIDIA GPU is there and not used: ${cuda.reason}`, remedy);
}

/** A product of small whole numbers, which every device must give exactly. */
async function checkArithmetic({ tensor, matmul, tidy }: Clebsch, device: 'cpu' | 'cuda'): Promise<Check> {
  const name = `arithmetic on ${device}`;
  const n = 17;
  const entries = Array.from({ length: n * n }, (_, i) => (i * i) % 7);
  try {
    const product = await tidy(async () => {
      const a = tensor(entries, [n, n], { device });
      return await matmul(a, a).data();
    });
    const entry = (i: number, j: number): number =>
      Array.from({ length: n }, (_, k) => (entries[i * n + k] ?? 0) * (entries[k * n + j] ?? 0)).reduce((sum, term) => sum + term, 0);
    const wrong = entries.findIndex((_, i) => product[i] !== entry(Math.floor(i / n), i % n));
    if (wrong < 0) return pass(name, `a ${n} x ${n} product is exact`);
    return fault(
      name,
      `entry ${wrong} of a ${n} x ${n} product is ${product[wrong]}`,
      'set CLEBSCH_ISA=base and report this with `clebsch info`',
    );
  } catch (error) {
    return fault(name, message(error), 'see the message; CLEBSCH_DEVICE=cpu keeps to the processor');
  }
}
