import { info, matmul, random, complex } from '../../../lib/index.js';
import { type Tensor, tidy } from '../../../lib/index.js';
import { native } from '../../../lib/native.js';
import { alternate, onDevice } from '../../bench/measure.js';
import { PythonPeer } from '../../bench/peers/python_peer.js';
import { type Report, progress } from '../report.js';

const order = 256;
const share = 0.6;

const inputs: Readonly<Record<string, () => Tensor>> = {
  float32: () => random.normal([order, order]),
  float64: () => random.normal([order, order], { dtype: 'float64' }),
  complex64: () => complex(random.normal([order, order]), random.normal([order, order])),
  complex128: () => complex(random.normal([order, order], { dtype: 'float64' }), random.normal([order, order], { dtype: 'float64' })),
};

/** OpenBLAS's time over ours, the least of alternating rounds: load of other programs only ever adds to a round. */
async function ratio(make: () => Tensor, peer: PythonPeer): Promise<number> {
  return tidy(async () => {
    const [a, b] = [make(), make()];
    const theirs = await peer.prepare({ job: 'matmul' }, [a, b], matmul(a, b));
    if ('missing' in theirs) throw new Error(theirs.missing);
    const own = onDevice(() => void matmul(a, b), native.deviceCode('cpu'));
    const [ours, other] = await alternate([own, theirs.run], { seconds: 2, most: 100 });
    progress(`${a.dtype}: ${ours!.min.toFixed(3)} ms, numpy ${theirs.version} ${other!.min.toFixed(3)} ms`);
    return other!.min / ours!.min;
  });
}

/** Real and complex products against OpenBLAS, with one thread and with all. */
export async function measure(report: Report): Promise<void> {
  for (const threads of new Set([1, info().cpu.threads])) {
    native.setThreads(threads);
    const peer = PythonPeer.start(threads);
    for (const [dtype, make] of Object.entries(inputs)) {
      const name = `matmul${order}.${dtype}-${threads}-threads-share-of-openblas`;
      if (peer === undefined) report.skip(name, PythonPeer.missing);
      else report.atLeast(name, await ratio(make, peer), share);
    }
    peer?.stop();
  }
}
